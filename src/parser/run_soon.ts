/**
 * Gives messages and timers a chance between two slices of work. A message to oneself is the shortest pause, but the
 * runtime may take more than a hundred of those before it looks at timers, file events or other messages. So once a
 * slice's time has passed, the next call waits for a timer.
 */
import { after } from "../hosts/timers.ts";
import { SLICE_MS } from "../protocol/limits.ts";

/** Calls the function that was passed last. `now`: milliseconds. */
export function createRunSoon(now: () => number = () => performance.now()): (work: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  let next = () => {};
  /** When anything else was last given a chance. */
  let since = now();
  port1.onmessage = () => next();
  return (work) => {
    next = work;
    if (now() - since < SLICE_MS) return port2.postMessage(null);
    after(0, () => {
      since = now();
      next();
    });
  };
}
