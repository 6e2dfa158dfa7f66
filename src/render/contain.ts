/**
 * Keeps a text in its place in a Markdown document. Somebody else's Markdown stays Markdown, with the least change
 * that keeps it from reaching beyond itself:
 *
 * - headings go two levels down, so that those of the recording stand above them; underlined ones become text
 * - a `<` that would begin raw HTML gets a backslash, so does `![`: opening a recording fetches nothing
 * - a fence that is left open is closed
 *
 * Code is left as it is, wherever it is certain that a CommonMark reader takes it for code. Where that depends on
 * rare turns of the list rules, the text is treated as if it were not: the worst is a backslash too many in a code
 * block, never one too few. Room: render; no authority, pure.
 */

const UNDERLINED = /\n {0,3}(?:=+|-+)[ \t]*(?:\n|$)/;
/** A line that begins with one of these may be more than a line of a paragraph. */
const MAY_ACT = /^[ \t#=\-+*\d`~]/;
const HEADING = /^( {0,3})(#{1,6})(?=[ \t]|$)/;
const UNDERLINE = /^( {0,3})(=+|-+)[ \t]*$/;
const OPENER = /^[ \t]*(`{3,}(?=[^`]*$)|~{3,})/;
const CLOSER = /^[ \t]*(`{3,}|~{3,})[ \t]*$/;
const LIST_MARKER = /^[ \t]*([-+*]|\d{1,9}[.)])(?=[ \t]|$)/;
const PLAIN_ITEM =
  /^ *(?:[-+*]|\d{1,9}[.)]) {1,4}(?!$|[ \t>]|```|~~~|[-+*](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$))/;
