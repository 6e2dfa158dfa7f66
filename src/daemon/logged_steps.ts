/** The queue of steps, whose held lanes the log reports. */
import { after } from "../hosts/timers.ts";
import type { Log } from "./log.ts";
import { createStepQueue, type StepQueue } from "./step_queue.ts";

export function createSteps(log: Log, changed: () => void): StepQueue {
  return createStepQueue({
    after,
    held({ provider, session }, { why, bug }) {
      log.report(bug ? "step-failed" : "step-waits", { provider, session, why });
      changed();
    },
    freed({ provider, session }) {
      log.report("step-done", { provider, session });
      changed();
    },
  });
}
