/** `kato status`. Requires read on what the daemon says of itself. */
import { shortId } from "../../protocol/session.ts";
import type { RecordingStatus, Status } from "../../protocol/status.ts";
import type { Context } from "../context.ts";
import { type DaemonState, readDaemonState } from "../daemon_state.ts";
import type { NotRunning, WhyNotRunning } from "../not_running.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { describeTrouble, orderTroubles } from "../terminal/trouble.ts";
import {
  count,
  describeSandbox,
  fit,
  fitPath,
  padEnd,
  type Paint,
  painter,
  plain,
  showAge,
  showNumber,
  showSize,
  tilde,
} from "../terminal/style.ts";
import { jsonText } from "../terminal/escaped_text.ts";

/** Denials and errors that are shown; `--json` has them all. */
const LATEST = 3;

/** Recordings that are over and shown; `--json` has them all. */
const OVER = 5;

export async function showStatus(
  invocation: { readonly json: boolean },
  context: Context,
): Promise<Outcome> {
  const state = readDaemonState(context.home);
  const { running, status } = state;
  // Loaded only here: the policy is much to load for whoever asks a daemon that runs.
  const why = running ? null : (await import("../not_running.ts")).whyNotRunning(context, status);
  const text = invocation.json
    ? jsonText({ running, ...(why === null ? {} : why), ...status })
    : describeState(state, why, context).join("\n") + "\n";
  context.out.write(text);
  return running ? DONE : fail("not-running", null);
}

/** The lines of `kato status`, none wider than the terminal. */
function describeState(state: DaemonState, why: WhyNotRunning | null, context: Context): string[] {
  const paint = painter(context.out);
  const lines = [why === null ? describeDaemon(state, paint) : describeAbsence(why, state, context, paint)];
  if (state.problem !== null) lines.push(`  ${plain(state.problem)}.`);
  const { status } = state;
  if (status === null) return lines;
  if (state.running) lines.push(...describeProviders(status, context, paint));
  lines.push(...describeRecordings(status, context, paint));
  if (state.running) lines.push(...describeWaiting(status, context, paint));
  lines.push(...describeLatest(status, context, paint));
  return lines;
}

/** What to do about it: where policy is in the way, starting it again ends the same way. */
const MEND: Readonly<Record<NotRunning, string>> = {
  "stopped-by-policy": "It starts again when the administrator has lifted that.",
  "could-not-start": "Mend that; 'kato policy check' shows all of it. Then: 'systemctl --user restart kato'.",
  "never-started": "Start it with 'systemctl --user start kato', or 'kato daemon'.",
  "stopped-by-person": "Start it with 'systemctl --user start kato', or 'kato daemon'.",
  "ended": "Start it with 'systemctl --user start kato', or 'kato daemon'.",
};

function describeAbsence(
  { reason, message }: WhyNotRunning,
  { status }: DaemonState,
  { now, home }: Context,
  paint: Paint,
): string {
  const heard = status === null ? "" : ` (last heard of: ${showAge(now - Date.parse(status.updated))})`;
  const shown = plain(message.replaceAll(`${home}/`, "~/"));
  return `${paint("red", "●")} kato is not running: ${shown}${heard}.\n  ${MEND[reason]}`;
}

function describeDaemon({ status }: DaemonState, paint: Paint): string {
  if (status === null) return `${paint("yellow", "●")} kato is starting`;
  const since = `since ${status.started.slice(0, 16).replace("T", " ")} UTC`;
  const walls = `kernel sandbox ${describeSandbox(status.kernelSandbox, status.kernelMissing)}`;
  const sandbox = status.kernelSandbox ? walls : paint("yellow", walls);
  const mark = paint(status.state === "running" ? "green" : "yellow", "●");
  return `${mark} kato ${plain(status.version)} is ${status.state}, ${since}, pid ${status.pid}\n` +
    `  policy ${status.policy.hash.slice(0, 12)}, ${sandbox}, roles as ${status.host}`;
}

