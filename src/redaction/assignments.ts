/**
 * Secrets that only their surroundings show: passwords and keys that get a name (in the environment, JSON, YAML, code, on a
 * command line), Authorization headers, passwords in addresses. Each expression begins at an anchor, and each of its
 * repetitions has a bound. Pure.
 */
import { isSecretValue } from "./values.ts";

export interface Span {
  readonly rule: string;
  readonly from: number;
  readonly to: number;
}

export interface Named {
  readonly rule: string;
  /** In any case. */
  readonly anchors: readonly string[];
  /** @param at Where the anchor stands. */
  find(text: string, at: number): Span | null;
}

/** After the word: more words of the name, a quote that ends it, and what assigns. */
const REST = "(?:[_-]?(?:access|key|base|token|value|plain|text|\\d{1,3})){0,4}";
const ASSIGNS = "\\\\{0,3}[\"'`]?\\]?[ \\t]{0,8}(?::=|=>|[:=])[ \\t]{0,8}";
const VALUE = "(\\\\{0,3}[\"'`])?";

const PASSWORD = new RegExp(`(?:pass(?:word|wd|phrase|code)?|pwd)s?${REST}`, "iy");
const KEY = new RegExp(
  `(?:secret|token|(?:api|access|private|account|signing|encryption|master|auth|session)[_-]?key|credentials?|_auth|auth)${REST}`,
  "iy",
);
const ASSIGNMENT = new RegExp(ASSIGNS + VALUE, "y");
/** A word of a command line follows its option after a blank. */
const OPTION = new RegExp(`[ \\t]{1,4}${VALUE}`, "y");
const UNQUOTED = /[^\s"'`,;)}\]<>|\\]{1,512}/y;
/** Of a query in an address, `&` begins the next value. */
const IN_QUERY = /[^\s"'`,;)}\]<>|\\&]{1,512}/y;

/** Of a name in an object, whose value may be a secret. */
export const NAME_OF_SECRET = /pass|pwd|secret|token|key|auth|credential/i;

const NAME_CHARS = 48;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The whole name, whose last words begin at `at`. */
function nameBefore(text: string, at: number): string {
  const head = text.slice(Math.max(0, at - NAME_CHARS), at);
  return /[\w.-]*$/.exec(head)?.[0] ?? "";
}

function findNamed(pattern: RegExp, isPassword: boolean, rule: string) {
  return (text: string, at: number): Span | null => {
    const word = matchAt(pattern, text, at)?.[0];
    if (word === undefined) return null;
    const before = nameBefore(text, at);
    // `compass:` and `bypass:` are no names of passwords, `dbPass:` is one.
    const isShort = /^(?:pass|auth)$/i.test(word);
    if (isShort && /[A-Za-z]$/.test(before) && !/[a-z][A-Z]/.test(before.slice(-1) + word[0])) return null;
    const end = at + word.length;
    const assigned = matchAt(ASSIGNMENT, text, end) ??
      (/(?:^|[^\w-])--[\w.-]*$/.test(text.slice(Math.max(0, at - NAME_CHARS), at))
        ? matchAt(OPTION, text, end)
        : null);
    if (assigned === null) return null;
    const from = end + assigned[0].length;
    const quote = assigned[1];
    const value = quote === undefined ? unquotedAt(text, from) : quotedAt(text, from, quote);
    if (value === null) return null;
    const isVariable = assigned[0] === "=" && /^[A-Z0-9_]+$/.test(before + word);
    const judged = { value, isQuoted: quote !== undefined, isPassword, isVariable, name: word };
    return isSecretValue(judged) ? { rule, from, to: from + value.length } : null;
  };
}

function unquotedAt(text: string, from: number): string | null {
  const lineStart = text.lastIndexOf("\n", from - 1);
  const query = text.slice(Math.max(lineStart + 1, from - 512), from);
  return matchAt(/[?&][^\s]*$/.test(query) ? IN_QUERY : UNQUOTED, text, from)?.[0].replace(/[.:]+$/, "") ??
    null;
}

const QUOTED_CHARS = 4096;

/** Up to the same quote, on the same line. */
function quotedAt(text: string, from: number, quote: string): string | null {
  const window = text.slice(from, from + QUOTED_CHARS);
  let end = window.indexOf(quote);
  // In JSON a quote inside the value is escaped.
  while (end > 0 && quote.length === 1 && window[end - 1] === "\\") end = window.indexOf(quote, end + 1);
  const line = window.indexOf("\n");
  if (end < 0 || (line >= 0 && line < end)) return null;
  return window.slice(0, end);
}

const AUTHORIZATION = new RegExp(
  `authorization${ASSIGNS}${VALUE}(?:(?:bearer|basic|token|apikey|ssws|bot|key|negotiate|digest) {1,4})?`,
  "iy",
);
const BEARER = /bearer[ \t]{1,4}/iy;
const CREDENTIALS = /[\w\-+/=.~:]{8,4096}/y;

function findHeader(pattern: RegExp) {
  return (text: string, at: number): Span | null => {
    const head = matchAt(pattern, text, at);
    if (head === null) return null;
    const from = at + head[0].length;
    const value = matchAt(CREDENTIALS, text, from)?.[0].replace(/[.:]+$/, "");
    if (value === undefined || !/\d/.test(value) && !/[a-z][A-Z]|[A-Z][a-z]|=$/.test(value)) return null;
    const judged = { value, isQuoted: true, isPassword: true, isVariable: false, name: "authorization" };
    return isSecretValue(judged) ? { rule: "authorization", from, to: from + value.length } : null;
  };
}

const ADDRESS = /:\/\/[^\s:@/"'`<>?#]{0,256}:([^\s@/"'`<>]{1,256})@/y;

function findInAddress(text: string, at: number): Span | null {
  const found = matchAt(ADDRESS, text, at);
  const value = found?.[1];
  if (found === null || value === undefined) return null;
  const to = at + found[0].length - 1;
  const judged = { value, isQuoted: true, isPassword: true, isVariable: true, name: "@" };
  const isSecret = value.length < 6 ? value.length > 2 && !/^[$<{*]/.test(value) : isSecretValue(judged);
  return isSecret && !/^(?:password|passwd|pass|pwd|secret|xxx+|\.\.\.)$/i.test(value)
    ? { rule: "url-password", from: to - value.length, to }
    : null;
}

/** Words of commands that take a password without a name. */
const COMMANDS: readonly (readonly [anchor: string, pattern: RegExp])[] = [
  ["sshpass", /sshpass[ \t]{1,4}-p[ \t]{0,4}["']?()([^\s"']{3,256})/iy],
  ["mysql", /mysql(?:dump|admin|import)?[ \t][^\n|;&]{0,200}? -p()([^\s"'\d-][^\s"']{2,256})/iy],
  ["login", /login[ \t]{1,4}[^\s[]{1,128}[ \t\n]{1,4}(password)[ \t]{1,4}([^\s"']{4,256})/iy],
  ["curl", /curl[ \t][^\n|;]{0,400}?(?:-u|--user)[ =]?["']?()[\w.@+-]{0,128}:([^\s"'/]{4,256})/iy],
  ["docker", /docker login[ \t][^\n|;]{0,200}?-p[ \t]{1,4}["']?()([^\s"']{4,256})/iy],
  ["&sig=", /&sig=()([\w%+/=-]{20,256})/iy],
  ["?sig=", /\?sig=()([\w%+/=-]{20,256})/iy],
];

function findInCommand(pattern: RegExp) {
  return (text: string, at: number): Span | null => {
    const found = matchAt(pattern, text, at);
    const value = found?.[2];
    if (found === null || value === undefined) return null;
    const judged = { value, isQuoted: true, isPassword: true, isVariable: true, name: "-p" };
    const to = at + found[0].length;
    return isSecretValue(judged) ? { rule: "password", from: to - value.length, to } : null;
  };
}

export const NAMED: readonly Named[] = [
  { rule: "password", anchors: ["pass", "pwd"], find: findNamed(PASSWORD, true, "password") },
  {
    rule: "secret",
    anchors: [
      "secret",
      "token",
      ...["api", "access", "private", "account", "signing", "encryption", "master", "auth", "session"],
      "credential",
      "_auth",
    ],
    find: findNamed(KEY, false, "secret"),
  },
  { rule: "authorization", anchors: ["authorization"], find: findHeader(AUTHORIZATION) },
  { rule: "authorization", anchors: ["bearer"], find: findHeader(BEARER) },
  { rule: "url-password", anchors: ["://"], find: findInAddress },
  ...COMMANDS.map(([anchor, pattern]) => ({
    rule: "password",
    anchors: [anchor],
    find: findInCommand(pattern),
  })),
];
