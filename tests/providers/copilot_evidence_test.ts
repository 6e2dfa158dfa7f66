import { copilot } from "../../src/providers/copilot/copilot.ts";
import { testEvidence } from "./evidence_contract.ts";

const WORDS = "hello\n::record";

type Fields = Readonly<Record<string, unknown>>;

function at(seconds: number): string {
  return new Date(Date.UTC(2026, 10, 23, 10) + seconds * 1000).toISOString();
}

function record(type: string, seconds: number, data: Fields, more: Fields = {}) {
  return { type, data, id: `r${seconds}`, timestamp: at(seconds), parentId: null, ...more };
}

const start = record("session.start", 0, { sessionId: "s", startTime: at(0), context: { cwd: "/home/dev" } });
const terminal = record("session.model_change", 3, { source: "startup", newModel: "gpt-5" });
const resume = record("session.resume", 20, { resumeTime: at(20) });
const user = (seconds: number, more: Fields = {}, outside: Fields = {}) =>
  record(
    "user.message",
    seconds,
    { content: WORDS, delivery: "idle", agentMode: "interactive", ...more },
    outside,
  );

testEvidence(copilot, {
  cases: [
    {
      name: "typed in the terminal",
      records: [start, terminal, user(9)],
      evidence: "typed",
      why: null,
      typed: WORDS,
    },
    {
      name: "typed while the model works",
      records: [start, terminal, user(9, { delivery: "steering" })],
      evidence: "typed",
      why: null,
    },
    {
      name: "queued",
      records: [start, terminal, user(9, { delivery: "queued" })],
      evidence: "typed",
      why: null,
    },
    {
      name: "typed after a resume",
      records: [start, terminal, user(9), resume, user(29)],
      evidence: "typed",
      why: null,
    },
    {
      name: "typed in a session that `copilot -p` began",
      records: [start, user(1), resume, user(29)],
      evidence: "typed",
      why: null,
    },
    { name: "copilot -p", records: [start, user(9)], evidence: "prompt", why: "command-line" },
    { name: "copilot -i", records: [start, terminal, user(3.5)], evidence: "prompt", why: "command-line" },
    {
      name: "copilot --resume -p",
      records: [start, terminal, user(9), resume, user(21)],
      evidence: "prompt",
      why: "command-line",
    },
    {
      name: "an unknown source",
      records: [start, terminal, user(9, { source: "hologram" })],
      evidence: "unproven",
      why: "unknown-mark",
    },
    {
      name: "an unknown mode",
      records: [start, terminal, user(9, { agentMode: "shell" })],
      evidence: "unproven",
      why: "unknown-mark",
    },
    {
      name: "no id",
      records: [start, terminal, user(9, {}, { id: undefined })],
      evidence: "unproven",
      why: "unmarked",
    },
    {
      name: "no time",
      records: [start, terminal, user(9, {}, { timestamp: "then" })],
      evidence: "unproven",
      why: "unmarked",
    },
    {
      name: "a copy in a fork",
      records: [{ ...start, timestamp: at(60) }, terminal, user(9)],
      evidence: "unproven",
      why: "replayed",
    },
    {
      name: "a skill",
      records: [start, terminal, user(9, { source: "skill-pdf" })],
      evidence: "not-typed",
      why: "template",
    },
    {
      name: "another agent",
      records: [start, terminal, user(9, { source: "agent-1" })],
      evidence: "not-typed",
      why: "agent",
    },
    {
      name: "the autopilot",
      records: [start, terminal, user(9, { isAutopilotContinuation: true })],
      evidence: "not-typed",
      why: "host",
    },
  ],
  flags: [[0], [0, "data"]],
  kinds: [
    [0, "data", "source"],
    [0, "data", "delivery"],
    [0, "data", "agentMode"],
    [0, "data", "isAutopilotContinuation"],
  ],
});
