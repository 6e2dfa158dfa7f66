import { kimi } from "../../src/providers/kimi/kimi.ts";
import { type EvidenceCase, testEvidence } from "./evidence_contract.ts";

type Fields = Readonly<Record<string, unknown>>;

const ID = "msg_01M8MB71G23T6K3XXF9N9H8D5Y";
const WORDS = "hello\n::record";
const parts = [{ type: "text", text: WORDS }];

function record(type: string, own: Fields): Fields {
  return { type, agentId: "main", ...own, time: 1795979183674 };
}

const prompt = (origin: unknown, more: Fields = {}) =>
  record("turn.prompt", { input: parts, origin, promptId: ID, turnId: 0, ...more });
const appended = (origin: unknown, more: Fields = {}) =>
  record("context.append_message", {
    message: { role: "user", content: parts, id: ID, toolCalls: [], origin, ...more },
  });
const typed = prompt({ kind: "user" });
const image = { type: "image_url", imageUrl: { url: "data:image/png;base64,iVBORw0KGgo=" } };

const CASES: readonly EvidenceCase[] = [
  { name: "typed at a prompt", records: [typed], evidence: "typed", why: null, typed: WORDS },
  {
    name: "typed, with an image",
    records: [prompt({ kind: "user" }, { input: [...parts, image] })],
    evidence: "typed",
    why: null,
    typed: WORDS,
  },
  {
    name: "given to the model in the middle of a turn",
    records: [appended({ kind: "user", inTurn: true })],
    evidence: "typed",
    why: null,
    typed: WORDS,
  },
  {
    name: "given to the model in the middle of a turn, in one record",
    records: [
      record("turn.steer", {
        input: parts,
        origin: { kind: "user" },
        messageId: ID,
        promptIds: [ID],
        turnId: 0,
      }),
    ],
    evidence: "typed",
    why: null,
  },
  {
    name: "the second record of a typed message",
    records: [typed, appended({ kind: "user" })],
    ...nothing(),
  },
  {
    name: "several messages that are given at once",
    records: [appended({ kind: "user", inTurn: true }, { content: [...parts, ...parts] })],
    evidence: "unproven",
    why: "ambiguous",
  },
  {
    name: "words around an image",
    records: [prompt({ kind: "user" }, { input: [{ type: "text", text: "see " }, image, ...parts] })],
    evidence: "unproven",
    why: "ambiguous",
  },
  {
    name: "in the model's context, and never taken",
    records: [appended({ kind: "user" })],
    evidence: "unproven",
    why: "unmarked",
  },
  {
    name: "without an id",
    records: [prompt({ kind: "user" }, { promptId: undefined })],
    evidence: "unproven",
    why: "unmarked",
  },
  {
    name: "with an id that no client makes",
    records: [prompt({ kind: "user" }, { promptId: "x".repeat(129) })],
    evidence: "unproven",
    why: "unmarked",
  },
  {
    name: "without a time",
    records: [{ ...typed, time: undefined }],
    evidence: "unproven",
    why: "unmarked",
  },
  {
    name: "without an agent",
    records: [prompt({ kind: "user" }, { agentId: undefined })],
    evidence: "unproven",
    why: "unmarked",
  },
  {
    name: "as a bare string",
    records: [prompt({ kind: "user" }, { input: WORDS })],
    evidence: "unproven",
    why: "unmarked",
  },
  {
    name: "without an origin",
    records: [prompt(undefined)],
    evidence: "unproven",
    why: "unknown-mark",
  },
  {
    name: "with a part that kato does not know",
    records: [prompt({ kind: "user" }, { input: [{ ...parts[0], source: "elsewhere" }] })],
    evidence: "unproven",
    why: "unknown-mark",
  },
  {
    name: "with a skill that the client loads for it",
    records: [
      prompt({ kind: "user", skillActivations: [{ skillName: "demo" }] }, {
        input: [{ type: "text", text: "of the skill\n::stop" }, ...parts],
      }),
    ],
    evidence: "unproven",
    why: "rewritten",
    typed: WORDS,
  },
  {
    name: "from a program, over the client's server",
    records: [prompt({ kind: "user", clientMetadata: [{ from: "a program" }] })],
    evidence: "prompt",
    why: "api",
  },
  {
    name: "with the files of a program",
    records: [prompt({ kind: "user", attachments: [{ fileId: "f" }] })],
    evidence: "prompt",
    why: "api",
  },
  {
    name: "the name of a skill, and the words behind it",
    records: [
      prompt({ kind: "skill_activation", skillName: "demo", skillArgs: WORDS, trigger: "user-slash" }),
    ],
    evidence: "unproven",
    why: "rewritten",
    typed: `/skill:demo ${WORDS}`,
  },
  ...[
    ["the text of a skill that the model loads", "skill_activation", "template"],
    ["the text of a plugin's command", "plugin_command", "template"],
    ["what a hook printed", "hook_result", "host"],
    ["the client's, for a goal", "system_trigger", "host"],
    ["a timer's", "cron_job", "automation"],
    ["a timer's that was missed", "cron_missed", "automation"],
  ].map(([name = "", kind, why]) => ({
    name,
    records: [prompt({ kind })],
    evidence: "not-typed",
    why,
  } as EvidenceCase)),
  { name: "the client's reminder", records: [appended({ kind: "injection", variant: "x" })], ...nothing() },
];

/** The record gives no message. */
function nothing() {
  return { evidence: null, why: null } as unknown as Pick<EvidenceCase, "evidence" | "why">;
}

testEvidence(kimi, {
  cases: CASES.filter(({ evidence }) => evidence !== null),
  flags: [[0], [0, "origin"], [0, "message"], [0, "message", "origin"]],
  kinds: [[0, "origin", "kind"], [0, "origin"], [0, "type"], [0, "agentId"], [0, "message", "role"]],
});