function describeProviders({ providers }: Status, { home, out }: Context, paint: Paint): string[] {
  const lines = ["", paint("bold", "Providers")];
  for (const provider of providers) {
    const isWaiting = provider.state === "polling" && provider.sessions === 0 && provider.missing.length > 0;
    const state = provider.state === "failed"
      ? paint("red", "failed")
      : isWaiting
      ? "waiting for its folder"
      : provider.state;
    lines.push(
      `  ${padEnd(provider.provider, 12)} ${state}, ${count(provider.sessions, "session")}, ` +
        `${showNumber(provider.followed)} followed`,
    );
    for (const root of provider.missing) {
      lines.push(`    ${fitPath(tilde(root, home), out.columns - 24)} does not exist yet`);
    }
    for (const session of provider.quarantined) {
      const shown = session.startsWith("/")
        ? fitPath(tilde(session, home), out.columns - 50)
        : shortId(session);
      lines.push(`    ${paint("yellow", plain(shown))} is quarantined: reading it ended the parser`);
    }
    for (const trouble of orderTroubles(provider.troubles).slice(0, LATEST)) {
      lines.push(fit(`    ${describeTrouble(trouble)}`, out.columns));
    }
  }
  return lines;
}

function describeRecordings({ recordings }: Status, context: Context, paint: Paint): string[] {
  const isOver = ({ state }: RecordingStatus) => state === "stopped" || state === "done";
  const active = recordings.filter((recording) => !isOver(recording));
  const over = recordings.filter(isOver);
  const lines = ["", paint("bold", "Recordings")];
  if (recordings.length === 0) lines.push("  none; type ::record in a chat, or 'kato record SESSION'");
  for (const recording of [...active, ...over.slice(0, OVER)]) {
    lines.push(...describeRecording(recording, context, paint));
  }
  if (over.length > OVER) lines.push(`  … and ${count(over.length - OVER, "older one")}`);
  return lines;
}

function describeRecording(recording: RecordingStatus, { home, now, out }: Context, paint: Paint): string[] {
  const { session, destination, state, events, bytes, lag, written, problem, goesOn } = recording;
  const shown = state === "blocked" ? paint("red", padEnd(state, 8)) : padEnd(state, 8);
  const when = written === null ? "nothing written yet" : `written ${ago(now - Date.parse(written))}`;
  const behind = lag > 0 && state !== "stopped" && state !== "done" ? `, ${showSize(lag)} behind` : "";
  const lines = [
    `  ${plain(shortId(session))}  ${shown}  ${fitPath(tilde(destination, home), out.columns - 22)}`,
    `            ${count(events, "event")}, ${showSize(bytes)}, ${when}${behind}`,
  ];
  if (goesOn !== null) lines.push(fit(`            goes on in ${plain(shortId(goesOn))}`, out.columns));
  if (problem !== null) lines.push(fit(`            ${plain(problem)}`, out.columns));
  return lines;
}

/** Work that failed and that kato tries again. It explains why nothing seems to happen. */
function describeWaiting({ waiting }: Status, { now, out }: Context, paint: Paint): string[] {
  if (waiting.length === 0) return [];
  const lines = ["", paint("red", "Waiting")];
  for (const { provider, session, since, why } of waiting.slice(0, LATEST)) {
    const what = session === null ? provider : `${provider} ${shortId(session)}`;
    lines.push(
      fit(`  ${plain(what)}, since ${showAge(now - Date.parse(since))}: ${plain(why)}`, out.columns),
    );
  }
  if (waiting.length > LATEST) lines.push(`  … and ${count(waiting.length - LATEST, "other")}`);
  lines.push(
    "  kato tries again until it succeeds. Later parts of these sessions wait; none is lost.",
  );
  return lines;
}

function ago(milliseconds: number): string {
  const age = showAge(milliseconds);
  return age === "now" ? "just now" : `${age} ago`;
}

function describeLatest({ denials, errors }: Status, { now, out }: Context, paint: Paint): string[] {
  const lines: string[] = [];
  if (denials.length > 0) lines.push("", paint("bold", "Latest denials"));
  for (const { time, command, reason, message } of denials.slice(0, LATEST)) {
    const what = command === null ? "" : `${plain(command)}: `;
    lines.push(fit(`  ${padEnd(ago(now - Date.parse(time)), 12)}${what}${plain(reason)}`, out.columns));
    lines.push(fit(`              ${plain(message)}`, out.columns));
  }
  if (errors.length > 0) lines.push("", paint("bold", "Latest errors"));
  for (const { time, message } of errors.slice(0, LATEST)) {
    lines.push(fit(`  ${padEnd(ago(now - Date.parse(time)), 12)}${plain(message)}`, out.columns));
  }
  return lines;
}
