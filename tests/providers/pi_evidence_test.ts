import { pi } from "../../src/providers/pi/pi.ts";
import { testEvidence } from "./evidence_contract.ts";

const WORDS = "::record notes.md\n\n::stop";

type Fields = Readonly<Record<string, unknown>>;

function at(seconds: number): string {
  return new Date(Date.UTC(2026, 10, 23, 10) + seconds * 1000).toISOString();
}

const header = (more: Fields = {}) => ({
  type: "session",
  version: 3,
  id: "s",
  timestamp: at(0),
  cwd: "/home/dev",
  ...more,
});
const entry = (seconds: number, message: Fields, more: Fields = {}) => ({
  type: "message",
  id: `e${seconds}`,
  parentId: null,
  timestamp: at(seconds),
  message,
  ...more,
});
const user = (seconds: number, text: string, more: Fields = {}) =>
  entry(seconds, { role: "user", content: [{ type: "text", text }], timestamp: 1 }, more);
const answer = (seconds: number) => entry(seconds, { role: "assistant", content: [], stopReason: "stop" });
const fork = header({ timestamp: at(60), parentSession: "/x/2026-11-23T09-00-00-000Z_p.jsonl" });

testEvidence(pi, {
  cases: [
    {
      name: "commands and nothing else",
      records: [header(), user(9, WORDS)],
      evidence: "typed",
      why: null,
      typed: WORDS,
    },
    {
      name: "a command in a string",
      records: [header(), entry(9, { role: "user", content: "::stop" })],
      evidence: "typed",
      why: null,
    },
    {
      name: "typed in a session that `pi -p` began",
      records: [header(), user(1, "hello"), answer(2), user(30, "::stop")],
      evidence: "typed",
      why: null,
    },
    {
      name: "a command in a fork",
      records: [fork, user(9, "::record a.md"), user(69, "::stop")],
      evidence: "typed",
      why: null,
    },
    { name: "pi -p", records: [header(), user(1, "::stop")], evidence: "prompt", why: "command-line" },
    {
      name: "a further prompt of pi -p",
      records: [header(), user(1, "hello"), answer(2), user(2.1, "::stop")],
      evidence: "prompt",
      why: "command-line",
    },
    {
      name: "words, or a template, or an extension",
      records: [header(), user(9, "hello\n::record")],
      evidence: "unproven",
      why: "unmarked",
    },
    {
      name: "a command behind words",
      records: [header(), user(9, "::record\nand the question")],
      evidence: "unproven",
      why: "unmarked",
    },
    { name: "a copy in a fork", records: [fork, user(9, "::stop")], evidence: "unproven", why: "replayed" },
    {
      name: "no id",
      records: [header(), user(9, "::stop", { id: undefined })],
      evidence: "unproven",
      why: "unmarked",
    },
    {
      name: "no time",
      records: [header(), user(9, "::stop", { timestamp: 7 })],
      evidence: "unproven",
      why: "unmarked",
    },
    {
      name: "a command beside an image",
      records: [
        header(),
        entry(9, { role: "user", content: [{ type: "text", text: "::stop" }, { type: "image", data: "" }] }),
      ],
      evidence: "unproven",
      why: "unknown-mark",
    },
    {
      name: "words behind a skill",
      records: [header(), user(9, '<skill name="demo" location="x">\nDo it.\n</skill>\n\n::stop')],
      evidence: "unproven",
      why: "ambiguous",
      typed: "::stop",
    },
    {
      name: "an extension's message",
      records: [header(), {
        type: "custom_message",
        customType: "x",
        id: "c",
        timestamp: at(9),
        content: "::stop",
      }],
      evidence: "not-typed",
      why: "host",
    },
  ],
  flags: [[0], [0, "message"]],
  kinds: [],
});
