/** Whether a text is a secret, or stands for one: `xxxx`, `<token>`, `$TOKEN`, the word "password". Pure. */

/** Words that documents, types and forms write where a secret would stand. */
const WORDS = new Set(
  ("password passwd passphrase pass pwd secret secrets token tokens key apikey api_key string str text number int integer bool boolean " +
    "true false null none nil undefined required optional hidden empty yes no any object unknown bytes value default " +
    "disabled enabled always never basic bearer new-password current-password username user admin function void " +
    "varchar input type name email field label error invalid missing wrong incorrect prompt plaintext redacted masked " +
    "changeme change-me change_me").split(" "),
);

const STANDS_FOR =
  /example|placeholder|your[-_]|redacted|dummy|insert[-_]|replace[-_]|\.\.\.|…|x{4}|\*{3}|0{8}|_here\b/i;
const REFERENCE =
  /^(?:[$<{[(@!%*&#]|process\.|os\.|env[.:]|secrets?\.|vars?\.|config\.|settings\.|self\.|this\.)|\$\{|\{\{|\$\(/;

/** Fewer different characters than this make no token. */
const DIFFERENT = 5;

/** Of the part of a provider's token that is drawn at random. */
export function isDrawn(text: string): boolean {
  return new Set(text).size >= DIFFERENT && !/EXAMPLE|x{6}|X{6}|\.{3}|\*{3}/.test(text) &&
    (/[\dA-Z]/.test(text));
}

export interface Assigned {
  readonly value: string;
  readonly isQuoted: boolean;
  /** Its name is a word for passwords: a short value counts. */
  readonly isPassword: boolean;
  /** `PASSWORD=`, as in the environment. */
  readonly isVariable: boolean;
  /** The name's last word. */
  readonly name: string;
}

export function isSecretValue({ value, isQuoted, isPassword, isVariable, name }: Assigned): boolean {
  if (value.length < 4 || REFERENCE.test(value) || STANDS_FOR.test(value) || WORDS.has(value.toLowerCase())) {
    return false;
  }
  if (new Set(value).size < 3 || value.toLowerCase().endsWith(name.toLowerCase())) return false;
  // A path, but for a slash that was drawn: every 64th key in Base64 begins with one.
  if (/^(?:https?:|\.{0,2}\/|~\/|\\)/.test(value) && !isDrawnPath(value)) return false;
  // A place in a program: `user.password`, `getToken()`, `string[]`.
  if (
    /^[A-Za-z_$][\w$]*(?:(?:\?\.|\.|::|->)[A-Za-z_$][\w$]*)+[([]?/.test(value) && !(isPassword && isQuoted) &&
    !value.split(".").some(isRandom)
  ) return false;
  if (/\(|^\w+\[/.test(value) && !isQuoted || /^v?\d+(?:\.\d+)+$/.test(value)) return false;
  if (isPassword) return isPasswordValue(value, isQuoted, isVariable);
  return isKeyValue(value) || /secret/i.test(name) && isChosenSecret(value, isVariable);
}

function isPasswordValue(value: string, isQuoted: boolean, isVariable: boolean): boolean {
  const isWord = /^[A-Za-z_-]+$/.test(value) && !isDrawnWord(value);
  if (isQuoted) return !/\s/.test(value) && (!isWord || value.length >= 6);
  if (isVariable) return !isWord || value.length >= 6;
  return !isWord && value.length >= 5 && !/^\d+(?:\.\d+)?(?:ms|s|px|%)?$/.test(value);
}

/** `iyXsaXRINXFw`: letters alone, but neither a word nor words that were put together. */
function isDrawnWord(value: string): boolean {
  return /^[A-Za-z]{8,}$/.test(value) &&
    (value.match(/^[a-z]+|[A-Z][a-z]*/g)?.length ?? 0) * 2 > value.length;
}

/** A secret that a person made up for a program: `JWT_SECRET=keyboard-cat`. */
function isChosenSecret(value: string, isVariable: boolean): boolean {
  return value.length >= 8 && KEY_CHARS.test(value) && new Set(value).size >= 6 &&
    (isVariable ? /[A-Za-z]/.test(value) : isMixed(value));
}

function isDrawnPath(value: string): boolean {
  return /^\/[\w+/]{39,}={0,2}$/.test(value) && value.replaceAll("+", "").split("/").some(isRandom);
}

export function isMixed(value: string): boolean {
  return /\d/.test(value) && /[A-Za-z]/.test(value);
}

const KEY_CHARS = /^[\w\-+/=.~:!@#$%^&*]+$/;

/** Keys and tokens without a form of their own are long, and mix letters and digits. */
export function isKeyValue(value: string): boolean {
  return value.length >= 12 && KEY_CHARS.test(value) && isMixed(value) && new Set(value).size >= 8;
}

/** Neither words nor a path nor a number: hexadecimal digits, or both cases and digits. */
export function isRandom(value: string): boolean {
  if ((value.match(/\d/g)?.length ?? 0) < 2) return false;
  if (/^(?=.*[a-f])[0-9a-f]{20,}$/.test(value)) return true;
  const isLong = /^(?:base64:)?[\w+/-]{40,}={0,2}$/.test(value);
  return (isLong || /^[\w-]{16,}={0,2}$/.test(value)) && /[a-z]/.test(value) && /[A-Z]/.test(value);
}
