/** `kato status`. Requires read on what the daemon says of itself. */
import type { Context } from "../context.ts";
import { readDaemonState } from "../daemon_state.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { describeState } from "../status/describe_status.ts";
import { reportText } from "../report/report.ts";

export async function showStatus(
  invocation: { readonly json: boolean },
  context: Context,
): Promise<Outcome> {
  const state = readDaemonState(context.home);
  const { running, status } = state;
  // Loaded only here: the policy is much to load for whoever asks a daemon that runs.
  const why = running ? null : (await import("../not_running.ts")).whyNotRunning(context, status);
  const text = invocation.json
    ? reportText("status", { running, ...(why === null ? {} : why), ...status })
    : describeState(state, why, context).join("\n") + "\n";
  context.out.write(text);
  return running ? DONE : fail("not-running", null);
}
