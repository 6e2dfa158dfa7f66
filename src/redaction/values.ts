/** Whether a text is a secret, or stands for one: `xxxx`, `<token>`, `$TOKEN`, the word "password". Pure. */

/** Words that documents, types and forms write where a secret would stand. */
const WORDS = new Set(
  ("password passwd passphrase pass pwd secret secrets token tokens key apikey api_key string str text number int integer bool boolean " +
    "true false null none nil undefined required optional hidden empty yes no any object unknown bytes value default " +
    "disabled enabled always never basic bearer new-password current-password username user admin function void " +
    "varchar input type name email field label error invalid missing wrong incorrect prompt plaintext redacted masked " +
    "changeme change-me change_me passwort kennwort contraseña senha wachtwoord пароль hasło lösenord salasana heslo parola şifre " +
    "パスワード 密码 密碼 비밀번호").split(" "),
);

const STANDS_FOR =
  /example|placeholder|your[-_]|redacted|dummy|insert[-_]|replace[-_]|\.\.\.|…|x{4}|\*{3}|0{8}|_here\b/i;
const REFERENCE =
  /^(?:[$<{[(@!%*&#]|process\.|os\.|env[.:]|secrets?\.|vars?\.|config\.|settings\.|self\.|this\.)|\$\{|\{\{|\$\(|^(?:[a-z+]{2,16}:\/\/|(?:vault|file|env|ssm|secretsmanager|keyring|arn|ref):)/;

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

/** A bootstrap token. */
const OF_KUBERNETES = /^[a-z0-9]{6}\.(?=[a-z]*\d)[a-z0-9]{16}$/;

export function isSecretValue({ value, isQuoted, isPassword, isVariable, name }: Assigned): boolean {
  if (value.length < 4 || REFERENCE.test(value) || STANDS_FOR.test(value) || WORDS.has(value.toLowerCase())) {
    return false;
  }
  if (
    new Set(value).size < 3 || (/^[\w.-]+$/.test(value) && value.toLowerCase().endsWith(name.toLowerCase()))
  ) return false;
  // A path, but for a slash that was drawn: every 64th key in Base64 begins with one.
  if (/^(?:https?:|\.{0,2}\/|~\/|\\)/.test(value) && !isDrawnPath(value)) return false;
  // A place in a program: `user.password`, `getToken()`, `string[]`.
  if (
    /^[A-Za-z_$][\w$]*(?:(?:\?\.|\.|::|->)[A-Za-z_$][\w$]*)+[([]?/.test(value) && !(isPassword && isQuoted) &&
    !value.split(".").some(isRandom) && !OF_KUBERNETES.test(value)
  ) return false;
  if (/\(|^\w+\[/.test(value) && !isQuoted || /^v?\d+(?:\.\d+)+$/.test(value)) return false;
  if (isPassword) return isPasswordValue(value, isQuoted, isVariable) || (isQuoted && isPhrase(name, value));
  return isKeyValue(value) || /secret/i.test(name) && isChosenSecret(value, isVariable);
}

function isPasswordValue(value: string, isQuoted: boolean, isVariable: boolean): boolean {
  const isWord = /^[A-Za-z_-]+$/.test(value) && !isDrawnWord(value) && !isPassphrase(value);
  if (isQuoted) return !/\s/.test(value) && (!isWord || value.length >= 6);
  if (isVariable) return !isWord || value.length >= 6;
  return !isWord && value.length >= 5 && !/^\d+(?:\.\d+)?(?:ms|s|px|%)?$/.test(value);
}

/** Words that nobody draws for a passphrase: they make a sentence, or the name of a thing. */
const PROSE =
  /\b(?:the|an?|is|are|be|of|to|for|in|on|and|or|not|no|your|you|my|this|that|with|from|by|use|enter|please|must|can|was|has|have|same|new|old|current|user|name|admin|database|service|default|config)\b|pass|secret|token|key|cred|auth/i;

/** `correct-horse-battery-staple`: four words or more that were drawn. */
export function isPassphrase(value: string): boolean {
  return /^[a-z]{3,9}([_.-])[a-z]{3,9}(?:\1[a-z]{3,9}){2,9}$/.test(value) &&
    !PROSE.test(value.replace(/[_.-]/g, " "));
}

/** Only a name such as `passphrase` shows that words with blanks are one. */
function isPhrase(name: string, value: string): boolean {
  return /phrase/i.test(name) && isPassphrase(value.replaceAll(" ", "-"));
}

/**
 * `iyXsaXRINXFw`: letters alone, but neither a word nor words that were put together.
 *
 * @param most Letters of its parts, each of which begins with a capital, at most on average.
 */
function isDrawnWord(value: string, most = 2): boolean {
  return /^[A-Za-z]{8,}$/.test(value) &&
    (value.match(/^[a-z]+|[A-Z][a-z]*/g)?.length ?? 0) * most > value.length;
}

/** A secret that a person made up for a program: `JWT_SECRET=keyboard-cat`. */
function isChosenSecret(value: string, isVariable: boolean): boolean {
  return value.length >= 8 && KEY_CHARS.test(value) && new Set(value).size >= 6 &&
    (isVariable ? /[A-Za-z]/.test(value) : isMixed(value));
}

function isDrawnPath(value: string): boolean {
  if (/^\/[\w+/]{15,}={1,2}$/.test(value)) return true;
  return /^\/[\w+/]{39,}={0,2}$/.test(value) && value.replaceAll("+", "").split("/").some(isRandom);
}

export function isMixed(value: string): boolean {
  return /\d/.test(value) && /[A-Za-z]/.test(value);
}

/** Letters and digits that are no name of a format or a method: `utf8`, `sha256`, `OAuth2`. */
export function isChosen(value: string): boolean {
  return isMixed(value) && value.length >= 6 && !/^\(|\)$/.test(value) &&
    !/^(?:utf|sha|md|base|argon|aes|rsa|pbkdf|oauth|ed|bcrypt|scrypt|hs|rs|es|int|uint|varchar|char|string)[-_]?\d+(?:[a-z]{1,3}|[-_]\w{1,16})?$/i
      .test(value);
}

const KEY_CHARS = /^[\w\-+/=.~:!@#$%^&*]+$/;

/** Keys and tokens without a form of their own are long, and mix letters and digits. */
export function isKeyValue(value: string): boolean {
  return value.length >= 12 && KEY_CHARS.test(value) && new Set(value).size >= 8 &&
    (isMixed(value) || isLongDrawnWord(value));
}

function isLongDrawnWord(value: string): boolean {
  const letters = value.replace(/[\d+/=]/g, "");
  return letters.length >= 16 && /[a-z]/.test(letters) && /[A-Z]/.test(letters) && isDrawnWord(letters, 2.5);
}

/** Neither words nor a path nor a number: hexadecimal digits, or both cases and digits. */
export function isRandom(value: string): boolean {
  if ((value.match(/\d/g)?.length ?? 0) < 2) {
    return isLongDrawnWord(value);
  }
  if (/^(?=.*[a-f])[0-9a-f]{20,}$/.test(value)) return true;
  if (/^(?=(?:.*\d){4})(?:[a-z0-9]{30,}|[A-Z0-9]{30,})$/.test(value)) return true;
  const isLong = /^(?:base64:)?[\w+/-]{40,}={0,2}$/.test(value);
  return (isLong || /^[\w-]{16,}={0,2}$/.test(value)) && /[a-z]/.test(value) && /[A-Z]/.test(value);
}
