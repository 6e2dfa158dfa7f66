/** The part of a person's text that the person typed: what was pasted is somebody else's. Pure. */
import { firstLine } from "../prompt_title.ts";

export { cutText } from "../prompt_title.ts";

/** The client wraps a large paste so, with an id that no paste can foresee; small ones stay as if typed. */
const PASTE_TAG = /<(\/?)pasted_content id="([^"\n]{0,64})">/g;

/** Stands for a paste in a line that holds other text too, so that the paste never completes a command. */
const PASTED = "\uFFFC";

interface Frame {
  readonly from: number;
  /** Where what was pasted begins and ends. */
  readonly start: number;
  readonly end: number;
  readonly to: number;
  /** It can end nowhere else. */
  readonly isCertain: boolean;
}

/**
 * The frames of pastes, in their order. The id of the first tag decides: all else in a frame was pasted, whatever it looks
 * like. A paste that holds its own end, by trying all ids, can be read in two ways: it goes to the last of them, and
 * nothing behind its beginning is certain.
 */
function framesOf(text: string): Frame[] {
  const tags = [...text.matchAll(PASTE_TAG)];
  const ends = Map.groupBy(tags.keys().filter((at) => tags[at]?.[1] === "/"), (at) => tags[at]?.[2]);
  const frames: Frame[] = [];
  for (let at = 0; at < tags.length; at += 1) {
    const open = tags[at];
    if (open === undefined || open[1] === "/") continue;
    const own = (ends.get(open[2]) ?? []).filter((end) => end > at);
    const last = own.at(-1);
    const close = last === undefined ? undefined : tags[last];
    const start = open.index + open[0].length;
    const end = close?.index ?? text.length;
    const isCertain = own.length === 1;
    frames.push({ from: open.index, start, end, to: end + (close?.[0].length ?? 0), isCertain });
    if (last === undefined || !isCertain) break;
    at = last;
  }
  return frames;
}

/**
 * `text` without its pastes. A paste that fills whole lines leaves an empty one; the lines around it stay apart.
 * A paste that is not certain to end hides everything behind it.
 * `::record⏎⏎<pasted_content id="2e43">…</pasted_content id="2e43">⏎thanks` gives `::record⏎⏎⏎thanks`.
 */
export function typedPart(text: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (const frame of framesOf(text)) {
    pieces.push(text.slice(from, frame.from));
    from = frame.isCertain ? frame.to : text.length;
  }
  pieces.push(text.slice(from));
  return joinPieces(pieces);
}

/** `text` as it is shown: what was pasted stands in it without the client's frame. */
export function withoutFrames(text: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { from: before, start, end, to } of framesOf(text)) {
    pieces.push(text.slice(from, before), text.slice(start, end).replace(/^\n/, "").replace(/\n$/, ""));
    from = to;
  }
  return pieces.length === 0 ? text : pieces.join("") + text.slice(from);
}

/** Each piece is looked at twice at most, however many there are. */
function joinPieces(pieces: readonly string[]): string {
  const parts: string[] = [];
  for (const [index, piece] of pieces.entries()) {
    const before = pieces[index - 1];
    if (before !== undefined) {
      const left = before.slice(before.lastIndexOf("\n") + 1);
      const end = piece.indexOf("\n");
      const right = end === -1 ? piece : piece.slice(0, end);
      if (left.trim() !== "" || right.trim() !== "") parts.push(PASTED);
    }
    parts.push(piece);
  }
  return parts.join("");
}

/** The first words stand at the beginning, however long the text. */
const TITLE_LOOKS_AT = 4096;

/** A session's title: the first line that the person typed, else pasted, and that is no command. */
export function firstWords(text: string, typed: string): string | null {
  return firstLine(typed.slice(0, TITLE_LOOKS_AT).replaceAll(PASTED, " ")) ??
    firstLine(text.slice(0, TITLE_LOOKS_AT));
}
