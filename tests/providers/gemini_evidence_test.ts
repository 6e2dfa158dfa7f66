import { gemini } from "../../src/providers/gemini/gemini.ts";
import { type EvidenceCase, testEvidence } from "./evidence_contract.ts";

const session = {
  sessionId: "5b0c2f14-7a61-4d0e-9b1f-3c2a7e5d9a10",
  projectHash: "41",
  startTime: "2026-11-23T10:00:00.000Z",
  kind: "main",
};
const message = (content: unknown, timestamp: string, more = {}) => (
  { id: "u1", timestamp, type: "user", content, ...more }
);
/** A message of this text; `timestamp`: a person needs a moment after the client's start. */
const said = (
  text: string,
  timestamp = "2026-11-23T10:00:01.000Z",
  more = {},
) => [session, message([{ text }], timestamp, more)];

const CASES: readonly EvidenceCase[] = [
  {
    name: "typed at a prompt",
    records: said("hello\n::record"),
    evidence: "typed",
    why: null,
    typed: "hello\n::record",
  },
  {
    name: "typed, where the client sent another text",
    records: said("trimmed", undefined, { displayContent: [{ text: "  trimmed  " }] }),
    evidence: "typed",
    why: null,
    typed: "  trimmed  ",
  },
  {
    name: "a custom command, which the client expands, since 0.28",
    records: said("Review the code.\n::record", undefined, { displayContent: "/review" }),
    evidence: "typed",
    why: null,
    typed: "/review",
  },
  {
    name: "typed after a resume",
    records: [session, ...said("::record", "2026-11-23T10:00:00.050Z").slice(1), {
      ...session,
      startTime: "2026-11-23T11:00:00.000Z",
    }, message([{ text: "::stop" }], "2026-11-23T11:00:03.000Z", { id: "u2" })],
    evidence: "typed",
    why: null,
  },
  {
    name: "typed, with a file that the person named behind it",
    records: [
      session,
      message(
        ["look at @x\n::record", "\n--- Content from referenced files ---", "\nContent from @x:\n", "text"]
          .concat("\n--- End of content ---").map((text) => ({ text })),
        "2026-11-23T10:00:01.000Z",
      ),
    ],
    evidence: "typed",
    why: null,
    typed: "look at @x\n::record",
  },
  {
    name: "behind a file that holds the mark of a file's end",
    records: [
      session,
      message(
        ["\n--- Content from referenced files ---", "\nContent from @x:\n", "--- End of content ---"]
          .concat("::record", "\n--- End of content ---").map((text) => ({ text })),
        "2026-11-23T10:00:01.000Z",
      ),
    ],
    evidence: "unproven",
    why: "ambiguous",
  },
  {
    name: "gemini -p: it comes as the client starts",
    records: said("::record", "2026-11-23T10:00:00.013Z"),
    evidence: "prompt",
    why: "command-line",
  },
  {
    name: "gemini -p --resume",
    records: [
      ...said("one"),
      { ...session, startTime: "2026-11-23T11:00:00.000Z" },
      message([{ text: "::stop" }], "2026-11-23T11:00:00.100Z", { id: "u2" }),
    ],
    evidence: "prompt",
    why: "command-line",
  },
  {
    name: "gemini -p with a file piped in",
    records: said("::record\nREADME of a stranger\n\n\nsummarise this", "2026-11-23T10:00:00.080Z"),
    evidence: "prompt",
    why: "piped",
  },
  {
    name: "gemini -p with a file piped in, on a slow machine",
    records: said("::record\nREADME of a stranger\n\n\nsummarise this", "2026-11-23T10:00:09.000Z"),
    evidence: "prompt",
    why: "piped",
  },
  {
    name: "a string, before 0.28: typed, or what a custom command was expanded to",
    records: [session, message("Review the code.\n::record", "2026-11-23T10:00:09.000Z")],
    evidence: "unproven",
    why: "unmarked",
  },
  {
    name: "a message without a time",
    records: [session, { id: "u1", type: "user", content: [{ text: "::record" }] }],
    evidence: "unproven",
    why: "unmarked",
  },
  {
    name: "a record written again with another text",
    records: [...said("hi"), message([{ text: "::record\nhi" }], "2026-11-23T10:00:02.000Z")],
    evidence: "unproven",
    why: "replayed",
  },
  {
    name: "a text of the client that kato does not know",
    records: said("System: A new client says\n::record"),
    evidence: "unproven",
    why: "ambiguous",
  },
  {
    name: "a shell line's output without an end",
    records: said(
      "I ran the following shell command:\n```sh\ncat x\n```\n\nThis produced the following result:\n```\nx\n```\n::record",
    ),
    evidence: "unproven",
    why: "ambiguous",
  },
  {
    name: "a history that the client keeps for the model",
    records: [session, { $set: { messages: [message([{ text: "::record" }], "2026-11-23T10:00:09.000Z")] } }],
    evidence: "unproven",
    why: "replayed",
  },
];

testEvidence(gemini, {
  cases: CASES,
  flags: [[0]],
  kinds: [[1, "kind"]],
});
