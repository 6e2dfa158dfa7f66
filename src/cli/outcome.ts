/** How a command ended. main.ts turns this into an exit status. Pure. */

export type Outcome =
  | { readonly outcome: "done" }
  /** `message` is null where the command printed its own words. */
  | { readonly outcome: Failure; readonly message: string | null }
  /** The daemon's own exit status. */
  | { readonly outcome: "ended"; readonly status: number };

/**
 * - `failed`: kato tried, and it did not work
 * - `usage`: the command line is wrong
 * - `no-input`: a file or folder that the person named is not there, or cannot be read
 * - `not-running`: the command needs the daemon, which does not run
 * - `denied`: policy denies it
 * - `refused`: the policy or the configuration does not load
 */
export type Failure =
  | "failed"
  | "usage"
  | "no-input"
  | "not-running"
  | "denied"
  | "refused"
  | Interruption;

/** The signal that ended it: SIGINT (Ctrl-C), SIGTERM or SIGHUP. */
export type Interruption = "interrupted" | "terminated" | "hung-up";

export type Failed = Extract<Outcome, { readonly outcome: Failure }>;

export const DONE: Outcome = { outcome: "done" };

/** `message`: a sentence about what went wrong, then one about what to do. */
export function fail(outcome: Failure, message: string | null): Failed {
  return { outcome, message };
}
