/** Steps of the daemon's start. Room: daemon; no authority of its own. */
import { wait } from "../hosts/timers.ts";
import { AuditLogError } from "../audit/error.ts";
import { describeFailure } from "./failure.ts";
import type { Log } from "./log.ts";
import { pauseAfter } from "./retry.ts";

type Started<Result> =
  | { readonly done: true; readonly result: Result }
  | { readonly done: false; readonly status: number };

/**
 * A step of the start. Where the machine says no it is tried again until it does not, or the daemon is told to end:
 * systemd would start kato a few times, and then not any more.
 */
export async function keepTrying<Result>(
  step: () => Result | Promise<Result>,
  ended: Promise<number>,
  log: Log,
): Promise<Started<Result>> {
  let shown = "";
  for (let failures = 1;; failures += 1) {
    try {
      return { done: true, result: await step() };
    } catch (error) {
      const { why, bug } = describeFailure(error);
      if (bug || (error instanceof AuditLogError && error.refused)) throw error;
      if (why !== shown) log.report("start-waits", { why });
      shown = why;
    }
    const status = await Promise.race([ended, wait(pauseAfter(failures))]);
    if (status !== undefined) return { done: false, status };
  }
}
