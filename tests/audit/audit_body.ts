/** What an audit record says, where a test does not care what. */
import type { AuditBody } from "../../src/audit/record.ts";

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
