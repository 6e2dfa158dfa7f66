/**
 * One record of the security log: a decision, or something that happened to a boundary. Written and flushed
 * before the decision takes effect. Never holds conversation content. Room: protocol; no authority.
 */
import * as z from "zod/mini";

export const AUDIT_EVENTS = [
  "daemon-started",
  "daemon-stopped",
  /** A command from the chat, the command line or policy, with its decision. */
  "command",
  /** A line that looks like a command and is none. */
  "look-alike",
  /** What the writer opened was, or was not, what had been decided. */
  "destination-opened",
  "destination-changed",
  "role-ended",
  "protocol-violation",
  "source-quarantined",
  "source-released",
  /** What stood in the request spool and was not obeyed. */
  "request-refused",
  /** A recording that is as large as policy allows. */
  "recording-blocked",
  /** One that was told to end, and ended without what could not be written. */
  "recording-given-up",
  /** A recording's session goes on in another one. */
  "recording-moved",
  /** A recording's log is not there. */
  "feed-lost",
  "policy-loaded",
  /** Somebody else changed the log itself while a process wrote to it. */
  "audit-log-changed",
  /** `kato policy allow` and `kato policy deny`. */
  "policy-edited",
] as const;

/**
 * Reason codes of records, besides those of the command grammar (command.ts) and of destination denials
 * (destination/decision.ts). docs/audit-events.md says what each means; a new one goes into both.
 */
export const REASONS = [
  // daemon-started, daemon-stopped, policy-loaded
  "kernel-sandbox",
  "no-kernel-sandbox",
  "stopped",
  "restart",
  "widening-ignored",
  // command: what was done
  "recording",
  "resumed",
  "captured",
  "exported",
  "destination-set",
  "already-recording",
  "not-recording",
  // command: why nothing was done, besides the denials
  "destination-in-use",
  "still-ending",
  // destination-opened, destination-changed
  "created",
  "opened",
  "created-again",
  "replaced",
  "replaced-by-user",
  "edited-by-user",
  "swapped",
  "cannot-open",
  "edited",
  // role-ended, protocol-violation, source-quarantined, source-released
  "role-ended",
  "protocol-violation",
  "parser-failed-twice",
  "grown-or-upgraded",
  // audit-log-changed
  "log-cut",
  "log-altered",
  "log-removed",
  "log-replaced",
  // look-alike: how many more there were
  "not-listed",
  // request-refused
  "malformed-request",
  "no-file",
  "odd-name",
  "unreadable-request",
  // recording-given-up, feed-lost
  "recording-given-up",
  "log-not-there",
  // recording-moved
  "moved",
  "own-recording",
  "not-new",
  "other-root",
  "gave-up",
  // policy-edited
  "folder-allowed",
  "folder-denied",
] as const;

export const auditBody = z.strictObject({
  event: z.enum(AUDIT_EVENTS),
  provider: z.nullable(z.string()),
  session: z.nullable(z.string()),
  /** The raw token: a command line as typed, at most 1,100 bytes. */
  command: z.nullable(z.string()),
  requested: z.nullable(z.string()),
  path: z.nullable(z.string()),
  decision: z.enum(["allow", "deny", "note"]),
  /** A reason code; docs/audit-events.md lists them. */
  reason: z.string(),
  detail: z.nullable(z.string()),
});
export type AuditBody = z.infer<typeof auditBody>;

export const auditRecord = z.strictObject({
  v: z.literal(1),
  /** 1, 2, 3 …, over rotations. */
  sequence: z.int(),
  time: z.string(),
  ...auditBody.shape,
  policyVersion: z.int(),
  /** SHA-256 of the effective policy. */
  policyHash: z.string(),
  actor: z.strictObject({ role: z.string(), worker: z.nullable(z.string()), pid: z.int() }),
  /** `hash` of the record before; 64 zeros in the first. */
  previous: z.string(),
  /** SHA-256 (hex) over the canonical JSON of all other fields. */
  hash: z.string(),
});
export type AuditRecord = z.infer<typeof auditRecord>;
