import { gemini } from "../../src/providers/gemini.ts";
import { testEvidence } from "./evidence_contract.ts";

const session = {
  sessionId: "5b0c2f14-7a61-4d0e-9b1f-3c2a7e5d9a10",
  projectHash: "41",
  startTime: "2026-11-23T10:00:00.000Z",
  kind: "main",
};

testEvidence(gemini, {
  cases: [
    {
      name: "typed at a prompt",
      records: [session, {
        id: "u1",
        timestamp: "2026-11-23T10:00:01.000Z",
        type: "user",
        content: [{ text: "hello\n::record" }],
      }],
      evidence: "typed",
      why: null,
      typed: "hello\n::record",
    },
  ],
  flags: [],
  kinds: [],
});
