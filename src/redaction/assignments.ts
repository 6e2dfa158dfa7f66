/**
 * Secrets that only their surroundings show: passwords and keys that get a name (in the environment, JSON, YAML, code, on a
 * command line), and Authorization headers. Each expression begins at an anchor, and each of its repetitions has a bound.
 * Pure.
 */
import { type Assigned, isMixed, isRandom, isSecretValue } from "./values.ts";

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
const ESCAPES = "\\\\{0,3}";
const END_OF_NAME = `${ESCAPES}["'\`]?`;
const ASSIGNS = `${END_OF_NAME}\\]?[ \\t]{0,8}(?::=|=>|[:=])[ \\t]{0,8}`;
const QUOTE = `(${ESCAPES}["'\`])`;
const VALUE = `${QUOTE}?`;

const PASSWORD = new RegExp(
  `(?:pass(?:word|wort|wd|phrase|code)?|pwd|psk|_pw|contrase(?:ñ|n)a|senha|mot de passe|wachtwoord|пароль)s?${REST}`,
  "iy",
);
const KEY = new RegExp(
  `(?:secret|token|(?:api|access|private|account|signing|encryption|master|auth|session)[_ -]?key|credentials?|_auth|auth)${REST}`,
  "iy",
);
/** Any other key. Most of these are no secrets, so its value has to look like one. */
const ANY_KEY = /(?:key|_pat)s?/iy;
const KEY_OF_DATA =
  /(?:^|public|publishable|pub|primary|foreign|cache|sort|partition|object|idempotency|dedup|group|index|row|lookup|unique|natural|composite|parent|host|known|hot|short|mon|tur|don)[_.-]?$/i;

/** A way to give a name a value. Its first group is the quote before the value. */
interface Way {
  readonly pattern: RegExp;
  /** What stands before the name, with the name's own beginning. Missing: anything. */
  readonly after?: RegExp;
  readonly isForPasswords?: true;
  /** Prose and lists of names look like this too: the value needs letters and digits. */
  readonly needs?: (value: string) => boolean;
}

const WAYS: readonly Way[] = [
  { pattern: new RegExp(ASSIGNS + VALUE, "y") },
  // A word of a command line follows its option after a blank; `ENV NAME value`, `aws configure set NAME value`.
  {
    pattern: new RegExp(`[ \\t]{1,4}${VALUE}`, "y"),
    after: /(?:(?:^|[^\w-])--?|(?:^|\n)[ \t]{0,8}(?:ENV|setenv) +|\bset (?:-\w{1,4} )?[^\s=]{0,64}?)[\w.-]*$/,
  },
  // `<password>value</password>`
  { pattern: />()(?=[^<]{1,512}<\/)/y, after: /<[\w.:-]*$/ },
  // `name: DB_PASSWORD`, and the value on the next line; `key="ApiKey" value="…"`
  {
    pattern: new RegExp(
      `${END_OF_NAME},?\\s{0,80}${ESCAPES}["'\`]?value${END_OF_NAME}\\s{0,4}[:=]\\s{0,4}${VALUE}`,
      "iy",
    ),
  },
  // `define('DB_PASSWORD', 'value')`, `["--token", "value"]`
  {
    pattern: new RegExp(`${ESCAPES}["'\`][ \\t]{0,4},[ \\t]{0,4}${QUOTE}`, "y"),
    needs: isMixed,
  },
  // `setPassword("value")`, `.password("value")`
  { pattern: new RegExp(`\\(${QUOTE}`, "y"), after: /(?:set|with|\.)$/i, needs: isMixed },
  // `ALTER ROLE app PASSWORD 'value'`
  { pattern: new RegExp(`[ \\t]{1,4}${QUOTE}`, "y"), isForPasswords: true, needs: isMixed },
  // `the password is value`, `password for root: value`
  {
    pattern: new RegExp(`[ \\t](?:is:?|for [^\\s:]{1,64}:)[ \\t]${VALUE}`, "y"),
    isForPasswords: true,
    needs: isMixed,
  },
  // `the API key is value`, `with the token value`
  { pattern: new RegExp(`[ \\t](?:is:?[ \\t])?${VALUE}`, "y"), needs: isRandom },
];

