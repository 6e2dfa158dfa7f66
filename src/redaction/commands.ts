/** Secrets that commands, connections and headers have at a place of their own, without a name before them. Pure. */
import type { Named, Span } from "./assignments.ts";
import { isKeyValue, isSecretValue } from "./values.ts";

/** Of a command line, between the program and its option. */
const OPTIONS = "[ \\t][^\\n|;&]{0,300}?[ \\t]";
const WORD = "[\"']?([^\\s\"']{4,256})";
const QUOTED = "[\"']([^\"'\\n]{4,256})[\"']";
const PERSON = "[\\w.@+${}-]{0,128}";

/** The first group is the password. */
const PASSWORDS: readonly (readonly [anchor: string, pattern: RegExp])[] = [
  ["sshpass", /sshpass[ \t]{1,4}-p[ \t]{0,4}["']?([^\s"']{3,256})/diy],
  ["ssh-keygen", new RegExp(`ssh-keygen${OPTIONS}-N[ \\t]{0,4}${WORD}`, "dy")],
  ["mysql", /mysql(?:dump|admin|import)?[ \t](?:[^\n|;&]{0,200}? )?-p([^\s"'\d-][^\s"']{2,256})/diy],
  ["mongo", new RegExp(`mongo(?:sh|dump|restore|export|import)?${OPTIONS}-p[ \\t]{1,4}${WORD}`, "dy")],
  ["redis-cli", new RegExp(`redis-cli${OPTIONS}-a[ \\t]{1,4}${WORD}`, "dy")],
  ["sqlcmd", new RegExp(`sqlcmd${OPTIONS}-P[ \\t]{0,4}${WORD}`, "dy")],
  ["sqlplus", /sqlplus[ \t](?:-\w+[ \t]{1,4}){0,4}["']?[\w$#.-]{1,64}\/([^\s@/"']{4,256})@/diy],
  ["jdbc:oracle", /jdbc:oracle:\w{1,16}:[\w$#.-]{1,64}\/([^\s@/"']{4,256})@/diy],
  ["ldap", new RegExp(`ldap\\w{3,10}${OPTIONS}-w[ \\t]{1,4}${WORD}`, "dy")],
  ["smbclient", /smbclient[ \t][^\n|;&]{0,300}?-U[ \t]{0,4}["']?[^\s%"']{1,64}%([^\s"']{4,256})/dy],
  [
    "htpasswd",
    new RegExp(
      `htpasswd[ \\t]{1,4}-\\w{0,8}b\\w{0,8}[ \\t]{1,4}\\S{1,256}[ \\t]{1,4}\\S{1,128}[ \\t]{1,4}${WORD}`,
      "dy",
    ),
  ],
  [
    "rabbitmqctl",
    new RegExp(
      `rabbitmqctl[ \\t]{1,4}(?:add_user|change_password)[ \\t]{1,4}\\S{1,128}[ \\t]{1,4}${WORD}`,
      "dy",
    ),
  ],
  ["zip ", new RegExp(`zip${OPTIONS}-P[ \\t]{0,4}${WORD}`, "dy")],
  ["login", /login[ \t]{1,4}[^\s[]{1,128}[ \t\n]{1,4}password[ \t]{1,4}([^\s"']{4,256})/diy],
  ["login", new RegExp(`login${OPTIONS}-p[ \\t]{1,4}${WORD}`, "dy")],
  [
    "curl",
    new RegExp(`curl[ \\t][^\\n|;]{0,400}?(?:-u|--user)[ =]?["']?${PERSON}:([^\\s"'/]{4,256})`, "diy"),
  ],
  ["--auth", new RegExp(`--auth[ =]["']?${PERSON}:([^\\s"'/]{4,256})`, "dy")],
  ["auth=(", new RegExp(`auth=\\(["']${PERSON}["'],[ ]?${QUOTED}`, "diy")],
  ["basicauth", new RegExp(`basicauth\\(["']${PERSON}["'],[ ]?${QUOTED}`, "diy")],
  ["-pass", /-pass(?:in|out)?[ \t=]["']?pass:([^\s"']{4,256})/dy],
  ["identified", new RegExp(`identified (?:with \\S{1,64} )?by (?:password )?${QUOTED}`, "diy")],
  ["convertto-", new RegExp(`ConvertTo-SecureString[ \\t]{1,4}(?:-String[ \\t]{1,4})?${QUOTED}`, "diy")],
  ["7z ", new RegExp(`7z${OPTIONS}-p${WORD}`, "dy")],
  ["http ", new RegExp(`https?${OPTIONS}(?:-a|--auth)[ =]["']?${PERSON}:([^\\s"'/]{4,256})`, "dy")],
  ["secret set", /secret set[ \t]\S{1,64}[ \t]{1,4}(?:-b|--body)[ =]?["']?([^\s"']{4,256})/diy],
  ["vault login", /vault login[ \t]{1,4}([\w.-]{20,256})/dy],
  ["snyk auth", /snyk auth[ \t]{1,4}([\w-]{20,256})/dy],
  ["signature=", /signature=([\w%+/=-]{20,512})/diy],
  ["wandb", /wandb[ \t]login[ \t](?:[^\n]{0,60}? )?([0-9a-f]{40})\b/diy],
  [
    "echo",
    /echo[ \t]{1,4}(?:-n[ \t]{1,4})?["']?(?:[\w.-]{1,64}:)?([^\s"'|]{4,256})["']?[ \t]{0,4}\|[^\n|]{0,120}?(?:-stdin|chpasswd|sudo -S|--with-token)/diy,
  ],
  ["&sig=", /&sig=([\w%+/=-]{20,256})/diy],
  ["?sig=", /\?sig=([\w%+/=-]{20,256})/diy],
];

/** Where the first group of `pattern` is in a match at `at`. */
function groupAt(pattern: RegExp, text: string, at: number): readonly [from: number, to: number] | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.indices?.[1];
}

const NOWHERE = [0, 0] as const;

function findPassword(pattern: RegExp) {
  return (text: string, at: number): Span | null => {
    const [from, to] = groupAt(pattern, text, at) ?? NOWHERE;
    const value = text.slice(from, to);
    const judged = { value, isQuoted: true, isPassword: true, isVariable: true, name: "-p" };
    return isSecretValue(judged) ? { rule: "password", from, to } : null;
  };
}

const ADDRESS = /:\/\/[^\s:@/"'`<>?#]{0,256}:([^\s@/"'`<>]{1,256})@/y;
/** `https://TOKEN@host` */
const TOKEN_IN_ADDRESS = /:\/\/([\w-]{20,256})@/dy;

function findInAddress(text: string, at: number): Span | null {
  ADDRESS.lastIndex = at;
  const found = ADDRESS.exec(text);
  const value = found?.[1];
  if (found === null || value === undefined) {
    const [from, to] = groupAt(TOKEN_IN_ADDRESS, text, at) ?? NOWHERE;
    return isKeyValue(text.slice(from, to)) ? { rule: "url-password", from, to } : null;
  }
  const to = at + found[0].length - 1;
  const judged = { value, isQuoted: true, isPassword: true, isVariable: true, name: "@" };
  const isSecret = value.length < 6 ? value.length > 2 && !/^[$<{*]/.test(value) : isSecretValue(judged);
  return isSecret && !/^(?:password|passwd|pass|pwd|secret|xxx+|\.\.\.)$/i.test(value)
    ? { rule: "url-password", from: to - value.length, to }
    : null;
}

const COOKIES =
  /cookie\\{0,3}["'`]?[ \t]{0,4}[:=,][ \t]{0,4}\\{0,3}["'`]?([^\s"'`\\<>$]+=[^\n"'`\\]{12,4096})/diy;
/** A cookie that a server can know somebody by is long. */
const COOKIE = /[^=;\s]{1,128}=([\w%+/=.~:-]{16,4096})/dg;

/** From the first long value to the last one. */
function findCookies(text: string, at: number): Span | null {
  const [start, end] = groupAt(COOKIES, text, at) ?? NOWHERE;
  const places = [...text.slice(start, end).matchAll(COOKIE)]
    .filter(([, value = ""]) => isKeyValue(decodedPercent(value)))
    .flatMap(({ indices }) => indices?.[1] ?? []);
  const [first, last] = [places[0], places.at(-1)];
  return first === undefined || last === undefined
    ? null
    : { rule: "cookie", from: start + first, to: start + last };
}

/** `%3D` says nothing about letters and digits. */
function decodedPercent(value: string): string {
  return value.replace(/%[0-9A-F]{2}/gi, "=");
}

const SEED =
  /(?:mnemonic|(?:seed|recovery)[ _]phrase)["'`]?[ \t]{0,4}(?:is|[:=])[ \t]{0,4}["'`]?((?:[a-z]{3,8} ){11,23}[a-z]{3,8})/diy;

/** The words that a wallet's key is made from. */
function findSeed(text: string, at: number): Span | null {
  const place = groupAt(SEED, text, at);
  return place === undefined ? null : { rule: "seed-phrase", from: place[0], to: place[1] };
}

export const PLACED: readonly Named[] = [
  { rule: "url-password", anchors: ["://"], find: findInAddress },
  { rule: "cookie", anchors: ["cookie"], find: findCookies },
  {
    rule: "seed-phrase",
    anchors: ["mnemonic", "seed phrase", "seed_phrase", "recovery phrase"],
    find: findSeed,
  },
  ...PASSWORDS.map(([anchor, pattern]) => ({
    rule: "password",
    anchors: [anchor],
    find: findPassword(pattern),
  })),
];
