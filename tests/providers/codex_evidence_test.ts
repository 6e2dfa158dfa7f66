import { codex } from "../../src/providers/codex.ts";
import { testEvidence } from "./evidence_contract.ts";

const THREAD = "01a20660-a800-7fa3-bb14-109639a55ee8";

function line(type: string, payload: unknown) {
  return { timestamp: "2026-11-23T10:00:00.000Z", type, payload };
}

const session = line("session_meta", {
  id: THREAD,
  source: "cli",
  originator: "codex-tui",
  cli_version: "0.171.0",
});

testEvidence(codex, {
  cases: [
    {
      name: "typed in the terminal",
      records: [session, line("event_msg", { type: "user_message", message: "hello\n::record" })],
      evidence: "typed",
      why: null,
      typed: "hello\n::record",
    },
  ],
  flags: [],
  kinds: [],
});
