/** The part of a person's text that the person typed: what was pasted is somebody else's. Pure. */
import { firstLine } from "../title.ts";

export { cutText } from "../title.ts";

/** The client wraps a large paste so, with an id that no paste can foresee; small ones stay as if typed. */
const PASTE_TAG = /<(\/?)pasted_content id="([^"\n]{0,64})">/g;

/** Stands for a paste in a line that holds other text too, so that the paste never completes a command. */
const PASTED = "\uFFFC";

/**
 * `text` without its pastes. A paste that fills whole lines leaves an empty one; the lines around it stay apart.
 * An opening tag without its end hides everything behind it.
 * `::record⏎⏎<pasted_content id="2e43">…</pasted_content id="2e43">⏎thanks` gives `::record⏎⏎⏎thanks`.
 */
export function typedPart(text: string): string {
  const pieces: string[] = [];
  let from = 0;
  let open: string | undefined;
  for (const tag of text.matchAll(PASTE_TAG)) {
    const [whole, slash, id] = tag;
    if (open === undefined && slash === "") {
      pieces.push(text.slice(from, tag.index));
      open = id;
    } else if (open === id && slash === "/") {
      from = tag.index + whole.length;
      open = undefined;
    }
  }
  pieces.push(open === undefined ? text.slice(from) : "");
  return joinPieces(pieces);
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
    firstLine(text.slice(0, TITLE_LOOKS_AT).replace(PASTE_TAG, ""));
}