const UNQUOTED = /[^\s"'`,;)}\]<>|\\]{1,512}/y;

/** Of a name in an object, whose value may be a secret. */
export const NAME_OF_SECRET =
  /pass|pwd|psk|_pw|_pat|contrase|senha|wachtwoord|пароль|secret|token|key|auth|credential|cookie|mnemonic/i;

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

/** A shorter value is no secret. */
const LEAST_CHARS = 4;

const SHORT = /^(?:pass|auth|psk)$/i;

/** `compass:` and `bypass:` are no names of passwords, `dbPass:` and `storepass` are. */
function isInsideWord(before: string, word: string): boolean {
  return /[A-Za-z]$/.test(before) && !/[a-z][A-Z]/.test(before.slice(-1) + word[0]) &&
    !/(?:db|store|key|root|user|admin|ssh|ftp|mail|smtp|sudo|login|cert)$/i.test(before);
}

interface Kind {
  readonly rule: string;
  /** In any case. */
  readonly anchors: readonly string[];
  /** The name's last words. */
  readonly pattern: RegExp;
  readonly isPassword: boolean;
  /** Only what was clearly drawn at random is a secret. */
  readonly needsRandom?: boolean;
}

const KINDS: readonly Kind[] = [
  {
    rule: "password",
    anchors: ["pass", "pwd", "psk", "_pw", "contrase", "senha", "mot de passe", "wachtwoord", "пароль"],
    pattern: PASSWORD,
    isPassword: true,
  },
  {
    rule: "secret",
    anchors: [
      "secret",
      "token",
      ...["api", "access", "private", "account", "signing", "encryption", "master", "auth", "session"],
      "credential",
      "_auth",
    ],
    pattern: KEY,
    isPassword: false,
  },
  { rule: "secret", anchors: ["key", "_pat"], pattern: ANY_KEY, isPassword: false, needsRandom: true },
];

/** @param word The last words of a name that ends so, `before` what comes before them in it. */
function isNamedSecret(
  { isPassword, needsRandom = false }: Kind,
  word: string,
  before: string,
  { value, isQuoted, isVariable }: Pick<Assigned, "value" | "isQuoted" | "isVariable">,
): boolean {
  if (value.length < LEAST_CHARS || (needsRandom && !isRandom(value))) return false;
  if (SHORT.test(word) && isInsideWord(before, word)) return false;
  if (needsRandom && KEY_OF_DATA.test(before)) return false;
  return isSecretValue({ value, isQuoted, isPassword, isVariable, name: word });
}

function findNamed(kind: Kind) {
  return (text: string, at: number): Span | null => {
    const word = matchAt(kind.pattern, text, at)?.[0];
    if (word === undefined) return null;
    // Prose has `pass` before words in quotes.
    const isName = kind.isPassword && !SHORT.test(word);
    const given = givenAt(text, at, at + word.length, isName);
    if (given === null) return null;
    const { value, from, isQuoted, way, sign } = given;
    if (way.needs?.(value) === false) return null;
    const before = nameBefore(text, at);
    const isVariable = sign.startsWith("=") && /^[A-Z0-9_]+$/.test(before + word);
    return isNamedSecret(kind, word, before, { value, isQuoted, isVariable })
      ? { rule: kind.rule, from, to: from + value.length }
      : null;
  };
}

/**
 * The rule of a field whose name shows that its value is a secret, whatever that holds and ends with; null: it is none. Of
 * a value of several lines or words, one has to be a secret, and in a sentence it must look like one.
 */
export function ruleOfField(name: string, value: string): string | null {
  const words = value.split(/\s+/);
  const isSentence = /[ \t]/.test(value);
  for (const kind of KINDS) {
    const looksSo = kind.isPassword ? isMixed : isRandom;
    for (const at of anchoredAt(kind, name)) {
      const word = matchAt(kind.pattern, name, at)?.[0];
      if (word === undefined || at + word.length < name.length) continue;
      const before = nameBefore(name, at);
      const isSecret = (value: string) =>
        isNamedSecret(kind, word, before, { value, isQuoted: true, isVariable: false }) &&
        (!isSentence || looksSo(value));
      if (words.some(isSecret)) return kind.rule;
    }
  }
  return null;
}

/** Where the anchors of a kind stand in a name. */
function anchoredAt({ anchors }: Kind, name: string): readonly number[] {
  const lower = name.toLowerCase();
  return [...lower].flatMap((_, at) => anchors.some((anchor) => lower.startsWith(anchor, at)) ? [at] : []);
}

/** The value that the text gives the name whose last words are from `at` to `end`, and how. */
function givenAt(text: string, at: number, end: number, isPasswordName: boolean) {
  for (const way of WAYS) {
    if (way.isForPasswords === true && !isPasswordName) continue;
    const assigned = matchAt(way.pattern, text, end);
    if (assigned === null) continue;
    if (way.after?.test(text.slice(Math.max(0, at - 2 * NAME_CHARS), at)) === false) continue;
    const from = end + assigned[0].length;
    const quote = assigned[1];
    const value = quote === undefined || quote === "" ? unquotedAt(text, from) : quotedAt(text, from, quote);
    return value === null ? null : { value, from, isQuoted: quote !== undefined, way, sign: assigned[0] };
  }
  return null;
}

function unquotedAt(text: string, from: number): string | null {
  const value = matchAt(UNQUOTED, text, from)?.[0];
  if (value?.includes("&") === true) {
    const before = text.slice(Math.max(text.lastIndexOf("\n", from - 1) + 1, from - 512), from);
    // Of a query in an address, `&` begins the next value.
    if (/[?&][^\s]*$/.test(before)) return value.slice(0, value.indexOf("&"));
  }
  return value?.replace(/[.:]+$/, "") ?? null;
}

const QUOTED_CHARS = 4096;

/** Up to the same quote, on the same line. */
function quotedAt(text: string, from: number, quote: string): string | null {
  const window = text.slice(from, from + QUOTED_CHARS);
  let end = window.indexOf(quote);
  // In JSON a quote inside the value is escaped.
  while (end > 0 && quote.length === 1 && isEscaped(window, end)) end = window.indexOf(quote, end + 1);
  const value = window.slice(0, end);
  return end < 0 || value.includes("\n") ? null : value;
}

/** Whether a quote at `at` belongs to the value. Two backslashes are one that ends it, if no word goes on behind the quote. */
function isEscaped(text: string, at: number): boolean {
  let from = at;
  while (text[from - 1] === "\\") from -= 1;
  return (at - from) % 2 === 1 || (at > from && /\w/.test(text[at + 1] ?? ""));
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

export const NAMED: readonly Named[] = [
  ...KINDS.map((kind) => ({ rule: kind.rule, anchors: kind.anchors, find: findNamed(kind) })),
  { rule: "authorization", anchors: ["authorization"], find: findHeader(AUTHORIZATION) },
  { rule: "authorization", anchors: ["bearer"], find: findHeader(BEARER) },
];
