/** Steps of the daemon's start that the machine may refuse for now. */
import { wait } from "../hosts/timers.ts";
import { AuditLogError } from "../audit/error.ts";
import { describeFailure } from "./failure.ts";
import type { Log } from "./log.ts";
import { pauseAfter } from "./retry.ts";

type Started<Result> =
  | { readonly done: true; readonly result: Result }
  | { readonly done: false; readonly status: number };

/**
 * Tries a step of the start until it succeeds or the daemon must end. If the daemon ended instead, systemd would start
 * it a few times and then give up.
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
