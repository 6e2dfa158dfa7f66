/**
 * One record of the audit log: a decision, or an event at a boundary. The record is on the disk before the decision
 * takes effect. A record never holds conversation content.
 *
 * The room of the audit log reads and appends to the files of the log folder, and reads copies of a log that a person
 * names. It never changes or removes a record, and it takes no decision. Its drivers are log.ts, file.ts and files.ts,
 * which write, and verify.ts and copy.ts, which read; all else is pure.
 */
import * as z from "zod/mini";
import { AUDIT_EVENTS, type Reason } from "./reasons.ts";

export const auditBody = z.strictObject({
  event: z.enum(AUDIT_EVENTS),
  provider: z.nullable(z.string()),
  session: z.nullable(z.string()),
  /** The command line as typed, at most 1,100 bytes. */
  command: z.nullable(z.string()),
  requested: z.nullable(z.string()),
  path: z.nullable(z.string()),
  decision: z.enum(["allow", "deny", "note"]),
  /** A reason code; a log that another version wrote may hold codes that this one does not know. */
  reason: z.string(),
  detail: z.nullable(z.string()),
});
/** A body as it is written: events.ts makes every one of them. */
export type AuditBody = z.infer<typeof auditBody> & { readonly reason: Reason };

/** Whose log it is, and where. */
export const auditOrigin = z.strictObject({
  /** Of `/etc/machine-id`; null where there is none. */
  machine: z.nullable(z.string()),
  host: z.nullable(z.string()),
  uid: z.int(),
  /** The account's name; null where nothing says it. */
  user: z.nullable(z.string()),
});
export type AuditOrigin = z.infer<typeof auditOrigin>;

export const auditRecord = z.strictObject({
  v: z.literal(1),
  /** 1, 2, 3 …, over rotations. */
  sequence: z.int(),
  time: z.string(),
  ...auditBody.shape,
  policyVersion: z.int(),
  /** SHA-256 of the effective policy. */
  policyHash: z.string(),
  /** SHA-256 of the organisation's policy as it is written; null where there is none. Not in the first logs of kato. */
  organisationHash: z.optional(z.nullable(z.string())),
  /** In the first record of a chain, and whenever a daemon starts. */
  origin: z.optional(auditOrigin),
  actor: z.strictObject({ role: z.string(), worker: z.nullable(z.string()), pid: z.int() }),
  /** The `hash` of the record before; 64 zeros in the first record. */
  previous: z.string(),
  /** SHA-256, in hex, over the canonical JSON of all other fields. */
  hash: z.string(),
});
export type AuditRecord = z.infer<typeof auditRecord>;
