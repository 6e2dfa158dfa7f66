/** One function for each kind of audit record: it makes the body, and its caller appends that to the log. Pure. */
import type { ProviderId } from "../protocol/event.ts";
import type { AuditBody } from "./record.ts";
import type { AuditEvent, ReasonOf } from "./reasons.ts";

/** The session that a record is about; null where it is about all of the provider, or of them all. */
export interface About {
  readonly provider: ProviderId | null;
  readonly session: string | null;
}

/** A recording, as far as a record names it. */
interface Recorded extends About {
  readonly destination: string;
}

/** A command as it was asked for. */
interface Asked {
  /** The line as typed, or the words that stand for it. */
  readonly command: string;
  /** The destination as typed. */
  readonly requested: string | null;
}

type Fields = Partial<Omit<AuditBody, "event" | "reason">>;

function body<Event extends AuditEvent>(event: Event, reason: ReasonOf<Event>, fields: Fields): AuditBody {
  const { provider = null, session = null, command = null, requested = null, path = null } = fields;
  const { decision = "note", detail = null } = fields;
  return { event, provider, session, command, requested, path, decision, reason, detail };
}

export function daemonStarted(reason: ReasonOf<"daemon-started">, detail: string): AuditBody {
  return body("daemon-started", reason, { detail });
}

export function daemonStopped(reason: ReasonOf<"daemon-stopped">): AuditBody {
  return body("daemon-stopped", reason, {});
}

/** A person's policy asks for more than an administrator enforces. `detail`: file, line and key. */
export function wideningIgnored(detail: string): AuditBody {
  return body("policy-loaded", "widening-ignored", { detail });
}

/** `path`: the destination as it was understood. */
export function commandDecided(
  { provider, session }: About,
  { command, requested }: Asked,
  path: string | null,
  decision: "allow" | "deny",
  reason: ReasonOf<"command">,
): AuditBody {
  return body("command", reason, { provider, session, command, requested, path, decision });
}

/** `command`: the first of the lines; `detail`: the others. */
export function linesRefused(
  { provider, session }: About,
  command: string | null,
  reason: ReasonOf<"look-alike">,
  detail: string | null,
): AuditBody {
  return body("look-alike", reason, { provider, session, command, decision: "deny", detail });
}

/** `requested`: as typed, where a person asked for the file by itself; `detail`: the words of who refused. */
export function destinationOpened(
  { provider, session, destination }: Recorded,
  requested: string | null,
  decision: "allow" | "deny",
  reason: ReasonOf<"destination-opened">,
  detail: string | null,
): AuditBody {
  const fields = { provider, session, requested, path: destination, decision, detail };
  return body("destination-opened", reason, fields);
}

/** `destination`: the file of the image, which is not opened yet. */
export function imageDecided(image: Recorded): AuditBody {
  return body("image-decided", "kept-beside-recording", { ...ofRecording(image), decision: "allow" });
}

export function destinationChanged(recording: Recorded, reason: ReasonOf<"destination-changed">): AuditBody {
  return body("destination-changed", reason, ofRecording(recording));
}

/** A parser ended by itself. `session`: the one that it had in its hands. */
export function roleEnded({ provider, session }: About, detail: string): AuditBody {
  return body("role-ended", "role-ended", { provider, session, detail });
}

/** `path`: the destination of a writer. */
export function protocolViolated(
  { provider, session }: About,
  path: string | null,
  detail: string,
): AuditBody {
  return body("protocol-violation", "protocol-violation", {
    provider,
    session,
    path,
    decision: "deny",
    detail,
  });
}

/** A session, or a log alone (`path`), took its parser down twice. */
export function sourceQuarantined({ provider, session }: About, path: string | null): AuditBody {
  return body("source-quarantined", "parser-failed-twice", { provider, session, path });
}

export function sourceReleased({ provider, session }: About): AuditBody {
  return body("source-released", "grown-or-upgraded", { provider, session });
}

export function requestRefused(
  path: string,
  reason: ReasonOf<"request-refused">,
  detail: string | null,
): AuditBody {
  return body("request-refused", reason, { path, decision: "deny", detail });
}

export function recordingBlocked(recording: Recorded): AuditBody {
  return body("recording-blocked", "too-large", { ...ofRecording(recording), decision: "deny" });
}

export function recordingGivenUp(recording: Recorded, detail: string): AuditBody {
  return body("recording-given-up", "recording-given-up", { ...ofRecording(recording), detail });
}

/** `into`: the session in which the recording's session goes on. */
export function recordingMoved(
  recording: Recorded,
  into: string,
  reason: ReasonOf<"recording-moved">,
): AuditBody {
  return body("recording-moved", reason, { ...ofRecording(recording), detail: into });
}

export function feedLost(recording: Recorded): AuditBody {
  return body("feed-lost", "log-not-there", ofRecording(recording));
}

/** `path`: the file of the audit log. */
export function auditLogChanged(
  path: string,
  reason: ReasonOf<"audit-log-changed">,
  detail: string,
): AuditBody {
  return body("audit-log-changed", reason, { path, detail });
}

/** `requested`: the destination as typed; `session`: null for several. */
export function secretsKept(
  { provider, session }: About,
  requested: string,
  reason: ReasonOf<"secrets-kept">,
): AuditBody {
  const decision = reason === "enforced" ? "deny" : "allow";
  return body("secrets-kept", reason, { provider, session, requested, decision });
}

/** `detail`: how many so far, by rule. */
export function secretsRedacted(recording: Recorded, detail: string): AuditBody {
  return body("secrets-redacted", "replaced-by-placeholders", { ...ofRecording(recording), detail });
}

/** `path`: the file; `requested`: where its seal goes, as typed; `detail`: its bytes and their hash, and the seal's. */
export function fileSealed(
  { provider, session }: About,
  requested: string,
  path: string,
  detail: string,
): AuditBody {
  return body("file-sealed", "sealed", { provider, session, requested, path, decision: "allow", detail });
}

/** `path`: the file of the index. What it held before is dropped. */
export function indexMade(path: string, reason: ReasonOf<"index-made">): AuditBody {
  return body("index-made", reason, { path, decision: "allow" });
}

/** `path`: where it is still recorded; or the file of one of its recordings, which stays. Null: it has none. */
export function sessionForgotten(
  { provider, session }: About,
  reason: ReasonOf<"session-forgotten">,
  path: string | null,
): AuditBody {
  const decision = reason === "still-recorded" ? "deny" : "allow";
  return body("session-forgotten", reason, { provider, session, path, decision });
}

export function sessionRemembered({ provider, session }: About): AuditBody {
  return body("session-remembered", "recorded-again", { provider, session, decision: "allow" });
}

/** `path`: the log that is gone, or the file that a crash left. */
export function stateCleaned(
  { provider, session }: About,
  reason: ReasonOf<"state-cleaned">,
  path: string,
): AuditBody {
  return body("state-cleaned", reason, { provider, session, path, decision: "allow" });
}

/** `path`: the folder that was allowed or denied, or of whose sessions a rule records. */
export function policyEdited(path: string, reason: ReasonOf<"policy-edited">): AuditBody {
  return body("policy-edited", reason, { path });
}

function ofRecording({ provider, session, destination }: Recorded): Fields {
  return { provider, session, path: destination };
}
