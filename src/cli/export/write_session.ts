/**
 * One session, read whole and rendered: the reading end of an export. Memory stays flat whatever the log's size.
 * Requires read on the session's logs; the caller's `write` takes the text.
 */
import type { SessionFiles } from "../../parser/session_files.ts";
import { searchText } from "../../parser/search_text.ts";
import { readSession } from "../../parser/session_reader.ts";
import type { Format, Include, RenderHead } from "../../protocol/render.ts";
import type { Redaction } from "../../protocol/redaction.ts";
import type { SessionMeta } from "../../protocol/session.ts";
import type { Provider } from "../../providers/provider.ts";
import { redacted } from "../../render/redacted.ts";
import { rendererFor } from "../../render/registry.ts";

/** The work pauses this often, so that signals, writes and flushes can go on. Milliseconds. */
const SLICE = 3;

/** Records between two looks at the clock: a look costs more than some records do. */
const RECORDS_TO_LOOK = 8;

export interface ExportSource {
  readonly provider: Provider;
  readonly session: string;
  /** Bytes of the main log, for progress. */
  readonly size: number;
  readonly locate: () => SessionFiles;
  /** Title, project and start, found without reading all of it. */
  readonly peek?: () => SessionMeta;
}

export interface WriteOptions {
  readonly source: ExportSource;
  readonly format: Format;
  readonly timeZone: string;
  readonly include: readonly Include[];
  /** Null: an image is a line. */
  readonly images?: "inline" | null;
  readonly redaction: Redaction;
  /**
   * Takes the text of one event: of texts that are joined first, one letter beyond Latin-1 doubles the memory of all.
   * Where it returns a promise, the next text comes after that.
   */
  readonly write: (text: string) => Promise<void> | null;
  /** Gets now and then the number of bytes of the main log that were read. */
  readonly progress: (bytes: number) => void;
  /** Whether to stop early. */
  readonly stopped: () => boolean;
}

export interface WrittenSession {
  readonly end: "complete" | "stopped" | "unreadable";
  readonly events: number;
  /** Records that were not understood or too large, by kind, with how often. */
  readonly troubles: ReadonlyMap<string, number>;
}

export async function writeSession(options: WriteOptions): Promise<WrittenSession> {
  const { source, format, write, images = null } = options;
  const troubles = new Map<string, number>();
  const reader = readSession({
    provider: source.provider,
    session: source.session,
    locate: source.locate,
    from: null,
    whole: true,
    images: images !== null,
    search: searchText,
    report({ kind, what }) {
      const name = `${kind}: ${what}`;
      troubles.set(name, (troubles.get(name) ?? 0) + 1);
    },
  });
  const renderer = redacted(await rendererFor(format), options.redaction);
  // Made with the first event, as for a recording. A title may come later, and `kato sessions` shows the latest.
  const headNow = (): RenderHead => {
    const meta = reader.meta();
    return {
      format,
      meta: { ...meta, title: source.peek?.().title ?? meta.title },
      timeZone: options.timeZone,
      include: [...options.include],
      ...(images === null ? {} : { images }),
    };
  };
  let head: RenderHead | null = null;
  let state: unknown = null;
  let events = 0;
  let sliceEnd = performance.now() + SLICE;
  let records = 0;

  let end: WrittenSession["end"] = "complete";
  for (;;) {
    const advance = reader.advance();
    if (advance === "wait") break;
    if (advance === "linger") throw new Error("internal error: a complete session waits for nothing");
    if (advance === "gone") {
      end = "unreadable";
      break;
    }
    if (advance !== "more") {
      for (const { event } of advance.events) {
        if (head === null) {
          head = headNow();
          state = renderer.begin(head);
        }
        const rendered = renderer.step(head, state, event);
        state = rendered.state;
        const written = write(rendered.text);
        if (written !== null) await written;
        events += 1;
      }
    }
    records += 1;
    if (records % RECORDS_TO_LOOK !== 0 || performance.now() < sliceEnd) continue;
    options.progress(reader.offset());
    // Not a timer: the shortest takes two milliseconds.
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    if (options.stopped()) {
      end = "stopped";
      break;
    }
    sliceEnd = performance.now() + SLICE;
  }
  if (end === "complete") {
    const last = head ?? headNow();
    await write(
      renderer.finish(last, head === null ? renderer.begin(last) : state).text,
    );
  }
  return { end, events, troubles };
}
