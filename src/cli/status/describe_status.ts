/** The words of `kato status`. Pure. */
import { shortId } from "../../protocol/session.ts";
import { describeRedacted } from "../../protocol/redaction.ts";
import { describeKeeping } from "../../protocol/retention.ts";
import type { RecordingStatus, Status } from "../../protocol/status.ts";
import type { Context } from "../context.ts";
import type { DaemonState } from "../daemon_state.ts";
import type { NotRunning, WhyNotRunning } from "../not_running.ts";
import { describeTrouble, orderTroubles } from "../terminal/trouble.ts";
import {
  count,
  describeSandbox,
  padEnd,
  type Paint,
  painter,
  plain,
  sentence,
  showAge,
  showNumber,
  showSize,
  tilde,
} from "../terminal/style.ts";
import { lineWidth, wrap } from "../terminal/wrap.ts";

/** Denials and errors that are shown; `--json` has them all. */
const LATEST = 3;

/** Recordings that are over and shown; `--json` has them all. */
const OVER = 5;

/** Where the session, the state and the destination of a recording begin. */
const FACTS = " ".repeat(12);

interface View extends Pick<Context, "home" | "now"> {
  readonly paint: Paint;
  /** Lines with `text` below its own beginning. */
  readonly put: (prefix: string, text: string) => string[];
}

/** The lines of `kato status`, none wider than the terminal. */
export function describeState(
  state: DaemonState,
  why: WhyNotRunning | null,
  { home, now, out }: Pick<Context, "home" | "now" | "out">,
): string[] {
  const width = lineWidth(out);
  const view: View = { home, now, paint: painter(out), put: (prefix, text) => wrap(prefix, text, width) };
  const lines = why === null ? describeDaemon(state, view) : describeAbsence(why, state, view);
  if (state.problem !== null) lines.push(...view.put("  ", `${plain(state.problem)}.`));
  const { status } = state;
  if (status === null) return lines;
  if (state.running) lines.push(...describeProviders(status, view));
  lines.push(...describeRecordings(status, view));
  if (state.running) lines.push(...describeExpiring(status, view), ...describeWaiting(status, view));
  lines.push(...describeLatest(status, view));
  return lines;
}

/** A root that is a link ends it, too. kato doctor may look at the folders, and this command may not. */
const START =
  "Start it with 'systemctl --user start kato', or 'kato daemon'. If it does not stay, 'kato doctor' says why.";

/** What to do about it: where policy is in the way, starting it again ends the same way. */
const MEND: Readonly<Record<NotRunning, string>> = {
  "stopped-by-policy": "It starts again when the administrator has lifted that.",
  "could-not-start": "Mend that; 'kato policy check' shows all of it. Then: 'systemctl --user restart kato'.",
  "never-started": START,
  "stopped-by-person": START,
  "restarting": "That takes seconds. If it does not come back, 'kato doctor' says why.",
  "ended": START,
};

function describeAbsence(
  { reason, message }: WhyNotRunning,
  { status }: DaemonState,
  { now, home, paint, put }: View,
): string[] {
  const heard = status === null ? "" : ` (last heard of: ${showAge(now - Date.parse(status.updated))})`;
  const shown = plain(message.replaceAll(`${home}/`, "~/"));
  return [
    ...put(`${paint("red", "●")} `, `kato is not running: ${sentence(`${shown}${heard}`)}`),
    ...put("  ", MEND[reason]),
  ];
}

function describeDaemon({ status }: DaemonState, { paint, put }: View): string[] {
  if (status === null) return put(`${paint("yellow", "●")} `, "kato is starting");
  const since = `since ${status.started.slice(0, 16).replace("T", " ")} UTC`;
  const walls = `kernel sandbox ${describeSandbox(status.kernelSandbox, status.kernelMissing)}`;
  const sandbox = status.kernelSandbox ? walls : paint("yellow", walls);
  const mark = paint(status.state === "running" ? "green" : "yellow", "●");
  return [
    ...put(`${mark} `, `kato ${plain(status.version)} is ${status.state}, ${since}, pid ${status.pid}`),
    ...put("  ", `policy ${status.policy.hash.slice(0, 12)}, ${sandbox}, roles as ${status.host}`),
  ];
}

function describeProviders({ providers }: Status, { home, paint, put }: View): string[] {
  const lines = ["", paint("bold", "Providers")];
  for (const provider of providers) {
    lines.push(...put(`  ${padEnd(provider.provider, 12)} `, describeUse(provider, paint)));
    // Of a client that is used, or that nobody uses, a missing folder says nothing.
    for (const root of isWaiting(provider) ? provider.missing : []) {
      lines.push(...put("    ", `${tilde(root, home)} does not exist yet`));
    }
    for (const session of provider.quarantined) {
      const shown = session.startsWith("/") ? tilde(session, home) : plain(shortId(session));
      lines.push(...put("    ", `${paint("yellow", shown)} is quarantined: reading it ended the parser`));
    }
    for (const trouble of orderTroubles(provider.troubles).slice(0, LATEST)) {
      lines.push(...put("    ", describeTrouble(trouble)));
    }
  }
  return lines;
}

type Provider = Status["providers"][number];

