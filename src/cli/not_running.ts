/**
 * Why the daemon does not run. Requires read on the settings; writes nothing. A root that is a link stops the daemon,
 * and is seen only by a process that may look at it.
 */
import { formatSettingsError } from "../settings/keys.ts";
import { loadConfig, loadPolicy, type SettingsPlaces } from "../settings/policy_files.ts";
import type { Status } from "../protocol/status.ts";

/** As `kato status --json` and `kato fleet status --json` say it; docs/cli.md explains each. */
export const NOT_RUNNING = [
  "stopped-by-policy",
  "could-not-start",
  "never-started",
  "stopped-by-person",
  "restarting",
  "ended",
] as const;
export type NotRunning = typeof NOT_RUNNING[number];

export interface WhyNotRunning {
  readonly reason: NotRunning;
  /** A sentence without its full stop. */
  readonly message: string;
}

/** @param status The last that the daemon said of itself; null: nothing. */
export function whyNotRunning(places: SettingsPlaces, status: Pick<Status, "state"> | null): WhyNotRunning {
  const policy = loadPolicy(places);
  if (!policy.ok && policy.stop !== null) {
    return { reason: "stopped-by-policy", message: formatSettingsError(policy.stop) };
  }
  const config = loadConfig(places);
  const [error] = [...(policy.ok ? [] : policy.errors), ...(config.ok ? [] : config.errors)];
  if (error !== undefined) {
    return { reason: "could-not-start", message: `the settings do not load: ${formatSettingsError(error)}` };
  }
  return whyNotStarted(status);
}

/** The same where nothing of the settings is in the way. */
export function whyNotStarted(status: Pick<Status, "state"> | null): WhyNotRunning {
  if (status === null) return { reason: "never-started", message: "it was never started" };
  switch (status.state) {
    case "stopped":
      return {
        reason: "stopped-by-person",
        message: "it was stopped, by a person or when the person logged out",
      };
    case "restarting":
      return {
        reason: "restarting",
        message: "it ended to start again, because settings or a folder changed",
      };
    default:
      return { reason: "ended", message: "it ended without saying so" };
  }
}
