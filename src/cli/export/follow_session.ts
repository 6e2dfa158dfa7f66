/**
 * Follows one session: its last turns, and then what comes. It looks again and again, and tells what happens to the log.
 * Requires read on the provider roots; the caller's `write` takes the text.
 */
import type { Event } from "../../protocol/event.ts";
import type { Include, RenderHead } from "../../protocol/render.ts";
import type { Redaction } from "../../protocol/redaction.ts";
import type { SessionFiles } from "../../parser/session_files.ts";
import { readSession, type SessionReader } from "../../parser/session_reader.ts";
import { beginRange, describeRange, findLastTurns, type Start } from "../../render/range.ts";
import { redacted } from "../../render/redacted.ts";
import type { Renderer } from "../../render/renderer.ts";
import type { Interruption } from "../outcome.ts";
import type { FoundSession } from "../sessions/find_sessions.ts";
import { letOthersGoOn } from "../slices.ts";

/** Looks at the log between two looks at all folders, where its log may have moved to, or gone on in another one. */
const LOOKS_TO_SEARCH = 50;
/** The same while the log is not there. */
const LOOKS_TO_SEARCH_LOST = 10;

/** Records that are read in a row: signals are heard in between. */
const RECORDS_IN_A_ROW = 64;

export interface FollowOptions {
  readonly found: FoundSession;
  readonly title: string | null;
  /** Turns that are shown first. */
  readonly last: number;
  readonly timeZone: string;
  readonly include: readonly Include[];
  readonly redaction: Redaction;
  /** Asked for each event: the terminal's width may have changed. */
  readonly renderer: () => Renderer;
  readonly write: (text: string) => void;
  /** Takes a sentence about the log. */
  readonly tell: (sentence: string) => void;
  /** A path as a person writes it. */
  readonly shown: (path: string) => string;
  /** The signal that came; null: none did. */
  readonly heard: () => Interruption | null;
  /** Waits until the log is worth another look. */
  readonly pause: () => Promise<void>;
}

/** Goes on until a signal comes. */
export async function followSession(options: FollowOptions): Promise<Interruption> {
  const { found, last, tell, shown, heard, pause } = options;
  let files = found.locate();
  const open = (rewritten: () => void) => openReader(options, () => files, rewritten);
  const turns = findLastTurns(last);
  await readOn(open(() => {}), options, turns.hear);

  const reader = open(() => tell("The log was written anew. What is shown already is not repeated."));
  const page = beginPage(options, turns.start(), reader);
  let looks = 0;
  let isLost = false;
  for (;;) {
    const state = await readOn(reader, options, page.show);
    const signal = heard();
    if (signal !== null) {
      page.finish();
      return signal;
    }
    const isGone = state === "gone";
    looks += 1;
    if ((isGone && !isLost) || looks >= (isLost ? LOOKS_TO_SEARCH_LOST : LOOKS_TO_SEARCH)) {
      looks = 0;
      const before = files;
      files = found.locate(true);
      const path = movedTo(before, files);
      if (path !== null) {
        tell(`The log was moved to ${shown(path)}, and is followed there.`);
        isLost = false;
        continue;
      }
    }
    if (isGone !== isLost) {
      isLost = isGone;
      tell(isGone ? "The log is gone. It is waited for; Ctrl-C ends that." : "The log is there again.");
    }
    await pause();
  }
}

/** The path of the log that is being written, where it has another one than before; null: it has not. */
function movedTo(before: SessionFiles, after: SessionFiles): string | null {
  const former = before.parts.at(-1);
  const now = after.parts.find(({ part }) => part === former?.part);
  return now === undefined || now.path === former?.path ? null : now.path;
}

function openReader(
  { found, redaction }: FollowOptions,
  locate: () => SessionFiles,
  rewritten: () => void,
): SessionReader {
  const { provider, session } = found;
  const report = () => {};
  return readSession({ provider, session, locate, from: null, whole: false, redaction, report, rewritten });
}

/** Reads until the session has no more for now. */
async function readOn(
  reader: SessionReader,
  { heard }: FollowOptions,
  take: (event: Event) => void,
): Promise<"wait" | "gone"> {
  for (let records = 1; heard() === null; records += 1) {
    const advance = reader.advance();
    if (advance === "gone") return "gone";
    if (advance === "wait" || advance === "linger" || advance === "unreadable") return "wait";
    if (advance !== "more") { for (const { event } of advance.events) take(event); }
    if (records % RECORDS_IN_A_ROW === 0) await letOthersGoOn();
  }
  return "wait";
}

function beginPage(options: FollowOptions, start: Start, reader: SessionReader) {
  const { title, last, timeZone, include, redaction, write } = options;
  const isIn = beginRange(start);
  const renderer = () => redacted(options.renderer(), redaction);
  let head: RenderHead | null = null;
  let state: unknown = null;
  return {
    show(event: Event): void {
      const now = renderer();
      if (head === null) {
        const meta = reader.meta();
        const range = describeRange({ last });
        head = {
          format: "md",
          meta: { ...meta, title: title ?? meta.title },
          timeZone,
          include: [...include],
          range,
        };
        state = now.begin(head);
      }
      if (!isIn(event)) {
        state = now.skip(head, state, event);
        return;
      }
      const rendered = now.step(head, state, event);
      state = rendered.state;
      write(rendered.text);
    },
    /** Writes the calls that still wait for their results, and what there was. */
    finish(): void {
      if (head !== null) write(renderer().finish(head, state).text);
    },
  };
}
