/** `kato status`. Requires read on what the daemon says of itself. */
import type { StatusGiven } from "../commands/status.ts";
import type { Context } from "../context.ts";
import { type DaemonState, readDaemonState } from "../daemon_state.ts";
import { listenForInterruption } from "../interruption.ts";
import type { WhyNotRunning } from "../not_running.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { describeState } from "../status/describe_status.ts";
import { reportText } from "../report/report.ts";
import { showLive } from "../terminal/live_view.ts";

export async function showStatus({ json, watch }: StatusGiven, context: Context): Promise<Outcome> {
  const { out, err } = context;
  if (watch) {
    if (isScreen(context)) return await watchStatus(context);
    err.write("kato: this is no terminal that can be drawn on, so the status is shown once.\n");
  }
  const { state, why } = await look(context);
  const text = json
    ? reportText("status", { running: state.running, ...(why === null ? {} : why), ...state.status })
    : describeState(state, why, context).join("\n") + "\n";
  out.write(text);
  return state.running ? DONE : fail("not-running", null);
}

interface Looked {
  readonly state: DaemonState;
  /** Null: it runs. */
  readonly why: WhyNotRunning | null;
}

async function look(context: Context): Promise<Looked> {
  const state = readDaemonState(context.home);
  // Loaded only here: the policy is much to load for whoever asks a daemon that runs.
  const why = state.running ? null : (await import("../not_running.ts")).whyNotRunning(context, state.status);
  return { state, why };
}

function isScreen({ out, variables }: Context): boolean {
  return out.isTerminal && variables(["TERM"])["TERM"] !== "dumb";
}

async function watchStatus(context: Context): Promise<Outcome> {
  const { out } = context;
  const began = performance.now();
  const interruption = listenForInterruption();
  try {
    const signal = await showLive({
      out,
      heard: interruption.heard,
      async view(columns) {
        const { state, why } = await look(context);
        const now = context.now + (performance.now() - began);
        return [
          ...describeState(state, why, { ...context, now, out: { ...out, columns } }),
          "",
          "Ctrl-C ends this.",
        ];
      },
    });
    return fail(signal, null);
  } finally {
    interruption.close();
  }
}
