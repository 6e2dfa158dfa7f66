/**
 * The grammar of in-chat commands: from the text that a person typed to commands and refused lines.
 * docs/command-grammar.md is its specification.
 *
 * The room of the session is pure: it reads and writes nothing. It says what a line means, what a command does to the
 * recordings of a session, and how an interrupted delivery is settled. It never decides who may command or where
 * kato may write.
 */
import { type FoundCommand, type RefusedLine, type Scan, type Verb, VERBS } from "../protocol/command.ts";
import { findDestinationFaults, type GrammarReason } from "../destination/grammar.ts";
import {
  COMMAND_LINE_BYTES,
  COMMANDS_PER_MESSAGE,
  REFUSED_PER_MESSAGE,
  REFUSED_TOKEN_CHARS,
} from "../protocol/limits.ts";
import { FANCY_LINE, looksLikeCommand } from "./look_alike.ts";

const MARK = "::";
const ANY_VERB = VERBS.join("|");

/** A line that reads like a command and stands where no command may. */
const PLAIN_LOOK_ALIKE = new RegExp(`^::(?:${ANY_VERB})(?=[ \\t]|$)`, "i");
const LOOK_ALIKE_AT = new RegExp(`::(?:${ANY_VERB})(?=\\s|$)[^\\r\\n]*`, "y");

/**
 * The lines of the middle that matter: a code fence (its run and the rest of its line), or two colons of any kind. For
 * fences a lone carriage return ends a line, as in CommonMark. With the `m` flag, `^` would also match after U+2028.
 */
const MIDDLE_LINE = new RegExp(
  `(?:^|[\\n\\r]) {0,3}(\`{3,}|~{3,})([^\\n\\r]*)|(?:^|\\n)(${FANCY_LINE})`,
  "g",
);

/** The rest of the line of a closing fence. CommonMark takes other white space for text, and the fence stays open. */
const BLANKS = /^[ \t]*$/;

const encoder = new TextEncoder();

type Parsed =
  | { readonly verb: Verb; readonly destination: string | null }
  | { readonly reason: GrammarReason };

/**
 * Finds the commands of one message, and the lines that only look like commands.
 *
 * @param typed Exactly what the person typed. Work and memory are linear in it; an 11 MB message is fine.
 *
 * @example
 * ```ts
 * import { scanCommands } from "./command.ts";
 * const { commands } = scanCommands("::record notes.md\nLet us begin.");
 * console.assert(commands[0]?.destination === "notes.md");
 * ```
 */
export function scanCommands(typed: string): Scan {
  const leading = findLeadingRun(typed);
  const trailing = findTrailingRun(typed, leading.to);
  const middle = scanMiddle(typed.slice(leading.to, trailing));

  const commands: FoundCommand[] = [];
  const before: RefusedLine[] = [];
  const after: RefusedLine[] = [];
  readRun(typed, leading.from, "leading", commands, before);
  if (!middle.endsInFence) readRun(typed, trailing, "trailing", commands, after);
  // Lines of the two blocks were meant as commands, so they are reported before those of the middle.
  const first = before.slice(0, REFUSED_PER_MESSAGE);
  const last = after.slice(0, REFUSED_PER_MESSAGE - first.length);
  const between = middle.refused.slice(0, REFUSED_PER_MESSAGE - first.length - last.length);
  return { commands, refused: [...first, ...between, ...last] };
}

/**
 * Finds lines that read like commands in a text that nobody typed (an answer, a tool's output): two colons at column 0,
 * a verb, then white space or the end. Returns at most REFUSED_PER_MESSAGE lines, each cut.
 */
export function findLookAlikes(text: string): string[] {
  const found: string[] = [];
  let at = 0;
  do {
    LOOK_ALIKE_AT.lastIndex = at;
    const match = LOOK_ALIKE_AT.exec(text);
    if (match) found.push(cutToken(match[0]));
    at = text.indexOf("\n" + MARK, at) + 1;
  } while (at > 0 && found.length < REFUSED_PER_MESSAGE);
  return found;
}

function findLeadingRun(text: string): { readonly from: number; readonly to: number } {
  const firstVisible = text.length - text.trimStart().length;
  const from = text.lastIndexOf("\n", firstVisible - 1) + 1;
  let to = from;
  while (text.startsWith(MARK, to)) to = endOfLine(text, to) + 1;
  return { from, to };
}

/** Where the run begins that ends with the last visible line. `floor`: the end of the leading run; no mark is there. */
function findTrailingRun(text: string, floor: number): number {
  let from = text.length;
  let left = text.slice(floor).trimEnd();
  for (;;) {
    const line = left.lastIndexOf("\n") + 1;
    if (!left.startsWith(MARK, line)) return from;
    from = floor + line;
    left = left.slice(0, line - 1);
  }
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at === -1 ? text.length : at;
}

