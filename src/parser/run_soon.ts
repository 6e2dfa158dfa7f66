/**
 * Lets whatever came have its say between two slices of work. A message to oneself is the shortest way, but the runtime
 * may take more than a hundred of them before it looks at anything else: at timers, at changes of files, at other
 * messages. So when a slice's time has passed, the next turn waits for a timer. Room: parser; no authority.
 */
import { after } from "../hosts/timers.ts";
import { SLICE_MS } from "../protocol/limits.ts";

/** Calls the `turn` that was given last. `now`: milliseconds. */
export function createRunSoon(now: () => number = () => performance.now()): (turn: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  let next = () => {};
  /** Since when nothing else had its say. */
  let since = now();
  port1.onmessage = () => next();
  return (turn) => {
    next = turn;
    if (now() - since < SLICE_MS) return port2.postMessage(null);
    after(0, () => {
      since = now();
      next();
    });
  };
}
