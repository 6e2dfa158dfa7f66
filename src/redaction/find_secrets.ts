/**
 * The room of the redaction: texts in, the places of secrets out, and events without them. It reads nothing, writes
 * nothing, and keeps only the state that its caller hands back. A literal is found first, in one pass for all rules. Only
 * then an expression looks at that place. Its work is linear: no repetition in an expression is without a bound.
 */
import { REDACTION, type Redaction } from "../protocol/redaction.ts";
import { type Anchors, findAnchors } from "./anchors.ts";
import { NAMED, type Named, type Span } from "./assignments.ts";
import { PLACED } from "./commands.ts";
import { CHARS } from "./token_rows.ts";
import { type Token, TOKENS } from "./tokens.ts";
import { isDrawn } from "./values.ts";

export interface Found {
  /** In their order. No two overlap. */
  readonly spans: readonly Span[];
  /** The text ends inside a secret: the next piece of it may begin with so many characters, or with its other lines. */
  readonly open: Open | null;
}

export interface Open {
  readonly rule: string;
  readonly chars: keyof typeof CHARS | "private-key";
  /** The secret lacks at least so many characters. */
  readonly lacks: number;
}

interface Certain {
  readonly span: Span;
  readonly open: Open | null;
}

const PRIVATE_KEY = "private-key";
const OWN = "own-secret";
const NOTHING: Found = { spans: [], open: null };

/** Longer ones are cut: a token has no more characters. */
const TOKEN_CHARS = 16_384;
/** A piece of a token is shown by so many of its characters. */
const PIECE_CHARS = 8;
const KEY_CHARS = 65_536;

const RUNS = Object.fromEntries(
  Object.entries(CHARS).map(([name, chars]) => [name, new RegExp(`[${chars}]{1,${TOKEN_CHARS}}`, "y")]),
) as Record<keyof typeof CHARS, RegExp>;
const BEGIN =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----/y;
const KEY_LINES =
  /(?:[ \t>+|:\d→]{0,16}(?:[A-Za-z0-9+/=]{16,}|[\w-]{2,20}: [^\n]{0,200}|[A-Za-z0-9+/=]{1,76}|)(?:\\r|\\n|\r|\n|$)){1,512}/y;

interface Rule {
  readonly anchor: string;
  readonly token: Token | null;
  readonly named: Named | null;
}

const SURROUNDED: readonly Named[] = [...NAMED, ...PLACED];
const RULES: readonly Rule[] = [
  ...TOKENS.flatMap((token) => token.anchors.map((anchor) => ({ anchor, token, named: null }))),
  ...SURROUNDED.flatMap((named) => named.anchors.map((anchor) => ({ anchor, token: null, named }))),
  { anchor: "---- begin ", token: null, named: null },
  { anchor: "-----begin ", token: null, named: null },
];
let anchors: Anchors | null = null;

/** The names of all rules, as placeholders have them. */
export const RULE_NAMES: readonly string[] = [
  ...new Set([...TOKENS, ...SURROUNDED].map(({ rule }) => rule)),
  PRIVATE_KEY,
  OWN,
].sort();

export function runAt(chars: keyof typeof CHARS, text: string, at: number): number {
  const run = RUNS[chars];
  run.lastIndex = at;
  return run.exec(text)?.[0].length ?? 0;
}

/** Where the lines of a private key end that `text` goes on with. */
export function keyLinesEnd(text: string, at: number): number {
  const end = text.indexOf("-----END ", at);
  if (end >= 0 && end - at < KEY_CHARS) {
    const close = text.indexOf("-----", end + 9);
    return close < 0 ? text.length : close + 5;
  }
  KEY_LINES.lastIndex = at;
  return at + (KEY_LINES.exec(text)?.[0].length ?? 0);
}

export function findSecrets(text: string, { prefixes, allow }: Redaction = REDACTION): Found {
  if (text.length < PIECE_CHARS) return NOTHING;
  anchors ??= findAnchors(RULES.map(({ anchor }) => anchor));
  const certain: Span[] = prefixes.flatMap((prefix) => [...findOwn(text, prefix)]);
  const guessed: Span[] = [];
  let open: Open | null = null;
  /** What ends here was found already. */
  let done = 0;
  anchors.scan(text, (at, entry) => {
    if (at < done) return;
    const { anchor, token, named } = RULES[entry] as Rule;
    if (token !== null) {
      if (!text.startsWith(anchor, at)) return;
      const found = tokenAt(token, anchor, text, at);
      if (found === null) return;
      certain.push(found.span);
      open = found.open;
      done = found.span.to;
    } else if (text.slice(at, at + anchor.length).toLowerCase() !== anchor) {
      return;
    } else if (named !== null) {
      const span = named.find(text, at);
      if (span !== null) guessed.push(span);
    } else {
      const key = privateKeyAt(text, at);
      if (key === null) return;
      open = key.open;
      if (key.span === null) return;
      certain.push(key.span);
      done = key.span.to;
    }
  });
  return certain.length + guessed.length === 0 && open === null ? NOTHING : {
    spans: settle(certain, guessed).filter(({ from, to }) => !allow.includes(text.slice(from, to))),
    open,
  };
}

