/**
 * A main log that was written anew. Its client may still be writing it, so it is not read before something in it is
 * known, or it has been strange for a while. Room: parser; edge through LogWalker.
 */
import { MAIN_AGENT } from "../protocol/event.ts";
import { AGENT_WAIT_MS } from "../protocol/limits.ts";
import type { LogWalker } from "./log_walker.ts";
import type { Trouble } from "./parse_line.ts";
import type { MainLog } from "./main_log.ts";
import type { SessionEvents } from "./recent_events.ts";

/** Whether the main log may be read now; while it may not, ask again after AGENT_WAIT_MS. */
export function recogniseAnew(
  main: MainLog,
  recent: SessionEvents,
  report: (trouble: Trouble) => void,
): () => boolean {
  /** The walker that was found to be ready. */
  let ready: LogWalker | null = null;
  /** Since when nothing in the log is known. */
  let strangeSince: number | null = null;

  return () => {
    const walker = main.walker();
    if (!walker.isAnew || walker === ready || walker.offset() > 0) return true;
    const known = main.recognise(recent.of(MAIN_AGENT));
    if (known === 0 && recent.ids().length > 0) {
      // There is nothing to wait for before there is anything.
      if (isEmpty(walker, report)) return true;
      strangeSince ??= performance.now();
      if (performance.now() - strangeSince <= AGENT_WAIT_MS) return false;
    }
    strangeSince = null;
    ready = walker;
    return true;
  };
}

function isEmpty(walker: LogWalker, report: (trouble: Trouble) => void): boolean {
  let next = walker.peek(report);
  while (next.peek === "more") next = walker.peek(report);
  return next.peek !== "record";
}
