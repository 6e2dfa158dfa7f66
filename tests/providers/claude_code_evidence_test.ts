import { claudeCode } from "../../src/providers/claude_code.ts";
import { testEvidence } from "./evidence_contract.ts";

const row = {
  type: "user",
  uuid: "7d2f1c8e-2b1f-4c39-9f39-3d6f0e1c9a01",
  sessionId: "5d8aa099-af7f-40f3-9709-cc6441f50fd2",
  timestamp: "2026-11-23T10:00:00.000Z",
  message: { role: "user", content: "hello\n::record" },
};

testEvidence(claudeCode, {
  cases: [
    {
      name: "typed at a prompt, 2.1",
      records: [{ ...row, promptSource: "typed", origin: { kind: "human" }, turnOrigin: "human" }],
      evidence: "typed",
      why: null,
      typed: "hello\n::record",
    },
  ],
  flags: [],
  kinds: [[0, "turnOrigin"]],
});
