/**
 * The audit log as the daemon writes it. The operational log reports each record, and the chain's head so often that a
 * rewritten file soon disagrees with it. Requires read and write on the log folder.
 */
import { every } from "../hosts/timers.ts";
import type { EffectivePolicy } from "../settings/merge.ts";
import type { AuditBody, AuditOrigin } from "../audit/record.ts";
import { AUDIT_HEAD_MS, AUDIT_HEAD_RECORDS } from "../protocol/limits.ts";
import { openAuditLog } from "../audit/log.ts";
import type { Log } from "./log.ts";

/** When it returns, all records are on the disk, with one flush. Throws the error of the disk. */
export type Audit = (...bodies: readonly AuditBody[]) => void;

export interface DaemonAudit {
  readonly record: Audit;
  head(): string;
  close(): void;
}

/** Throws an AuditLogError. */
export function openDaemonAudit(
  directory: string,
  { version, hash, organisationHash }: Pick<EffectivePolicy, "version" | "hash" | "organisationHash">,
  log: Pick<Log, "report">,
  origin: AuditOrigin,
): DaemonAudit {
  let unreported = 0;
  const audit = openAuditLog({
    directory,
    policyVersion: version,
    policyHash: hash,
    organisationHash,
    origin,
    actor: { role: "orchestrator", pid: Deno.pid },
    changed: ({ reason, detail }) => log.report("audit-log-changed", { reason, detail }),
  });

  function reportHead(): void {
    unreported = 0;
    log.report("audit-head", { head: audit.head() });
  }

  const stop = every(AUDIT_HEAD_MS, reportHead);
  return {
    record(...bodies) {
      audit.appendAll(bodies);
      for (const { event: record, decision, reason, provider, session } of bodies) {
        log.report("audit-record", { record, decision, reason, provider, session });
      }
      unreported += bodies.length;
      if (unreported >= AUDIT_HEAD_RECORDS) reportHead();
    },
    head: audit.head,
    close() {
      stop();
      audit.close();
    },
  };
}
