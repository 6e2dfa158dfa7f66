// Appends an audit record and replaces a file, and answers after each: `write_durably.ts FOLDER`.
import { join } from "@std/path";
import { openAuditLog } from "../../src/audit/log.ts";
import { writeAtomically } from "../../src/disk/atomic_file.ts";
import { BODY } from "../audit/audit_body.ts";

const [folder = ""] = Deno.args;
const answer = new TextEncoder().encode("answer\n");
const actor = { role: "orchestrator", pid: Deno.pid };
const log = openAuditLog({ directory: folder, policyVersion: 1, policyHash: "a".repeat(64), actor });
log.append(BODY);
Deno.stdout.writeSync(answer);
writeAtomically(join(folder, "policy.toml"), "x", true);
Deno.stdout.writeSync(answer);
log.close();