function isWaiting({ state, sessions, missing }: Provider): boolean {
  return state === "polling" && sessions === 0 && missing.length > 0;
}

function describeUse(provider: Provider, paint: Paint): string {
  const { state, sessions, followed } = provider;
  if (state === "unused") return "not in use: no session is there yet";
  const shown = state === "failed"
    ? paint("red", state)
    : isWaiting(provider)
    ? "waiting for its folder"
    : state;
  return `${shown}, ${count(sessions, "session")}, ${showNumber(followed)} followed`;
}

function describeRecordings({ recordings }: Status, view: View): string[] {
  const isOver = ({ state }: RecordingStatus) => state === "stopped" || state === "done";
  const active = recordings.filter((recording) => !isOver(recording));
  const over = recordings.filter(isOver);
  const lines = ["", view.paint("bold", "Recordings")];
  if (recordings.length === 0) {
    lines.push(...view.put("  ", "none; type ::record in a chat, or 'kato record SESSION'"));
  }
  for (const recording of [...active, ...over.slice(0, OVER)]) {
    lines.push(...describeRecording(recording, view));
  }
  if (over.length > OVER) lines.push(`  … and ${count(over.length - OVER, "older one")}`);
  return lines;
}

function describeRecording(recording: RecordingStatus, { home, now, paint, put }: View): string[] {
  const {
    session,
    destination,
    kind,
    rule,
    state,
    events,
    bytes,
    lag,
    written,
    problem,
    goesOn,
    gone,
    redacted = {},
  } = recording;
  const shown = state === "blocked" ? paint("red", padEnd(state, 8)) : padEnd(state, 8);
  const when = written === null ? "nothing written yet" : `written ${ago(now - Date.parse(written))}`;
  const behind = lag > 0 && state !== "stopped" && state !== "done" ? `, ${showSize(lag)} behind` : "";
  const by = kind !== "automatic"
    ? ""
    : `, by ${typeof rule === "number" ? `rule ${rule}` : "recording.automatic"}`;
  return [
    ...put(`  ${plain(shortId(session))}  ${shown}  `, tilde(destination, home)),
    ...put(FACTS, `${count(events, "event")}, ${showSize(bytes)}, ${when}${behind}${by}`),
    ...(Object.keys(redacted).length === 0 ? [] : put(FACTS, plain(describeRedacted(redacted)))),
    ...(gone === true ? put(FACTS, "its session's log is gone; the file has what kato read of it") : []),
    ...(goesOn === null ? [] : put(FACTS, `goes on in ${plain(shortId(goesOn))}`)),
    ...(problem === null ? [] : put(FACTS, plain(problem))),
  ];
}

/** Sessions that are to be kept, and whose logs the client may delete. */
function describeExpiring({ expiring = [] }: Status, { paint, put }: View): string[] {
  if (expiring.length === 0) return [];
  const lines = ["", paint("yellow", "Expiring logs")];
  for (const { provider, session, from, by } of expiring.slice(0, LATEST)) {
    const id = plain(shortId(session));
    const kept = by === "recording" ? "it is being recorded" : `nothing records it: kato record ${id}`;
    lines.push(...put(`  ${id}  `, `${provider}, from ${from.slice(0, 10)} on; ${kept}`));
  }
  if (expiring.length > LATEST) lines.push("  … and others: 'kato sessions --expiring'");
  const reasons = [...new Set(expiring.map(({ provider, days = 0 }) => describeKeeping(provider, days)))];
  for (const reason of reasons) if (reason !== null) lines.push(...put("  ", `${reason}.`));
  return lines;
}

/** Work that failed and that kato tries again. It explains why nothing seems to happen. */
function describeWaiting({ waiting }: Status, { now, paint, put }: View): string[] {
  if (waiting.length === 0) return [];
  const lines = ["", paint("red", "Waiting")];
  for (const { provider, session, since, why } of waiting.slice(0, LATEST)) {
    const what = session === null ? provider : `${provider} ${shortId(session)}`;
    lines.push(...put("  ", `${plain(what)}, since ${showAge(now - Date.parse(since))}: ${plain(why)}`));
  }
  if (waiting.length > LATEST) lines.push(`  … and ${count(waiting.length - LATEST, "other")}`);
  lines.push(
    ...put("  ", "kato tries again until it succeeds. Later parts of these sessions wait; none is lost."),
  );
  return lines;
}

function ago(milliseconds: number): string {
  const age = showAge(milliseconds);
  return age === "now" ? "just now" : `${age} ago`;
}

function describeLatest({ denials, errors }: Status, { now, paint, put }: View): string[] {
  const lines: string[] = [];
  const when = (time: string) => `  ${padEnd(ago(now - Date.parse(time)), 12)}`;
  if (denials.length > 0) lines.push("", paint("bold", "Latest denials"));
  for (const { time, command, reason, message } of denials.slice(0, LATEST)) {
    const what = command === null ? "" : `${plain(command)}: `;
    lines.push(...put(when(time), `${what}${plain(reason)}`), ...put(" ".repeat(14), plain(message)));
  }
  if (errors.length > 0) lines.push("", paint("bold", "Latest errors"));
  for (const { time, message } of errors.slice(0, LATEST)) lines.push(...put(when(time), plain(message)));
  return lines;
}