/** The line that begins at `from`, without its line end. */
function lineAt(text: string, from: number): string {
  const end = endOfLine(text, from);
  return text.slice(from, text[end - 1] === "\r" ? end - 1 : end);
}

/** Reads the lines of a block. The block ends at the first line that does not begin with the mark. */
function readRun(
  text: string,
  from: number,
  place: FoundCommand["place"],
  commands: FoundCommand[],
  refused: RefusedLine[],
): void {
  for (let at = from; text.startsWith(MARK, at);) {
    // No person writes so many lines that are refused, so the rest of the block is not obeyed either.
    if (refused.length >= REFUSED_PER_MESSAGE) return;
    const line = lineAt(text, at);
    at = endOfLine(text, at) + 1;
    const token = trimBlanks(line);
    const parsed = parseLine(token);
    if ("reason" in parsed) refused.push(refuse(line, parsed.reason));
    else if (commands.length < COMMANDS_PER_MESSAGE) commands.push({ ...parsed, token, place });
    else refused.push(refuse(line, "too-many-commands"));
  }
}

function refuse(line: string, reason: GrammarReason): RefusedLine {
  return { token: cutToken(line), reason };
}

function cutToken(line: string): string {
  // The cut may part a surrogate pair; what is left must still be text that can be encoded.
  return line.slice(0, REFUSED_TOKEN_CHARS).toWellFormed();
}

/** Without trailing spaces and tabs. A regular expression would try every run of blanks, which is quadratic. */
function trimBlanks(line: string): string {
  const trimmed = line.trimEnd();
  return /[^ \t]/.test(line.slice(trimmed.length)) ? line : trimmed;
}

/** One line of a block, without its line end and trailing blanks. */
function parseLine(line: string): Parsed {
  const [, word = "", rest = ""] = /^::([^ \t]*)[ \t]*([^]*)$/.exec(line) ?? [];
  const verb = VERBS.find((known) => known === word);
  if (verb === undefined) return { reason: explainUnknown(line, word) };
  if (line.length > COMMAND_LINE_BYTES || encoder.encode(line).byteLength > COMMAND_LINE_BYTES) {
    return { reason: "too-long" };
  }
  if (rest === "") {
    return verb === "export" || verb === "init"
      ? { reason: "missing-destination" }
      : { verb, destination: null };
  }
  if (verb === "stop") return { reason: "unexpected-destination" };
  const destination = unquote(rest);
  if (typeof destination !== "string") return destination;
  const [fault] = findDestinationFaults(destination);
  return fault === undefined ? { verb, destination } : { reason: fault };
}

function explainUnknown(line: string, word: string): GrammarReason {
  if (VERBS.some((known) => known === word.toLowerCase())) return "wrong-case";
  return looksLikeCommand(line) ? "forbidden-character" : "unknown-command";
}

function unquote(rest: string): string | { readonly reason: GrammarReason } {
  // A Markdown link may hold blanks. The reason "not-a-path" helps the person more than "trailing-text".
  if (/^!?\[[^\]]*\]\(/.test(rest)) return { reason: "not-a-path" };
  if (!rest.startsWith('"')) {
    if (/[ \t]/.test(rest)) return { reason: "trailing-text" };
    return rest.includes('"') ? { reason: "unbalanced-quote" } : rest;
  }
  const close = rest.indexOf('"', 1);
  if (close === -1) return { reason: "unbalanced-quote" };
  return close === rest.length - 1 ? rest.slice(1, close) : { reason: "trailing-text" };
}

/**
 * Looks for lines between the two blocks that look like commands, and says whether a code fence is still open at the
 * end. A fence is CommonMark's: three or more backticks or tildes, indented by at most three spaces. A run of the same
 * character that is at least as long closes the fence; otherwise the end of the message does.
 */
function scanMiddle(
  text: string,
): { readonly refused: readonly RefusedLine[]; readonly endsInFence: boolean } {
  const refused: RefusedLine[] = [];
  let open: string | null = null;
  for (const match of text.matchAll(MIDDLE_LINE)) {
    const [, fence, after = "", candidate = ""] = match;
    if (fence !== undefined) {
      if (open === null) open = fence.startsWith("`") && after.includes("`") ? null : fence;
      else if (fence.startsWith(open) && BLANKS.test(after)) open = null;
      continue;
    }
    if (open !== null || refused.length >= REFUSED_PER_MESSAGE) continue;
    const from = match.index + match[0].length - candidate.length;
    const line = lineAt(text, from);
    const reason = explainMisplaced(line);
    if (reason !== null) refused.push(refuse(line, reason));
  }
  return { refused, endsInFence: open !== null };
}

/** Why a line outside both blocks is no command; null when no reader would take the line for one. */
function explainMisplaced(line: string): GrammarReason | null {
  const unindented = line.replace(/^[ \t]+/, "");
  if (PLAIN_LOOK_ALIKE.test(unindented)) return unindented === line ? "in-the-middle" : "indented";
  return looksLikeCommand(line) ? "forbidden-character" : null;
}
