/**
 * The chain of the audit log. Each record holds its own hash and the hash of the record before it. A record that is
 * changed, removed or inserted breaks the chain at the records after it. Pure; log.ts writes the file.
 */
import { type AuditBody, type AuditOrigin, type AuditRecord, auditRecord } from "./record.ts";
import { canonicalJson } from "../protocol/canonical_json.ts";
import { AUDIT_TEXT_BYTES, COMMAND_LINE_BYTES, ORIGIN_TEXT_BYTES, PATH_BYTES } from "../protocol/limits.ts";
import { sha256 } from "../protocol/sha256.ts";

/** The last record of a chain. */
export interface Link {
  readonly sequence: number;
  readonly hash: string;
}

/** The link before the first record. */
export const START: Link = { sequence: 0, hash: "0".repeat(64) };

/** The fields of a record that are not part of its body. */
export type Stamp = Pick<
  AuditRecord,
  "time" | "policyVersion" | "policyHash" | "organisationHash" | "origin" | "actor"
>;

/** Makes the record that follows `last`. A text that is longer than its bound is cut, and ends in `…`. */
export function makeRecord(last: Link, body: AuditBody, stamp: Stamp): AuditRecord {
  const { role, worker, pid } = stamp.actor;
  const { organisationHash } = stamp;
  // Of a chain that is collected, nothing else says whose it is. A home that moves has its next start say so.
  const origin = last.sequence === START.sequence || body.event === "daemon-started"
    ? stamp.origin
    : undefined;
  const record: Omit<AuditRecord, "hash"> = {
    v: 1,
    sequence: last.sequence + 1,
    time: stamp.time,
    event: body.event,
    provider: bound(body.provider, AUDIT_TEXT_BYTES),
    session: bound(body.session, AUDIT_TEXT_BYTES),
    command: bound(body.command, COMMAND_LINE_BYTES),
    requested: bound(body.requested, PATH_BYTES),
    path: bound(body.path, PATH_BYTES),
    decision: body.decision,
    reason: body.reason,
    detail: bound(body.detail, AUDIT_TEXT_BYTES),
    policyVersion: stamp.policyVersion,
    policyHash: stamp.policyHash,
    ...(organisationHash === undefined ? {} : { organisationHash }),
    ...(origin === undefined ? {} : { origin: boundOrigin(origin) }),
    actor: { role: cut(role, AUDIT_TEXT_BYTES), worker: bound(worker, PATH_BYTES), pid },
    previous: last.hash,
  };
  return { ...record, hash: hashOf(record) };
}

function boundOrigin({ machine, host, uid, user }: AuditOrigin): AuditOrigin {
  const short = (text: string | null) => bound(text, ORIGIN_TEXT_BYTES);
  return { machine: short(machine), host: short(host), uid, user: short(user) };
}

/** SHA-256 over the canonical JSON of everything but `hash`. */
function hashOf(record: Omit<AuditRecord, "hash">): string {
  return sha256(canonicalJson(record));
}

/** The line of the file that holds `record`, without its line end. */
export function recordLine(record: AuditRecord): string {
  return JSON.stringify(record);
}

export type Line =
  | { readonly line: "record"; readonly record: AuditRecord }
  /** The rest of a record after a crash: its beginning, or the zeros of a block that was never filled. */
  | { readonly line: "torn" }
  | { readonly line: "bad"; readonly why: string };

/** The beginning of every record that any version of kato wrote. */
const BEGIN = '{"v":1,"sequence":';

/** Reads one line without looking at the lines around it. */
export function readLine(text: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A crash cuts a record off; anything else that is no JSON is not kato's.
    const rest = text.replaceAll("\0", "");
    const torn = text !== "" && (rest.startsWith(BEGIN) || BEGIN.startsWith(rest));
    return torn ? { line: "torn" } : { line: "bad", why: "this is no audit record" };
  }
  const parsed = auditRecord.safeParse(value);
  if (!parsed.success) return { line: "bad", why: "this is no audit record of a version that kato knows" };
  const { hash, ...rest } = parsed.data;
  // The bytes must agree: kato did not write a record that only means the same.
  if (hash !== hashOf(rest) || text !== recordLine(parsed.data)) {
    return { line: "bad", why: `record ${rest.sequence} was changed: its hash is not that of its content` };
  }
  return { line: "record", record: parsed.data };
}

/** Why `record` cannot come after `last`; null when it can. */
export function whyNotNext(
  last: Link,
  record: Pick<AuditRecord, "sequence" | "previous">,
): string | null {
  const expected = last.sequence + 1;
  if (record.sequence > expected) {
    const missing = record.sequence === expected + 1
      ? `record ${expected} is`
      : `records ${expected} to ${record.sequence - 1} are`;
    return `${missing} missing here: record ${record.sequence} follows`;
  }
  if (record.sequence < expected) return `record ${record.sequence} stands where record ${expected} belongs`;
  return record.previous === last.hash
    ? null
    : `record ${record.sequence} does not continue the one before it`;
}

function bound(text: string | null, bytes: number): string | null {
  return text === null ? null : cut(text, bytes);
}

const encoder = new TextEncoder();
const MARK = "…";

/** `text`, well-formed, in at most `bytes` bytes of UTF-8. */
function cut(text: string, bytes: number): string {
  const whole = text.toWellFormed();
  // A UTF-16 unit takes three bytes at most, so most texts need not be encoded.
  if (3 * whole.length <= bytes || encoder.encode(whole).length <= bytes) return whole;
  // The encoder stops in front of a character that no longer fits.
  const { read } = encoder.encodeInto(whole, new Uint8Array(bytes - encoder.encode(MARK).length));
  return whole.slice(0, read) + MARK;
}
