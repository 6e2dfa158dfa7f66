/** The audit log as a command of the command line writes it. Requires read and write on the log folder. */
import { makePrivateFolder } from "../disk/atomic_file.ts";
import { systemWords } from "../disk/entry_at.ts";
import { AuditLogError } from "./error.ts";
import { type AuditLog, openAuditLog } from "./log.ts";
import { readOrigin } from "./origin.ts";

/** Makes the folder where it is missing. `role`: who writes; `user`: the account, as `USER` names it. Throws an AuditLogError. */
export function openCommandLog(
  directory: string,
  policy: { readonly version: number; readonly hash: string; readonly organisationHash: string | null },
  role: "export" | "policy" | "seal" | "search",
  user: string | undefined,
): AuditLog {
  try {
    makePrivateFolder(directory);
  } catch (error) {
    const words = systemWords(error);
    if (words === null) throw error;
    throw new AuditLogError(`Cannot make the folder of the audit log: ${words}`, false, { cause: error });
  }
  return openAuditLog({
    directory,
    policyVersion: policy.version,
    policyHash: policy.hash,
    organisationHash: policy.organisationHash,
    origin: readOrigin(user),
    actor: { role, pid: Deno.pid },
  });
}
