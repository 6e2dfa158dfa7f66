/**
 * A log that was written anew: what was read of it before is found in it, to be passed over. Its client may still be writing
 * it, so a main log is not read before something in it is known, or it has been strange for a while. Room: parser; edge through LogWalker.
 */
import { MAIN_AGENT } from "../protocol/event.ts";
import { AGENT_WAIT_MS } from "../protocol/limits.ts";
import type { Provider } from "../providers/provider.ts";
import { countKnownEvents, type KnownEvents, type LogWalker } from "./log_walker.ts";
import type { SessionEvents } from "./recent_events.ts";

/**
 * Whether a log may be read now. `more`: a little of it was looked through, ask again; `linger`: ask again after
 * AGENT_WAIT_MS.
 */
export type Recognition = "ready" | "more" | "linger";

export function recogniseAnew(provider: Provider, recent: SessionEvents): (walker: LogWalker) => Recognition {
  const ready = new WeakSet<LogWalker>();
  /** The log that is being looked through. */
  let search: { readonly walker: LogWalker; readonly steps: Generator<void, KnownEvents> } | null = null;
  /** Since when nothing in the main log is known. */
  let strangeSince: number | null = null;

  return (walker) => {
    if (!walker.isAnew || ready.has(walker) || walker.offset() > 0) return "ready";
    if (search?.walker !== walker) {
      search = { walker, steps: countKnownEvents(provider, walker, recent.of(walker.agent)) };
    }
    const step = search.steps.next();
    if (step.done !== true) return "more";
    search = null;
    const { known, isEmpty } = step.value;
    // There is nothing to wait for before there is anything, and it is looked through when there is.
    if (isEmpty) return "ready";
    walker.skip = known;
    if (walker.agent === MAIN_AGENT && known === 0 && recent.ids().length > 0) {
      strangeSince ??= performance.now();
      if (performance.now() - strangeSince <= AGENT_WAIT_MS) return "linger";
    }
    strangeSince = null;
    ready.add(walker);
    return "ready";
  };
}
