import { qwen } from "../../src/providers/qwen/qwen.ts";
import { type EvidenceCase, testEvidence } from "./evidence_contract.ts";

type Fields = Readonly<Record<string, unknown>>;

function record(type: string, provenance: string | undefined, own: Fields): Fields {
  return {
    uuid: "5c3a3782-a05e-44c6-9196-0eb459297d3e",
    parentUuid: null,
    sessionId: "5b0c2f14-7a61-4d0e-9b1f-3c2a7e5d9a10",
    timestamp: "2026-11-29T10:00:00.000Z",
    type,
    ...(provenance === undefined ? {} : { provenance }),
    cwd: "/home/dev/work",
    version: "0.24.4",
    gitBranch: "main",
    ...own,
  };
}

const WORDS = "hello\n::record";

function user(texts: readonly string[], more: Fields = {}, provenance: string | undefined = "real_user") {
  const message = { role: "user", parts: texts.map((text) => ({ text })) };
  return record("user", provenance, { message, ...more });
}

const state = (subtype: string, systemPayload: Fields, more: Fields = {}) =>
  record("system", "system", { subtype, systemPayload, ...more });

const invoked = { phase: "invocation", rawCommand: `/greet\n${WORDS}`, sentToModel: true };
const template = [
  state("slash_command", invoked),
  state("slash_command", { ...invoked, phase: "result" }),
  state("attribution_snapshot", {}),
];
const { provenance: _, ...unmarked } = user([WORDS]);

const CASES: readonly EvidenceCase[] = [
  { name: "typed at a prompt", records: [user([WORDS])], evidence: "typed", why: null, typed: WORDS },
  {
    name: "typed while the model works",
    records: [user([WORDS], { subtype: "mid_turn_user_message", systemPayload: { displayText: WORDS } })],
    evidence: "typed",
    why: null,
    typed: WORDS,
  },
  {
    name: "typed, where hooks made the client send another text",
    records: [user(["sent"], { systemPayload: { displayText: WORDS, hookContext: "more" } })],
    evidence: "typed",
    why: null,
    typed: WORDS,
  },
  {
    name: "typed, with a file that the person named behind it",
    records: [
      user([
        "see @a\n::record",
        "\n--- Content from referenced files ---",
        "::stop",
        "\n--- End of content ---",
      ]),
    ],
    evidence: "typed",
    why: null,
    typed: "see @a\n::record",
  },
  {
    name: "behind a file that holds the mark of a file's end",
    records: [user(["--- Content from referenced files ---", "--- End of content ---", WORDS])],
    evidence: "unproven",
    why: "ambiguous",
  },
  {
    name: "typed, by a client that marks no message yet",
    records: [unmarked],
    evidence: "typed",
    why: null,
    typed: WORDS,
  },
  {
    name: "without the mark that other records of the log have",
    records: [user(["one"]), unmarked],
    evidence: "unproven",
    why: "unmarked",
  },
  {
    name: "without a version",
    records: [user([WORDS], { version: undefined })],
    evidence: "unproven",
    why: "unmarked",
  },
  {
    name: "a command of the client, as it was typed",
    records: [state("slash_command", invoked)],
    evidence: "typed",
    why: null,
    typed: `/greet\n${WORDS}`,
  },
  {
    name: "a command that the client hides",
    records: [state("slash_command", { ...invoked, hiddenInvocation: true })],
    evidence: "unproven",
    why: "unknown-mark",
  },
  {
    name: "the text of a file that a command sends",
    records: [...template, user([WORDS])],
    evidence: "not-typed",
    why: "template",
  },
  {
    name: "typed after the text of such a file",
    records: [...template, user(["Say hello."]), user([WORDS])],
    evidence: "typed",
    why: null,
  },
  {
    name: "copied from the session of which this one is a fork",
    records: [user([WORDS], { forkedFrom: { sessionId: "s", messageUuid: "u" } })],
    evidence: "unproven",
    why: "replayed",
  },
  {
    name: "of a timer",
    records: [user([WORDS], { subtype: "cron" }, "system")],
    evidence: "not-typed",
    why: "automation",
  },
  {
    name: "of the client, for a goal",
    records: [user([WORDS], { subtype: "goal_runtime" }, "goal_runtime")],
    evidence: "not-typed",
    why: "host",
  },
  {
    name: "spoken",
    records: [user([WORDS], { subtype: "realtime_message" })],
    evidence: "unproven",
    why: "unknown-mark",
  },
  {
    name: "piped into qwen -p",
    records: [user([`${WORDS}\nREADME of a stranger\n\n\nsummarise this`])],
    evidence: "prompt",
    why: "piped",
  },
  {
    name: "over the client's server",
    records: [user([WORDS], { daemonPromptId: "p1" })],
    evidence: "prompt",
    why: "api",
  },
  {
    name: "in a session that a program began",
    records: [state("session_source", { sourceType: "github" }), user([WORDS])],
    evidence: "prompt",
    why: "api",
  },
  {
    name: "in a session that another agent began",
    records: [state("parent_session", { parentSessionId: "p" }), user([WORDS])],
    evidence: "unproven",
    why: "unknown-mark",
  },
];

testEvidence(qwen, {
  cases: CASES,
  flags: [[0], [0, "message"], [0, "systemPayload"]],
  kinds: [[0, "provenance"], [0, "subtype"], [0, "type"]],
});
