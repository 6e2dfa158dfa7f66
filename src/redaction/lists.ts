/** Values that are lists, objects and blocks of lines: what a name may have instead of one text on its own line. Pure. */

/** A value that a name gets, and how. */
export interface Given {
  readonly value: string;
  readonly from: number;
  readonly isQuoted: boolean;
  /** One of several, or on a line of its own: it has to look like a secret. */
  readonly isItem: boolean;
}

export const ESCAPES = "\\\\{0,3}";
/** `"`, `'`, or either three times; `b"`, `f'`, `@"`, `$'`. The first group is the quote. */
export const QUOTE =
  `(?:[bfrulBFRUL@$]{1,2}(?=\\\\{0,3}["']))?((?:\\\\{1,3}"){3}|${ESCAPES}(?:"""|'''|["'\`]))`;

/** As JSON has it inside a text, too. */
const NEWLINE = "(?:\\r?\\n|(?:\\\\{1,4}r)?\\\\{1,4}n)";
/** What a diff, a quotation, a comment or a tool writes before each line. */
const MARK = "(?:[ \\t]{0,8}(?:[+>|#-]|\\/\\/|\\d{1,6}[→:\\t]|[\\w./-]{1,80}:\\d{1,6}:)){0,2}";

/** A list or a block is no longer than this. */
const LIST_CHARS = 4096;
const MOST_ITEMS = 64;

const UNQUOTED = /[^\s"'`,;)}\]<>|\\]{1,512}/y;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** One value after what assigns it: in quotes, or up to a blank. */
export function textAt(text: string, from: number, quote: string | undefined): string | null {
  return quote === undefined || quote === "" ? unquotedAt(text, from) : quotedAt(text, from, quote);
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

/** Between two items: blanks, ends of lines with their marks, commas. */
const BETWEEN = new RegExp(`(?:[ \\t,]|${NEWLINE}${MARK}){0,64}`, "y");
const ITEM_QUOTE = new RegExp(QUOTE, "y");
/** `"ada": ` before a value of an object. */
const COLON = /[ \t]{0,8}(?::|=>?)[ \t]{0,8}/y;
const ITEM = /[^\s"'`,;:(){}[\]<>|\\=]{4,256}(?=[ \t]{0,8}(?:[,\]]|\r?\n|\\{1,4}n))/y;

/** Keys of an object whose name shows a secret, and whose value is that secret. */
const KEY_OF_VALUE = /^(?:value|default|plain|plaintext|clear|raw|data)$/i;

/** @param from Where the bracket stands. */
export function itemsAt(text: string, from: number, hasMany: boolean): readonly Given[] {
  const isObject = text[from] === "{";
  const end = from + LIST_CHARS;
  const items: Given[] = [];
  let at = from + 1;
  for (let key = ""; at < end && items.length < MOST_ITEMS;) {
    at += matchAt(BETWEEN, text, at)?.[0].length ?? 0;
    const opening = matchAt(ITEM_QUOTE, text, at);
    const start = at + (opening?.[0].length ?? 0);
    const quote = opening?.[1];
    const value = quote === undefined ? matchAt(ITEM, text, at)?.[0] : quotedAt(text, start, quote);
    if (value === undefined || value === null) break;
    at = start + value.length + (quote?.length ?? 0);
    const colon = isObject && key === "" ? matchAt(COLON, text, at) : null;
    if (colon !== null) {
      [key, at] = [value, at + colon[0].length];
      continue;
    }
    const isWanted = isObject ? KEY_OF_VALUE.test(key) || (hasMany && key !== "") : true;
    if (isWanted) items.push({ value, from: start, isQuoted: quote !== undefined, isItem: true });
    key = "";
  }
  return items;
}

const LINE_END = `[ \\t]{0,8}(?:#[^\\n\\\\]{0,200})?${NEWLINE}`;
/** `passwords:`, and `- one` on the next line. */
const ITEM_LINES = new RegExp(`${LINE_END}(?=${MARK}[ \\t]{0,32}-[ \\t])`, "y");
const ITEM_LINE = new RegExp(`${MARK}[ \\t]{0,32}?-[ \\t]{1,8}${QUOTE}?`, "y");
const TO_NEXT = new RegExp(`["'\`\\\\]{0,4}${LINE_END}`, "y");
/** `password: |` and the value on the next line, or behind three quotes. */
const BLOCK = new RegExp(`(?:[|>][+-]?\\d?${LINE_END}|(?:(?:\\\\{1,3}"){3}|"""|''')${NEWLINE})`, "y");
const BLOCK_LINE = new RegExp(`${MARK}[ \\t]{0,48}([^\\s"'\`\\\\:]{4,512})(?=["'\\s\\\\]|$)`, "y");

/** Items on lines of their own, or the lines of a block. */
export function linesAt(text: string, from: number): readonly Given[] {
  const list = matchAt(ITEM_LINES, text, from);
  if (list !== null) return itemLines(text, from + list[0].length);
  const block = matchAt(BLOCK, text, from);
  return block === null ? [] : blockLine(text, from + block[0].length);
}

function itemLines(text: string, from: number): readonly Given[] {
  const items: Given[] = [];
  for (let at = from; at < from + LIST_CHARS && items.length < MOST_ITEMS;) {
    const head = matchAt(ITEM_LINE, text, at);
    if (head === null) break;
    const start = at + head[0].length;
    const value = textAt(text, start, head[1]);
    if (value === null || value === "") break;
    items.push({ value, from: start, isQuoted: head[1] !== undefined, isItem: true });
    const next = matchAt(TO_NEXT, text, start + value.length);
    if (next === null) break;
    at = start + value.length + next[0].length;
  }
  return items;
}

/** A password or a key has one line. */
function blockLine(text: string, at: number): readonly Given[] {
  const line = matchAt(BLOCK_LINE, text, at);
  const value = line?.[1];
  return line === null || value === undefined
    ? []
    : [{ value, from: at + line[0].length - value.length, isQuoted: false, isItem: true }];
}
