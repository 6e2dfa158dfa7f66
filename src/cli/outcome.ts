/** How a command ended. src/kato.ts turns it into an exit status; nothing else knows those. Pure. */

export type Outcome =
  | { readonly outcome: "done" }
  /** With its own words already printed when `message` is null. */
  | { readonly outcome: Failure; readonly message: string | null }
  /** The daemon's own exit status. */
  | { readonly outcome: "ended"; readonly status: number };

/**
 * - `failed`: it was tried and did not work
 * - `usage`: what was typed cannot be meant
 * - `not-running`: the daemon is needed and does not run
 * - `denied`: policy says no
 * - `refused`: policy or configuration does not load
 */
export type Failure = "failed" | "usage" | "not-running" | "denied" | "refused";

export const DONE: Outcome = { outcome: "done" };

/** `message`: what went wrong, then what to do, each a sentence. */
export function fail(outcome: Failure, message: string | null): Outcome {
  return { outcome, message };
}
