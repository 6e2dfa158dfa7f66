/** The part of a text that the person typed: a pasted part may have another author. Pure. */
import { firstLine } from "../prompt_title.ts";

export { cutText } from "../prompt_title.ts";

/** The client puts this frame around a large paste. No paste can foresee the id in it. A small paste has no frame. */
const PASTE_TAG = /<(\/?)pasted_content id="([^"\n]{0,64})">/g;
/** Every frame begins with it. Most texts have none, and need no search for tags. */
const FRAME_BEGINS = '<pasted_content id="';

/** Replaces a paste in a line with other text, so that the paste never completes a command. */
const PASTED = "\uFFFC";

interface Frame {
  readonly from: number;
  /** Where the pasted text begins and ends. */
  readonly start: number;
  readonly end: number;
  readonly to: number;
  /** Whether the end is certain. */
  readonly isCertain: boolean;
}

/**
 * The frames of pastes, in their order. The id of the first tag ends the frame: all other tags in it were pasted. A paste
 * that tries all ids may hold its own end. Then the frame goes to the last such tag, and its end is not certain.
 */
function framesOf(text: string): Frame[] {
  if (!text.includes(FRAME_BEGINS)) return [];
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
 * `text` without its pastes. A paste of whole lines leaves an empty line, so the lines around it stay apart. A paste
 * without a certain end hides all text behind it.
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

/** `text` as kato shows it: with its pastes, without the client's frames. */
export function withoutFrames(text: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { from: before, start, end, to } of framesOf(text)) {
    pieces.push(text.slice(from, before), text.slice(start, end).replace(/^\n/, "").replace(/\n$/, ""));
    from = to;
  }
  return pieces.length === 0 ? text : pieces.join("") + text.slice(from);
}

/** Looks at each piece twice at most, however many there are. */
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

/** A long text is not searched beyond its beginning. */
const TITLE_LOOKS_AT = 4096;

/** A session's title: the first typed line that is no command; without one, the first pasted line. */
export function firstWords(text: string, typed: string): string | null {
  return firstLine(typed.slice(0, TITLE_LOOKS_AT).replaceAll(PASTED, " ")) ??
    firstLine(text.slice(0, TITLE_LOOKS_AT));
}
