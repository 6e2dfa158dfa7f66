/** The audit log, as commands of the command line write it. Requires read and write on the log folder. Room: cli; edge. */
import type { EffectivePolicy } from "../settings/merge.ts";
import { placesOf } from "../settings/places.ts";
import { makePrivateFolder } from "../disk/atomic_file.ts";
import { AuditLogError } from "../audit/error.ts";
import { type AuditLog, openAuditLog } from "../audit/log.ts";
import { systemWords } from "../disk/entry_at.ts";

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
