/** Audit records, where a test does not care what they say. */
import { makeRecord, START } from "../../src/audit/chain.ts";
import type { AuditBody, AuditOrigin, AuditRecord } from "../../src/audit/record.ts";

export const BODY: AuditBody = {
  event: "command",
  provider: "codex",
  session: "s",
  command: "::stop",
  requested: null,
  path: null,
  decision: "allow",
  reason: "stopped",
  detail: null,
};

/** Records 1 to `count` of one chain, each with `detail`. */
export function chain(count: number, detail: string, origin?: AuditOrigin): AuditRecord[] {
  const stamp = {
    origin,
    time: "2026-11-23T00:00:00.000Z",
    policyVersion: 1,
    policyHash: "f".repeat(64),
    actor: { role: "orchestrator", worker: null, pid: 7 },
  };
  const records: AuditRecord[] = [];
  for (let n = 1; n <= count; n++) {
    records.push(makeRecord(records.at(-1) ?? START, { ...BODY, detail }, stamp));
  }
  return records;
}
