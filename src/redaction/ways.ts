/** The ways to give a name a value: in programs, files, command lines, tables and sentences. Pure. */
import { ESCAPES, type Given, itemsAt, linesAt, QUOTE, textAt } from "./lists.ts";
import { isChosen, isMixed, isPassphrase, isRandom } from "./values.ts";

const END_OF_NAME = `${ESCAPES}["'\`]?`;
const BLANKS = "[ \\t]{0,32}";
/** `password: `, `"password" => `, `**Password:** `, `password[] = `, `Secret Access Key [None]: `. */
export const ASSIGNS =
  `${END_OF_NAME}\\*{0,2}(?:\\]|\\[\\d{0,4}\\]|[ \\t]\\[[^\\]\\n]{0,32}\\])?${BLANKS}(?::=|=>|={2,3}(?=[ \\t]{0,4}\\\\{0,3}["'\`])|=|:)\\*{0,2}${BLANKS}`;
export const VALUE = `${QUOTE}?`;
/** `!!str `, `&anchor `, and what only wraps a text. */
const WRAPPED =
  "(?:!!\\w{1,8}[ \\t]|&\\w{1,32}[ \\t]|(?:SecretStr|SecretString|Secret|String::from|Buffer\\.from|bytes|new String)\\((?=\\\\{0,3}[\"']))?";

/** A way to give a name a value. Its first group is the quote before the value. */
interface Way {
  readonly pattern: RegExp;
  /** What stands before the name, with the name's own beginning. Missing: anything. */
  readonly after?: RegExp;
  readonly isForPasswords?: true;
  /** Prose and lists of names look like this too: the value has to look like a secret. */
  readonly needs?: (value: string, word: string) => boolean;
}

