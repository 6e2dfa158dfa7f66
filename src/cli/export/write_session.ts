/**
 * One session, read whole and rendered: the reading end of an export. Memory stays flat whatever the log's size.
 * Requires read on the session's logs; the caller's `write` takes the text.
 */
import type { SessionFiles } from "../../parser/session_files.ts";
import { chooseSearch } from "../../parser/choose_search.ts";
import { readSession, type SessionReader } from "../../parser/session_reader.ts";
import type { SessionReaderOptions } from "../../parser/read_records.ts";
import type { Event } from "../../protocol/event.ts";
import type { Format, Include, RenderHead } from "../../protocol/render.ts";
import type { Redaction } from "../../protocol/redaction.ts";
import type { SessionMeta } from "../../protocol/session.ts";
import type { Provider } from "../../providers/provider.ts";
import { redacted } from "../../render/redacted.ts";
import { beginRange, describeRange, findLastTurns, type Range, type Start } from "../../render/range.ts";
import { rendererFor } from "../../render/registry.ts";
import type { Renderer } from "../../render/renderer.ts";
import { beginSlices } from "../slices.ts";

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
  /** Instead of the format's own. */
  readonly renderer?: Renderer;
  readonly timeZone: string;
  readonly include: readonly Include[];
  /** Null: an image is a line. */
  readonly images?: RenderHead["images"] | null;
  readonly redaction: Redaction;
  /** Null: the whole session. */
  readonly range: Range | null;
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
  /** Events outside the range. */
  readonly leftOut: number;
  /** Records that were not understood or too large, by kind, with how often. */
  readonly troubles: ReadonlyMap<string, number>;
}

export async function writeSession(options: WriteOptions): Promise<WrittenSession> {
  const { source, format, write, range, images = null } = options;
  const troubles = new Map<string, number>();
  let start: Start | null = null;
  if (range !== null && "last" in range) {
    const turns = findLastTurns(range.last);
    const hear = (event: Event) => {
      turns.hear(event);
      return null;
    };
    const end = await readEvents(await openReader(options, () => {}), options, hear);
    if (end !== "complete") return { end, events: 0, leftOut: 0, troubles };
    start = turns.start();
  } else {
    start = range;
  }
  const isIn = start === null ? () => true : beginRange(start);
  const reader = await openReader(options, ({ kind, what }) => {
    const name = `${kind}: ${what}`;
    troubles.set(name, (troubles.get(name) ?? 0) + 1);
  });
  const renderer = redacted(options.renderer ?? await rendererFor(format), options.redaction);
  // Made with the first event, as for a recording. A title may come later, and `kato sessions` shows the latest.
  const headNow = (): RenderHead => {
    const meta = reader.meta();
    return {
      format,
      meta: { ...meta, title: source.peek?.().title ?? meta.title },
      timeZone: options.timeZone,
      include: [...options.include],
      ...(images === null ? {} : { images }),
      ...(range === null ? {} : { range: describeRange(range) }),
    };
  };
  let head: RenderHead | null = null;
  let state: unknown = null;
  let events = 0;
  let leftOut = 0;
  const end = await readEvents(reader, options, (event) => {
    if (head === null) {
      head = headNow();
      state = renderer.begin(head);
    }
    if (!isIn(event)) {
      state = renderer.skip(head, state, event);
      leftOut += 1;
      return null;
    }
    const rendered = renderer.step(head, state, event);
    state = rendered.state;
    events += 1;
    return write(rendered.text);
  });
  if (end === "complete") {
    const last = head ?? headNow();
    await write(
      renderer.finish(last, head === null ? renderer.begin(last) : state).text,
    );
  }
  return { end, events, leftOut, troubles };
}

export async function openReader(
  { source, images = null, redaction }: Pick<WriteOptions, "source" | "images" | "redaction">,
  report: SessionReaderOptions["report"],
): Promise<SessionReader> {
  return readSession({
    provider: source.provider,
    session: source.session,
    locate: source.locate,
    from: null,
    whole: true,
    images: images !== null,
    search: await chooseSearch(source.size),
    redaction,
    report,
  });
}

/** What the record of an event says besides. */
export interface EventRecord {
  /** The event's id as its client wrote it. */
  readonly own: string;
  /** The session in which this one goes on. */
  readonly continues: string | null;
}

/** Where `take` returns a promise, the next event comes after that. */
export async function readEvents(
  reader: SessionReader,
  options: Pick<WriteOptions, "progress" | "stopped">,
  take: (event: Event, record: EventRecord) => Promise<void> | null,
): Promise<WrittenSession["end"]> {
  const slices = beginSlices();
  for (;;) {
    const advance = reader.advance();
    if (advance === "wait") return "complete";
    if (advance === "linger") throw new Error("internal error: a complete session waits for nothing");
    if (advance === "gone" || advance === "unreadable") return "unreadable";
    if (advance !== "more") {
      for (const { event, own } of advance.events) {
        const taken = take(event, { own, continues: advance.continues });
        if (taken !== null) await taken;
      }
    }
    if (!slices.isOver()) continue;
    options.progress(reader.offset());
    await slices.pause();
    if (options.stopped()) return "stopped";
  }
}
