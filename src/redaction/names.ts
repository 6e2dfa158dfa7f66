/** Names that show what their value is: a password, a PIN, a key. Pure. */
import { type Assigned, isMixed, isPassphrase, isRandom, isSecretValue } from "./values.ts";

/** After the word: more words of the name. */
const REST = "(?:[_ -]?(?:access|key|base|token|value|plain|text)|[_-]?\\d{1,3}){0,4}";

const PASSWORD = new RegExp(
  `(?:pass(?:word|wort|wd|phrase|code)?|pwd?|psk|_pw|contrase(?:ñ|n)a|senha|mot de passe|wachtwoord|пароль)s?${REST}`,
  "iy",
);
const PIN = /pin(?:[_ -]?code)?/iy;
const KEY = new RegExp(
  `(?:secret|token|(?:api|access|private|account|signing|encryption|master|auth|session)[_ -]?key|credentials?|_auth|auth)s?${REST}`,
  "iy",
);
/** Any other key. Most of these are no secrets, so its value has to look like one. */
const ANY_KEY = /(?:key|_pat)s?/iy;
const KEY_OF_DATA =
  /(?:^|public|publishable|pub|primary|foreign|cache|sort|partition|object|idempotency|dedup|group|index|row|lookup|unique|natural|composite|parent|host|known|hot|short|mon|tur|don)[_.-]?$/i;
/** A pin of a board. */
const PIN_OF_BOARD = /(?:gpio|led|pwm|sda|scl|tx|rx|rst|reset|cs|clk|clock|data|button|bus)[_.-]?$/i;

/** Of a name in an object, whose value may be a secret. */
export const NAME_OF_SECRET =
  /pass|pwd|psk|_pw|(?:^|_|[a-z](?=P))pin$|_pat|contrase|senha|wachtwoord|пароль|secret|token|key|auth|credential|cookie|mnemonic/i;

const NAME_CHARS = 48;

/** The whole name, whose last words begin at `at`. */
export function nameBefore(text: string, at: number): string {
  const head = text.slice(Math.max(0, at - NAME_CHARS), at);
  return /(?:\b(?:my|our) )?[\w.-]*$/i.exec(head)?.[0] ?? "";
}

/** A shorter value is no secret. */
const LEAST_CHARS = 4;
/** A number that somebody took for a password has so many digits. Fewer are a count. */
const LEAST_DIGITS = 5;

export const SHORT = /^(?:pass|auth|psk|pw|pin)$/i;

/** `compass:` and `bypass:` are no names of passwords, `dbPass:` and `storepass` are. */
function isInsideWord(before: string, word: string): boolean {
  return /[A-Za-z]$/.test(before) && !/[a-z][A-Z]/.test(before.slice(-1) + word[0]) &&
    !/(?:db|store|key|root|user|admin|bind|ssh|ftp|mail|smtp|sudo|login|cert)$/i.test(before);
}

export interface Kind {
  readonly rule: string;
  /** In any case. */
  readonly anchors: readonly string[];
  /** The name's last words. */
  readonly pattern: RegExp;
  readonly isPassword: boolean;
  /** Only what was clearly drawn at random is a secret. */
  readonly needsRandom?: boolean;
}

const ENDS = [":", "=", " =", '"', "'", "\\"];

export const KINDS: readonly Kind[] = [
  {
    rule: "password",
    anchors: [
      ...["pass", "pwd", "psk", "_pw", "contrase", "senha", "mot de passe", "wachtwoord", "пароль"],
      ...ENDS.map((end) => `pw${end}`),
    ],
    pattern: PASSWORD,
    isPassword: true,
  },
  {
    rule: "password",
    anchors: [...ENDS.map((end) => `pin${end}`), "pin is", "pin_code", "pincode", "pin code", "pin-code"],
    pattern: PIN,
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

/** Azure has `primaryKey`, too. */
function isKeyOfData(before: string, value: string): boolean {
  return KEY_OF_DATA.test(before) && !(/primary[_.-]?$/i.test(before) && value.endsWith("="));
}

type Value = Pick<Assigned, "value" | "isQuoted" | "isVariable"> & {
  /** One of several: most lists of words are no secrets. */
  readonly isItem?: boolean;
};

/** @param word The last words of a name that ends so, `before` what comes before them in it. */
export function isNamedSecret(
  { isPassword, needsRandom = false }: Kind,
  word: string,
  before: string,
  { value, isQuoted, isVariable, isItem = false }: Value,
): boolean {
  if (value.length < LEAST_CHARS) return false;
  if (SHORT.test(word) && isInsideWord(before, word)) return false;
  if (/^pwd$/i.test(word) && value.includes("/")) return false;
  if (/^pin/i.test(word)) return /^\d{4,8}$/.test(value) && !PIN_OF_BOARD.test(before);
  if (!isPassword && (needsRandom || isItem) && !isRandom(value)) return false;
  if (needsRandom && isKeyOfData(before, value)) return false;
  if (isPassword && !isQuoted && !isVariable && /^\d+$/.test(value)) {
    return value.length >= LEAST_DIGITS && !SHORT.test(word) && (isItem || !/s$/i.test(word)) &&
      new Set(value).size > 1;
  }
  if (isPassword && isItem && !looksChosen(value)) return false;
  return isSecretValue({ value, isQuoted, isPassword, isVariable, name: word });
}

/** Of several values, a word is mostly the name of something. */
function looksChosen(value: string): boolean {
  const isName = /^[\p{L}_-]+$/u.test(value) ||
    /pass|secret|token|key/i.test(value) && /^[a-z_-]+\d{0,2}$/i.test(value);
  return !isName || isPassphrase(value);
}

/**
 * The rule of a field whose name shows that its value is a secret, whatever that holds and ends with; null: it is none. Of
 * a value of several lines or words, one has to be a secret, and in a sentence it must look like one.
 */
export function ruleOfField(name: string, value: string, isItem = false): string | null {
  const words = value.split(/\s+/);
  const isSentence = /[ \t]/.test(value);
  for (const kind of KINDS) {
    const looksSo = kind.isPassword ? isMixed : isRandom;
    for (const at of anchoredAt(kind, name)) {
      kind.pattern.lastIndex = at;
      const word = kind.pattern.exec(name)?.[0];
      if (word === undefined || at + word.length < name.length) continue;
      const before = nameBefore(name, at);
      const isSecret = (value: string) =>
        isNamedSecret(kind, word, before, { value, isQuoted: true, isVariable: false, isItem }) &&
        (!isSentence || looksSo(value));
      if (words.some(isSecret)) return kind.rule;
    }
  }
  return null;
}

/** Where the anchors of a kind stand in a name. */
function anchoredAt({ anchors }: Kind, name: string): readonly number[] {
  const lower = name.toLowerCase() + ":";
  return [...lower].flatMap((_, at) => anchors.some((anchor) => lower.startsWith(anchor, at)) ? [at] : []);
}