const WAYS: readonly Way[] = [
  // `password: string = "value"`, `password string = "value"`, `secret: &str = "value"`
  {
    pattern: new RegExp(
      `(?:${BLANKS}:|[ \\t])${BLANKS}[&*]?[A-Za-z][\\w.<>[\\]|?' ]{0,40}[ \\t]?=[ \\t]{0,4}${QUOTE}`,
      "y",
    ),
  },
  { pattern: new RegExp(ASSIGNS + WRAPPED + VALUE, "y") },
  // A word of a command line follows its option after a blank; `ENV NAME value`, `aws configure set NAME value`.
  {
    pattern: new RegExp(`[ \\t]{1,4}${VALUE}`, "y"),
    after:
      /(?:(?:^|[^\w-])--?|(?:^|\n|\\n)[ \t+>|:\d→`-]{0,16}(?:ENV|setenv) +|\bset (?:-\w{1,4} )?[^\s=]{0,64}?)[\w.-]*$/,
  },
  // `<password>value</password>`
  { pattern: />()(?=[^<]{1,512}<\/)/y, after: /<[\w.:-]*$/ },
  // `<entry key="password">value</entry>`
  {
    pattern: /\\{0,3}["'][^<>\n]{0,64}>()(?=[^<]{1,512}<\/)/y,
    after: /<\w{1,32} (?:name|key)=\\{0,3}["'][\w.:-]*$/,
    needs: isMixed,
  },
  // `name: DB_PASSWORD`, and the value on the next line; `key="ApiKey" value="…"`
  {
    pattern: new RegExp(
      `${END_OF_NAME},?(?:[\\s+>|:\\d→-]|\\\\{1,4}[rn]){0,80}${ESCAPES}["'\`]?value${END_OF_NAME}\\s{0,4}[:=]\\s{0,4}${VALUE}`,
      "iy",
    ),
  },
  // `variable "db_password" { default = "value" }`
  {
    pattern: new RegExp(
      `${ESCAPES}["'][ \\t]{0,4}\\{[^{}]{0,400}?\\bdefault[ \\t]{0,32}=[ \\t]{0,4}${QUOTE}`,
      "y",
    ),
  },
  // `define('DB_PASSWORD', 'value')`, `["--token", "value"]`, `type('[name=password]', 'value')`
  {
    pattern: new RegExp(`\\]?${ESCAPES}["'\`][ \\t]{0,4},[ \\t]{0,4}${QUOTE}`, "y"),
    needs: isMixed,
  },
  // `get('#password').type('value')`
  {
    pattern: new RegExp(`\\]?["'\`]\\)\\.(?:type|fill|sendKeys|setValue|val|send_keys)\\(${QUOTE}`, "y"),
    needs: isMixed,
  },
  // `JWT_SECRET || 'value'`
  {
    pattern: new RegExp(`["'\\])]{0,2}[ \\t]{1,4}(?:\\|\\||\\?\\?|or)[ \\t]{1,4}${QUOTE}`, "y"),
    needs: isMixed,
  },
  // `setPassword("value")`, `.password("value")`, `= PASSWORD('value')`
  { pattern: new RegExp(`\\(${QUOTE}`, "y"), after: /(?:set|with|\.|=[ \t]{0,4})$/i, needs: isMixed },
  // `ALTER ROLE app PASSWORD 'value'`
  { pattern: new RegExp(`[ \\t]{1,4}${QUOTE}`, "y"), isForPasswords: true, needs: isMixedOrPhrase },
  // `| password | value |`
  {
    pattern: new RegExp(`[*\`]{0,3}[ \\t]{0,32}\\|[ \\t]{1,32}${VALUE}(?=[^|\\n]{4,200}\\|)`, "y"),
    after: /\|[ \t*`]{0,32}[\w.-]*$/,
    needs: isChosen,
  },
  // `the password is value`, `password for root: value`, `the password to value`
  {
    pattern: new RegExp(
      `[ \\t](?:is:?|to|for (?:[^\\s:]{1,64} ){0,5}?[^\\s:]{1,64}(?::|[ \\t](?:is|=)))[ \\t]${VALUE}`,
      "y",
    ),
    isForPasswords: true,
    needs: (value, word) => isChosen(value) || (/^pin$/i.test(word) && /^\d{4,8}$/.test(value)),
  },
  // `with user ada and password value`
  {
    pattern: new RegExp(`[ \\t]${VALUE}`, "y"),
    isForPasswords: true,
    needs: (value) => isChosen(value) && isVaried(value),
  },
  // `the API key is value`, `with the token value`
  { pattern: new RegExp(`[ \\t](?:is:?[ \\t])?${VALUE}`, "y"), needs: isRandom },
];

function isMixedOrPhrase(value: string): boolean {
  return isMixed(value) || isPassphrase(value);
}

/** No word, and no name of a thing: both cases, a sign, or letters between digits. */
function isVaried(value: string): boolean {
  return /[!@#$%^&*?+]/.test(value) || (value.length >= 8 && /\d[a-z]+\d/i.test(value)) ||
    (/[a-z]/.test(value) && /[A-Z]/.test(value) && /\d.*\d/.test(value));
}

/** Three quotes, and the value on the next line of a text within JSON. */
function isBlock(value: string, quote: string | undefined): boolean {
  return (quote?.length ?? 0) >= 3 && /^\\{1,4}n/.test(value);
}

/** What stands behind a name that gets a value. */
const BEGINNINGS = " \t\r\n\"'`\\:=>(,*[]|)";

export interface Found {
  readonly items: readonly Given[];
  /** What assigns them. */
  readonly sign: string;
}

/** The values that the text gives the name whose last words are from `at` to `end`. */
export function givenAt(text: string, at: number, end: number, isPasswordName: boolean): Found | null {
  if (!BEGINNINGS.includes(text[end] ?? "a")) return null;
  for (const way of WAYS) {
    if (way.isForPasswords === true && !isPasswordName) continue;
    way.pattern.lastIndex = end;
    const assigned = way.pattern.exec(text);
    if (assigned === null) continue;
    if (way.after?.test(text.slice(Math.max(0, at - 96), at)) === false) continue;
    const from = end + assigned[0].length;
    const [sign, quote] = assigned;
    const { needs } = way;
    if (quote === undefined && needs === undefined) {
      const hasMany = /s$/i.test(text.slice(at, end));
      const items = "[({".includes(text[from] ?? "a") ? itemsAt(text, from, hasMany) : linesAt(text, from);
      if (items.length > 0) return { items, sign };
    }
    const value = textAt(text, from, quote);
    if (value === null || isBlock(value, quote)) {
      const items = linesAt(text, from - (quote?.length ?? 0));
      return items.length > 0 ? { items, sign } : null;
    }
    // A way that does not fit leaves the text to the next one.
    if (needs !== undefined && !needs(value, text.slice(at, end))) continue;
    return { items: [{ value, from, isQuoted: quote !== undefined, isItem: false }], sign };
  }
  return null;
}
