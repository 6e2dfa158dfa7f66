/** The title of a recording. It is fixed when the file begins, so that it never changes. */
import { CLIENTS } from "../protocol/clients.ts";
import type { Event } from "../protocol/event.ts";
import type { RenderHead } from "../protocol/render.ts";
import { shortId } from "../protocol/session.ts";
import { oneLine } from "./neutralise.ts";

const TITLE_LENGTH = 200;
/** Of words that are no chosen title. */
const WORDS_LENGTH = 80;

/**
 * The session's title as `kato sessions` shows it; else the first line of `first` that a person typed and that is no
 * command; else provider and session. `first`: null without events.
 */
export function headingText({ meta }: RenderHead, first: Event | null): string {
  const title = oneLine(meta.title ?? "", TITLE_LENGTH);
  if (title !== "") return title;
  const typed = first?.type === "user" ? firstTyped(first.text) : null;
  return typed ?? `${CLIENTS[meta.provider].name} session ${oneLine(shortId(meta.session), 8)}`;
}

/** The first line of a message that is no command. */
export function firstTyped(text: string): string | null {
  for (const match of text.matchAll(/[^\r\n]+/g)) {
    const line = match[0].startsWith("::") ? "" : oneLine(match[0], WORDS_LENGTH);
    if (line !== "") return line;
  }
  return null;
}
