/**
 * Whether a title is one that the session had: sessions are renamed, and a file keeps the title that it began with. Pure, but
 * for the source's metadata.
 */
import type { Event } from "../../protocol/event.ts";
import type { Redaction } from "../../protocol/redaction.ts";
import type { SessionMeta } from "../../protocol/session.ts";
import { beginRedaction, redactEvent } from "../../redaction/redact_event.ts";
import { firstTyped, headingText } from "../../render/heading_text.ts";
import type { RenderHead } from "../../protocol/render.ts";

export interface TitleWatch {
  hear(event: Event, meta: () => SessionMeta): void;
  /** @param first The number of the first event that the file has. */
  isFound(first: number | null, latest: SessionMeta): boolean;
}

/** @param title Null: the file has none. */
export function watchTitle(title: string | null, redaction: Redaction): TitleWatch {
  let isKnown = title === null;
  /** Events that begin with these words. */
  const typed = new Set<number>();
  const is = (meta: SessionMeta) => headingText({ meta } as RenderHead, null) === title;
  return {
    hear(event, meta) {
      if (isKnown) return;
      isKnown = is(meta());
      if (isKnown || event.type !== "user") return;
      const words = firstTyped(event.text);
      if (words === null) return;
      const safe = redactEvent(event, redaction, beginRedaction());
      if (safe.type === "user" && firstTyped(safe.text) === title) typed.add(event.seq);
    },
    isFound: (first, latest) =>
      isKnown || (first !== null && typed.has(first)) || is(latest) || is({ ...latest, title: null }),
  };
}
