/** The audit log, as commands of the command line write it. Requires read and write on the log folder. Room: cli; edge. */
import type { EffectivePolicy } from "../policy/merge.ts";
import { placesOf } from "../policy/places.ts";
import { makePrivateFolder } from "../system/atomic_file.ts";
import { AuditLogError } from "../system/audit_error.ts";
import { type AuditLog, openAuditLog } from "../system/audit_log.ts";
import { systemWords } from "../system/look.ts";

/** With its folder. `role`: who writes. Throws what the disk says. */
export function openOwnAudit(home: string, effective: EffectivePolicy, role: "export" | "policy"): AuditLog {
  const { logs } = placesOf(home);
  try {
    makePrivateFolder(logs);
  } catch (error) {
    const words = systemWords(error);
    if (words === null) throw error;
    throw new AuditLogError(`Cannot make the folder of the audit log: ${words}`, false, { cause: error });
  }
  return openAuditLog({
    directory: logs,
    policyVersion: effective.version,
    policyHash: effective.hash,
    actor: { role, pid: Deno.pid },
  });
}