/** An organisation's own secrets: a beginning that it named, and what follows without a blank. */
function* findOwn(text: string, prefix: string): Generator<Span> {
  for (let from = text.indexOf(prefix); from >= 0;) {
    const to = from + prefix.length + runAt("base64", text, from + prefix.length);
    yield { rule: OWN, from, to };
    from = text.indexOf(prefix, to);
  }
}

function privateKeyAt(
  text: string,
  at: number,
): { readonly span: Span | null; readonly open: Open | null } | null {
  BEGIN.lastIndex = at;
  const head = BEGIN.exec(text)?.[0];
  if (head === undefined) return null;
  const body = at + head.length;
  const to = keyLinesEnd(text, body);
  const isWhole = text.slice(body, to).includes("END ");
  const open = to >= text.trimEnd().length && !isWhole
    ? { rule: PRIVATE_KEY, chars: PRIVATE_KEY, lacks: 0 } as const
    : null;
  // Programs and documents have the first line alone.
  const hasKey = /[A-Za-z0-9+/=]{16}/.test(text.slice(body, to).replace(/-----END .*/, ""));
  return { span: hasKey ? { rule: PRIVATE_KEY, from: at, to } : null, open };
}

/** `\nghp_…` in a text that was escaped, a colour before the token, a percent sign: a token may begin behind them. */
// deno-lint-ignore no-control-regex -- a terminal's colour begins with one
const ESCAPE = /\\[nrt]|%[0-9A-Fa-f]{2}|\u001b\[[\d;]{0,12}m/;
const ESCAPE_CHARS = 16;
const ESCAPED = new RegExp(`(?:${ESCAPE.source})$`);

function isEdge(text: string, at: number): boolean {
  return at === 0 || !/[A-Za-z0-9_]/.test(text[at - 1] ?? "") ||
    ESCAPED.test(text.slice(Math.max(0, at - ESCAPE_CHARS), at));
}

function tokenAt(
  { rule, chars, least, most, before, shape }: Token,
  anchor: string,
  text: string,
  at: number,
): Certain | null {
  const from = before === undefined ? at : startOf(text, at, before);
  if (from === null || (before === undefined && !isEdge(text, at))) return null;
  const body = at + anchor.length;
  let length = runAt(chars, text, body);
  const atEnd = body + length === text.length || text.startsWith("…", body + length);
  if (length < least) {
    const isPiece = atEnd && before === undefined && anchor.length > 3 && length >= PIECE_CHARS;
    if (!isPiece || !isDrawn(text.slice(body, body + length))) return null;
    return { span: { rule, from, to: body + length }, open: { rule, chars, lacks: least - length } };
  }
  // A sentence may end behind the token.
  while (length > least && /[.~-]/.test(text[body + length - 1] ?? "")) length -= 1;
  if (most !== undefined && length > most) return null;
  const whole = text.slice(from, body + length);
  if (shape !== undefined && !shape.test(whole)) return null;
  return isDrawn(before === undefined ? text.slice(body, body + length) : whole)
    ? { span: { rule, from, to: body + length }, open: null }
    : null;
}

function startOf(
  text: string,
  at: number,
  { chars, least, most }: NonNullable<Token["before"]>,
): number | null {
  const head = text.slice(Math.max(0, at - most - ESCAPE_CHARS), at).split(ESCAPE).at(-1) ?? "";
  // The sign of an assignment is no part of a token's beginning.
  const run = new RegExp(`[${CHARS[chars].replace("=", "")}]*$`).exec(head)?.[0].length ?? 0;
  return run < least || run > most ? null : at - run;
}

/** What is certain wins over what its name shows. */
function settle(certain: readonly Span[], guessed: readonly Span[]): readonly Span[] {
  const free = guessed.filter(({ from, to }) => !certain.some((one) => one.from < to && from < one.to));
  const sorted = [...certain, ...free].sort((a, b) => a.from - b.from || b.to - a.to);
  const spans: Span[] = [];
  for (const span of sorted) if (span.from >= (spans.at(-1)?.to ?? 0)) spans.push(span);
  return spans;
}
