/** The title of a recording: a pure function of its first event, so that it never changes. */
import { CLIENTS } from "../protocol/clients.ts";
import type { Event } from "../protocol/event.ts";
import type { RenderHead } from "../protocol/render.ts";
import { shortId } from "../protocol/session.ts";
import { oneLine } from "./neutralise.ts";

const TITLE_LENGTH = 80;

/** The first line that the person typed and that is no command; else provider and session. `first`: null without events. */
export function headingText(head: RenderHead, first: Event | null): string {
  const typed = first?.type === "user" ? firstTyped(first.text) : null;
  return typed ?? `${CLIENTS[head.meta.provider].name} session ${oneLine(shortId(head.meta.session), 8)}`;
}

/** The first line of a message that is no command. */
export function firstTyped(text: string): string | null {
  for (const match of text.matchAll(/[^\r\n]+/g)) {
    const line = match[0].startsWith("::") ? "" : oneLine(match[0], TITLE_LENGTH);
    if (line !== "") return line;
  }
  return null;
}
