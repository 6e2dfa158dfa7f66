// Appends records to an audit log, as a process of its own: `append_audit.ts DIRECTORY ROLE COUNT`.
import { openAuditLog } from "../../src/audit/log.ts";

const [directory = "", role = "", count = "0"] = Deno.args;
const actor = { role, pid: Deno.pid };
const log = openAuditLog({
  directory,
  policyVersion: 1,
  policyHash: "b".repeat(64),
  actor,
  rotateAt: 50_000,
});
for (let n = 0; n < Number(count); n++) {
  log.append({
    event: "command",
    provider: null,
    session: null,
    command: "::stop",
    requested: null,
    path: null,
    decision: "note",
    reason: "stopped",
    detail: `${role} ${n}`,
  });
}
log.close();