const RULE = /^ *([-*])(?:[ \t]*\1){2,}[ \t]*$/;
const TAG_OR_IMAGE = /(?<!\\)(\\*)(<(?=[A-Za-z/!?])(?!https?:\/\/[^\s<>`]*>)|!\[)/g;

interface Fence {
  readonly mark: string;
  /** Column of its opening line. */
  readonly column: number;
  /** Where its container's content begins: 0 in the document, more in a list item; null when it is not certain. */
  readonly base: number | null;
}

/** What is known about the place of the next line. */
interface Place {
  fence: Fence | null;
  /** Content column of the list item that is open without doubt. */
  item: number | null;
  /** Whether there was a list marker at all: before the first, nothing is in doubt. */
  lists: boolean;
  afterBlank: boolean;
  /** Whether backticks on one line pair up among themselves: not after one that may reach into the next line. */
  paired: boolean;
}

/**
 * Contains a neutralised text that begins at the start of a line, and is followed by a line of the renderer's own that is
 * neither blank nor indented.
 */
export function containText(text: string): string {
  if (!mayLeave(text)) return text;
  const place = beginPlace();
  const out: string[] = [];
  for (const line of text.split("\n")) out.push(containLine(place, line));
  if (place.fence !== null) out.push(closing(place.fence));
  return out.join("\n");
}

/** Contains a neutralised text without newlines that stands after something else on its line. */
export function containInline(line: string): string {
  return escapeOutsideCode(line, beginPlace());
}

/** A quick look: without any of these a text cannot leave its place. */
function mayLeave(text: string): boolean {
  return text.includes("<") || text.includes("#") || text.includes("```") || text.includes("~~~") ||
    text.includes("![") || UNDERLINED.test(text);
}

function beginPlace(): Place {
  return { fence: null, item: null, lists: false, afterBlank: true, paired: true };
}

function containLine(place: Place, line: string): string {
  const { fence } = place;
  if (line === "" || !/[^ \t]/.test(line)) {
    if (fence === null) beginBlock(place);
    return line;
  }
  if (fence === null) return MAY_ACT.test(line) ? containOutside(place, line) : containPlain(place, line);
  // Most of a document's code: only a space or the mark itself can begin the line that ends it.
  if (fence.base === 0 && line[0] !== " " && line[0] !== fence.mark[0]) return line;
  const column = columnOf(line);
  if (!leaves(fence, column)) return containFenced(place, fence, line, column);
  place.fence = null;
  beginBlock(place);
  // In doubt, an explicit end makes every reading agree; a list item ends its fences by itself.
  return (fence.base === null ? closing(fence) + "\n" : "") + containOutside(place, line);
}

/** No paragraph reaches over this point. */
function beginBlock(place: Place): void {
  place.afterBlank = true;
  place.paired = true;
}

/** A line of a paragraph that is not indented. */
function containPlain(place: Place, line: string): string {
  place.item = null;
  place.afterBlank = false;
  return escapeOutsideCode(line, place);
}

/** Whether a line ends the list item that the fence is in (or may be in). */
function leaves(fence: Fence, column: number): boolean {
  return column < (fence.base ?? fence.column);
}

function containFenced(place: Place, fence: Fence, line: string, column: number): string {
  const mark = CLOSER.exec(line)?.[1];
  if (mark?.startsWith(fence.mark) && column <= (fence.base ?? 0) + 3) {
    place.fence = null;
    beginBlock(place);
    return line;
  }
  return fence.base === null ? line.replace(TAG_OR_IMAGE, escapeMark) : line;
}

function containOutside(place: Place, line: string): string {
  const column = columnOf(line);
  followLists(place, line, column);
  const opened = openFence(place, line, column);
  if (opened !== null) {
    place.fence = opened;
    return opened.base === null ? line.replace(TAG_OR_IMAGE, escapeMark) : line;
  }
  const underlined = !place.afterBlank && UNDERLINE.test(line);
  const heading = !underlined && HEADING.test(line);
  place.afterBlank = heading;
  if (underlined) return line.replace(UNDERLINE, "$1\\$2");
  const safe = escapeOutsideCode(line, place);
  return heading ? safe.replace(HEADING, (_, space, marks) => space + ("##" + marks).slice(0, 6)) : safe;
}

/** Keeps `place.item` only while a list item is open by every reading of the rules. */
function followLists(place: Place, line: string, column: number): void {
  const { item } = place;
  if (!LIST_MARKER.test(line)) {
    if (item !== null && column < item) place.item = null;
    return;
  }
  place.lists = true;
  place.item = null;
  const plain = PLAIN_ITEM.exec(line);
  if (plain === null || RULE.test(line)) return;
  const inside = item !== null && column >= item && column <= item + 3;
  const beside = column <= 1 || (item !== null && column < item && column <= 3);
  // A number other than 1 cannot interrupt a paragraph.
  const interrupts = !/^ *\d/.test(line) || /^ *1[.)]/.test(line) || place.afterBlank ||
    (item !== null && beside && column < item);
  if ((inside || beside) && interrupts) place.item = plain[0].length;
}

function openFence(place: Place, line: string, column: number): Fence | null {
  const mark = OPENER.exec(line)?.[1];
  if (mark === undefined) return null;
  const { item } = place;
  if (item !== null && column >= item) return column <= item + 3 ? { mark, column, base: item } : null;
  if (column > 3) return null;
  return { mark, column, base: column <= 1 || !place.lists ? 0 : null };
}

function closing(fence: Fence): string {
  return " ".repeat(fence.base ?? fence.column) + fence.mark;
}

function columnOf(line: string): number {
  const space = /^[ \t]*/.exec(line)?.[0] ?? "";
  if (!space.includes("\t")) return space.length;
  let column = 0;
  for (const character of space) column += character === "\t" ? 4 - (column % 4) : 1;
  return column;
}

/** An odd number of backslashes in front has escaped it already. */
function escapeMark(whole: string, slashes: string, mark: string): string {
  return slashes.length % 2 === 1 ? whole : slashes + "\\" + mark;
}

/**
 * Escapes tags and images outside code spans. A span is believed when its backticks pair up on this line and no
 * backtick before it may reach further; a bar in it may part two cells of a table.
 */
function escapeOutsideCode(line: string, place: Place): string {
  const marked = line.includes("<") || line.includes("![");
  if (!line.includes("`")) return marked ? line.replace(TAG_OR_IMAGE, escapeMark) : line;
  const { spans, paired } = findSpans([...line.matchAll(/`+/g)]);
  const believed = place.paired && !line.includes("\\`");
  place.paired = believed && paired;
  if (!marked) return line;
  if (!believed) return line.replace(TAG_OR_IMAGE, escapeMark);
  let out = "";
  let from = 0;
  for (const [start, end] of spans) {
    if (line.slice(start, end).includes("|")) continue;
    out += line.slice(from, start).replace(TAG_OR_IMAGE, escapeMark) + line.slice(start, end);
    from = end;
  }
  return out + line.slice(from).replace(TAG_OR_IMAGE, escapeMark);
}

/** Start and end of every code span, and whether no run of backticks is left over. */
function findSpans(runs: readonly RegExpMatchArray[]) {
  const partners = nextOfSameLength(runs);
  const spans: (readonly [number, number])[] = [];
  let paired = true;
  for (let at = 0; at < runs.length; at++) {
    const partner = partners[at] ?? null;
    const last = partner === null ? undefined : runs[partner];
    if (partner === null || last === undefined) {
      paired = false;
      continue;
    }
    spans.push([runs[at]?.index ?? 0, (last.index ?? 0) + last[0].length]);
    at = partner;
  }
  return { spans, paired };
}

/** One walk from the end: searching forward from every run would be quadratic. */
function nextOfSameLength(runs: readonly RegExpMatchArray[]): (number | null)[] {
  const nearest = new Map<number, number>();
  const next: (number | null)[] = new Array(runs.length).fill(null);
  for (let at = runs.length - 1; at >= 0; at--) {
    const length = runs[at]?.[0].length ?? 0;
    next[at] = nearest.get(length) ?? null;
    nearest.set(length, at);
  }
  return next;
}
