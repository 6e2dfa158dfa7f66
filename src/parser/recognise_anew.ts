/**
 * Recognises events in a log that was written anew, so that they are skipped. The client may still be writing, so a
 * main log is not read before one of its events is known, or before it has been strange for a while.
 */
import { MAIN_AGENT } from "../protocol/event.ts";
import { AGENT_WAIT_MS } from "../protocol/limits.ts";
import type { Provider } from "../providers/provider.ts";
import { countKnownEvents, type KnownEvents, type LogWalker } from "./log_walker.ts";
import type { SessionEvents } from "./recent_events.ts";

/**
 * Whether a log may be read now. `more`: the search goes on, ask again. `linger`: ask again after AGENT_WAIT_MS.
 * `unreadable`: the system refuses for now.
 */
export type Recognition = "ready" | "more" | "linger" | "unreadable";

export function recogniseAnew(provider: Provider, recent: SessionEvents): (walker: LogWalker) => Recognition {
  const ready = new WeakSet<LogWalker>();
  /** The search that is under way. */
  let search:
    | { readonly walker: LogWalker; readonly steps: Generator<void, KnownEvents | "unreadable"> }
    | null = null;
  /** Since when no event of the main log is known. */
  let strangeSince: number | null = null;

  return (walker) => {
    if (!walker.isAnew || ready.has(walker) || walker.offset() > 0) return "ready";
    if (provider.keepsTimes === true) walker.until ??= recent.of(walker.agent).latest();
    if (search?.walker !== walker) {
      search = { walker, steps: countKnownEvents(provider, walker, recent.of(walker.agent)) };
    }
    const step = search.steps.next();
    if (step.done !== true) return "more";
    search = null;
    if (step.value === "unreadable") return "unreadable";
    const { known, isEmpty } = step.value;
    // An empty log needs no wait. It is searched when it has records.
    if (isEmpty) return "ready";
    walker.skip = known;
    // Where time tells, nothing comes twice however little of the log is there yet.
    if (walker.agent === MAIN_AGENT && known === 0 && walker.until === null && recent.ids().length > 0) {
      strangeSince ??= performance.now();
      if (performance.now() - strangeSince <= AGENT_WAIT_MS) return "linger";
    }
    strangeSince = null;
    ready.add(walker);
    return "ready";
  };
}
