/** Secrets that commands, connections and headers have at a place of their own, without a name before them. Pure. */
import { type Named, NONE, type Span } from "./assignments.ts";
import { isChosen, isKeyValue, isMixed, isPassphrase, isSecretValue } from "./values.ts";

/** Of a command line, between the program and its option. */
const OPTIONS = "[ \\t](?:[^\\n|;&]{0,300}?[ \\t])?";
/** In JSON a quote has a backslash. */
const WORD = "\\\\{0,3}[\"']?([^\\s\"'\\\\]{4,256})";
const QUOTED = "\\\\{0,3}[\"']([^\"'\\n\\\\]{4,256})\\\\{0,3}[\"']";
const PERSON = "[\\w.@+${}-]{0,128}";
/** A word that goes into a program which reads a password there. */
const PIPED =
  "\\\\{0,3}[\"']?(?:[\\w.-]{1,64}:)?([^\\s\"'|]{4,256}?)\\\\{0,3}[\"']?[ \\t]{0,4}\\|[^\\n|]{0,120}?(?:-stdin|-pass stdin|passphrase-fd|chpasswd|passwd|sudo -S|--with-token|kinit|cryptsetup)";
/** Letters and digits: what stands there may be no password. */
const needsMixed = true;

/** The first group is the password. */
const PASSWORDS: readonly (readonly [anchor: string, pattern: RegExp, needsMixed?: true])[] = [
  ["sshpass", /sshpass[ \t]{1,4}-p[ \t]{0,4}\\{0,3}["']?([^\s"'\\]{3,256})/diy],
  ["ssh-keygen", new RegExp(`ssh-keygen${OPTIONS}-N[ \\t]{0,4}${WORD}`, "dy")],
  [
    "mysql",
    /(?:mysql(?:dump|admin|import)?|mariadb(?:-dump|-admin|-import)?)[ \t](?:[^\n|;&]{0,200}? )?-p["']?((?!\d{1,5}\b)[^\s"'-][^\s"']{2,256})/dy,
  ],
  [
    "mariadb",
    /mariadb(?:-dump|-admin|-import)?[ \t](?:[^\n|;&]{0,200}? )?-p["']?((?!\d{1,5}\b)[^\s"'-][^\s"']{2,256})/dy,
  ],
  ["mongo", new RegExp(`mongo(?:sh|dump|restore|export|import)?${OPTIONS}-p[ \\t]{1,4}${WORD}`, "dy")],
  ["redis-cli", new RegExp(`redis-cli${OPTIONS}-a[ \\t]{1,4}${WORD}`, "dy")],
  ["sqlcmd", new RegExp(`sqlcmd${OPTIONS}-P[ \\t]{0,4}${WORD}`, "dy")],
  ["cqlsh", new RegExp(`cqlsh${OPTIONS}-p[ \\t]{1,4}${WORD}`, "dy")],
  ["beeline", new RegExp(`beeline${OPTIONS}-p[ \\t]{1,4}${WORD}`, "dy")],
  ["useradd", new RegExp(`useradd${OPTIONS}-p[ \\t]{1,4}${WORD}`, "dy")],
  ["usermod", new RegExp(`usermod${OPTIONS}-p[ \\t]{1,4}${WORD}`, "dy")],
  ["sqlplus", /sqlplus[ \t](?:-\w+[ \t]{1,4}){0,4}["']?[\w$#.-]{1,64}\/([^\s@/"']{4,256})@/diy],
  ["jdbc:oracle", /jdbc:oracle:\w{1,16}:[\w$#.-]{1,64}\/([^\s@/"']{4,256})@/diy],
  ["ldap", new RegExp(`ldap\\w{3,10}${OPTIONS}-w[ \\t]{1,4}${WORD}`, "dy")],
  ["smbclient", /smbclient[ \t][^\n|;&]{0,300}?-U[ \t]{0,4}["']?[^\s%"']{1,64}%([^\s"']{4,256})/dy],
  [
    "htpasswd",
    new RegExp(
      `htpasswd(?:[ \\t]{1,4}-\\w{1,8}){0,4}[ \\t]{1,4}-(?:\\w{0,8}b\\w{0,8}(?<=-\\w{0,8}n\\w{0,8})|\\w{0,8}b\\w{0,8}(?:[ \\t]{1,4}-\\w{1,8}){0,4}[ \\t]{1,4}\\S{1,256})[ \\t]{1,4}\\S{1,128}[ \\t]{1,4}${WORD}`,
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
    "login(",
    new RegExp(`login\\([^()\\n"']{0,64}(?:["'][^"'\\n]{0,64}["'])?,[ ]?${QUOTED}`, "dy"),
    needsMixed,
  ],
  [
    "curl",
    new RegExp(
      `curl[ \\t](?:[^\\n|;]{0,400}?[ \\t])?(?:-[a-zA-Z]{0,6}u|--(?:proxy-)?user)[ =]?["']?${PERSON}:([^\\s"'/]{4,256})`,
      "diy",
    ),
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
  ["-secrets set", new RegExp(`-secrets set[ \\t]\\\\{0,3}["'][\\w:. -]{0,64}["'][ \\t]${QUOTED}`, "dy")],
  ["--secret-string", new RegExp(`--secret-string[ =]${WORD}`, "dy"), needsMixed],
  [
    "put-parameter",
    /put-parameter(?=[^\n]{0,400}SecureString)[^\n]{0,400}?--value[ =]["']?([^\s"']{4,256})/dy,
  ],
  ["vault login", /vault login[ \t]{1,4}([\w.-]{20,256})/dy],
  ["snyk auth", /snyk auth[ \t]{1,4}([\w-]{20,256})/dy],
  ["cargo login", /cargo login[ \t]{1,4}(\w{20,256})/dy],
  ["bw unlock", new RegExp(`bw unlock[ \\t]{1,4}(?!-)${WORD}`, "dy"), needsMixed],
  ["rclone obscure", new RegExp(`rclone obscure[ \\t]{1,4}(?!-)${WORD}`, "dy")],
  ["mc alias set", new RegExp(`mc alias set(?:[ \\t]{1,4}[^\\s-]\\S{0,200}){3}[ \\t]{1,4}${WORD}`, "dy")],
  [
    "config http-basic",
    new RegExp(`config http-basic\\.\\S{1,64}[ \\t]{1,4}\\S{1,64}[ \\t]{1,4}${WORD}`, "dy"),
  ],
  ["creds", new RegExp(`creds[ =]["']?[^\\s:"']{1,64}:([^\\s"'/]{4,256})`, "dy"), needsMixed],
  ["wpa_passphrase", new RegExp(`wpa_passphrase[ \\t]{1,4}\\S{1,64}[ \\t]{1,4}${WORD}`, "dy")],
  ["nmcli", new RegExp(`nmcli[ \\t][^\\n|;&]{0,200}?[ \\t]password[ \\t]${WORD}`, "dy")],
  ["lftp", new RegExp(`lftp${OPTIONS}-u[ \\t]{1,4}["']?[^\\s,"']{1,64},([^\\s"']{4,256})`, "dy")],
  ["freerdp", new RegExp(`freerdp3?${OPTIONS}/p:${WORD}`, "dy")],
  ["net use", /net use[ \t]{1,4}\S{1,128}[ \t]{1,4}([^\s/"'*][^\s"']{3,128})(?=[ \t]{1,4}\/user)/diy],
  ["net use", /net use[ \t][^\n]{0,128}?\/user:\S{1,64}[ \t]{1,4}([^\s/"'*][^\s"']{3,128})/diy],
  ["requirepass", new RegExp(`requirepass[ \\t]{1,4}${WORD}`, "dy"), needsMixed],
  ["masterauth", new RegExp(`masterauth[ \\t]{1,4}${WORD}`, "dy"), needsMixed],
  ["bindpw", new RegExp(`bindpw[ \\t]{1,4}${WORD}`, "diy"), needsMixed],
  ["rootpw", new RegExp(`rootpw[ \\t]{1,4}(?:--plaintext[ \\t])?${WORD}`, "diy"), needsMixed],
  [
    "jwt.",
    new RegExp(`jwt\\.(?:sign|verify|encode|decode)\\([^()\\n]{1,80},[ ]?${QUOTED}`, "dy"),
    needsMixed,
  ],
  // `.pgpass`
  [":5432:", /:5432:[\w*-]{1,64}:[\w.*@-]{1,64}:([^\s"':]{4,256})/dy],
  ["*:*:", /\*:\*:[\w*-]{1,64}:[\w.*@-]{1,64}:([^\s"':]{4,256})/dy],
  ["signature=", /signature=([\w%+/=-]{20,512})/diy],
  ["?code=", /\?code=([\w%+/-]{40,256}={0,2})/dy, needsMixed],
  ["&code=", /&code=([\w%+/-]{40,256}={0,2})/dy, needsMixed],
  ["wandb", /wandb[ \t]login[ \t](?:[^\n]{0,60}? )?([0-9a-f]{40})\b/diy],
  ["echo", new RegExp(`echo[ \\t]{1,4}(?:-\\w{1,2}[ \\t]{1,4})?${PIPED}`, "diy")],
  ["printf", new RegExp(`printf[ \\t]{1,4}(?:["']?%s(?:\\\\n)?["']?[ \\t]{1,4})?${PIPED}`, "diy")],
  ["&sig=", /&sig=([\w%+/=-]{20,256})/diy],
  ["?sig=", /\?sig=([\w%+/=-]{20,256})/diy],
];

/** Where the first group of `pattern` is in a match at `at`. */
function groupAt(pattern: RegExp, text: string, at: number): readonly [from: number, to: number] | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.indices?.[1];
}

const NOWHERE = [0, 0] as const;

function findPassword(pattern: RegExp, isMixedOnly: boolean) {
  return (text: string, at: number): readonly Span[] => {
    const [from, to] = groupAt(pattern, text, at) ?? NOWHERE;
    const value = text.slice(from, to);
    const judged = { value, isQuoted: true, isPassword: true, isVariable: true, name: "-p" };
    return isSecretValue(judged) && (!isMixedOnly || isChosen(value) || isPassphrase(value))
      ? [{ rule: "password", from, to }]
      : NONE;
  };
}

const ADDRESS = /:\/\/[^\s:@/"'`<>?#]{0,256}:([^\s@/"'`<>]{1,256})@/y;
/** Behind another scheme than that of the web a password may have a slash: there no path has an `@`. */
const ADDRESS_WITH_SLASH = /:\/\/[^\s:@/"'`<>?#]{1,256}:(?!\d{1,5}\/)([^\s@"'`<>?#]{6,256})@[\w.-]/y;
/** `https://TOKEN@host` */
const TOKEN_IN_ADDRESS = /:\/\/([\w-]{20,256})@/dy;

function findInAddress(text: string, at: number): readonly Span[] {
  ADDRESS.lastIndex = at;
  const isOfWeb = /(?:http|ws|file)s?$/i.test(text.slice(Math.max(0, at - 5), at));
  ADDRESS_WITH_SLASH.lastIndex = at;
  const found = ADDRESS.exec(text) ?? (isOfWeb ? null : ADDRESS_WITH_SLASH.exec(text));
  const value = found?.[1];
  if (found === null || value === undefined) {
    const [from, to] = groupAt(TOKEN_IN_ADDRESS, text, at) ?? NOWHERE;
    return isKeyValue(text.slice(from, to)) ? [{ rule: "url-password", from, to }] : NONE;
  }
  const to = at + found[0].lastIndexOf("@");
  const judged = { value, isQuoted: true, isPassword: true, isVariable: true, name: "@" };
  const isSecret = value.length < 6 ? value.length > 2 && !/^[$<{*]/.test(value) : isSecretValue(judged);
  return isSecret && !/^(?:password|passwd|pass|pwd|secret|xxx+|\.\.\.)$/i.test(value)
    ? [{ rule: "url-password", from: to - value.length, to }]
    : NONE;
}

/** `app:value@tcp(db:3306)/shop` */
function findBeforeHost(text: string, at: number): readonly Span[] {
  const value = /[\w.-]{1,64}:([^\s:@"'`<>]{4,128})$/.exec(text.slice(Math.max(0, at - 200), at))?.[1];
  if (value === undefined) return NONE;
  const judged = { value, isQuoted: true, isPassword: true, isVariable: true, name: "@" };
  return isSecretValue(judged) ? [{ rule: "url-password", from: at - value.length, to: at }] : NONE;
}

const COOKIES =
  /cookies?\\{0,3}["'`]?[ \t]{0,4}[:=,][ \t]{0,4}(?:\\{0,3}["'`]?([^\s"'`\\<>$]+=[^\n"'`\\]{12,4096})|\{([^{}\n]{12,4096})\})/diy;
/** `curl -b 'sid=…'`, `curl --cookie "sid=…"` */
const COOKIES_OF_CURL =
  /curl[ \t](?:[^\n|;]{0,400}?[ \t])?(?:-b|--cookie)[ =]?\\{0,3}["']([^\n"'\\]{16,4096})/dy;
/** A cookie that a server can know somebody by is long. */
const COOKIE = /[^=;:\s]{1,128}(?:=|["']:[ ]?["'])([\w%+/=.~:-]{16,4096})/dg;

/** From the first long value to the last one. */
function findCookies(pattern: RegExp) {
  return (text: string, at: number): readonly Span[] => {
    pattern.lastIndex = at;
    const indices = pattern.exec(text)?.indices;
    const [start, end] = indices?.[1] ?? indices?.[2] ?? NOWHERE;
    const places = [...text.slice(start, end).matchAll(COOKIE)]
      .filter(([, value = ""]) => isKeyValue(decodedPercent(value)))
      .flatMap(({ indices }) => indices?.[1] ?? []);
    const [first, last] = [places[0], places.at(-1)];
    return first === undefined || last === undefined
      ? NONE
      : [{ rule: "cookie", from: start + first, to: start + last }];
  };
}

/** `%3D` says nothing about letters and digits. */
function decodedPercent(value: string): string {
  return value.replace(/%[0-9A-F]{2}/gi, "=");
}

const SEED =
  /(?:mnemonic|(?:seed|recovery)[ _]phrase)["'`]?[ \t]{0,4}(?:is|[:=])[ \t]{0,4}["'`]?((?:[a-z]{3,8} ){11,23}[a-z]{3,8})/diy;

/** The words that a wallet's key is made from. */
function findSeed(text: string, at: number): readonly Span[] {
  const place = groupAt(SEED, text, at);
  return place === undefined ? NONE : [{ rule: "seed-phrase", from: place[0], to: place[1] }];
}

/** Keys in other forms than PEM: of PuTTY, in JSON (JWK) and in XML. The first group is the key. */
const KEYS: readonly (readonly [anchors: readonly string[], pattern: RegExp])[] = [
  [
    ["private-lines:"],
    /Private-Lines: \d{1,4}((?:\s|\\{1,4}[rn]|[+>|-]|\d{1,6}[→:\t]){1,24}(?:[\w+/=]{20,128}(?:\s|\\{1,4}[rn]|[+>|-]|\d{1,6}[→:\t]){0,24}){1,200}(?:Private-MAC: [0-9a-f]{40,64})?)/dy,
  ],
  [['"d"', '"d\\'], /"d\\{0,3}"[ \t]{0,4}:\s{0,4}\\{0,3}"([\w-]{40,2048})\\{0,3}"/dy],
  [['"k"', '"k\\'], /"k\\{0,3}"[ \t]{0,4}:\s{0,4}\\{0,3}"([\w-]{20,2048})\\{0,3}"/dy],
  [["<d>"], /<D>([\w+/]{40,2048}={0,2})<\/D>/dy],
];

function findKey(pattern: RegExp) {
  return (text: string, at: number): readonly Span[] => {
    const [from, to] = groupAt(pattern, text, at) ?? NOWHERE;
    return isMixed(text.slice(from, to)) ? [{ rule: "private-key", from, to }] : NONE;
  };
}

export const PLACED: readonly Named[] = [
  { rule: "url-password", anchors: ["://"], find: findInAddress },
  { rule: "url-password", anchors: ["@tcp(", "@unix("], find: findBeforeHost },
  { rule: "cookie", anchors: ["cookie"], find: findCookies(COOKIES) },
  { rule: "cookie", anchors: ["curl"], find: findCookies(COOKIES_OF_CURL) },
  ...KEYS.map(([anchors, pattern]) => ({ rule: "private-key", anchors, find: findKey(pattern) })),
  {
    rule: "seed-phrase",
    anchors: ["mnemonic", "seed phrase", "seed_phrase", "recovery phrase"],
    find: findSeed,
  },
  ...PASSWORDS.map(([anchor, pattern, isMixedOnly = false]) => ({
    rule: "password",
    anchors: [anchor],
    find: findPassword(pattern, isMixedOnly),
  })),
];
