/** What is read of Gemini's logs where a service uses ids again, or a record stands where others do not. */
import assert from "node:assert/strict";
import { MAIN_AGENT } from "../../src/protocol/event.ts";
import { gemini } from "../../src/providers/gemini/gemini.ts";

const START = { sessionId: "s", projectHash: "0", startTime: "2026-11-23T09:59:00.000Z", kind: "main" };
let seconds = 0;
const time = () =>
  `2026-11-23T10:${String(Math.floor(++seconds / 60) % 60).padStart(2, "0")}:${
    String(seconds % 60).padStart(2, "0")
  }.000Z`;
const user = (id: string, text: string) => ({ id, timestamp: time(), type: "user", content: [{ text }] });
const model = (id: string, content: unknown, more = {}) => (
  {
    id,
    timestamp: time(),
    type: "gemini",
    content,
    thoughts: [],
    tokens: { input: 1 },
    model: "gemini-3",
    ...more,
  }
);
const call = (id: string | undefined, command: string, output: string) => ({
  ...(id === undefined ? {} : { id }),
  name: "run_shell_command",
  args: { command },
  status: "success",
  result: [{ functionResponse: { id, name: "run_shell_command", response: { output } } }],
});

/** Each event in a few words. */
function tell(records: readonly unknown[]): string[] {
  const state = gemini.begin(MAIN_AGENT);
  return records.flatMap((value, line) => gemini.read(state, { value, line }).outs).flatMap((out) => {
    if (out.out !== "event") return out.out === "unknown" ? [`unknown ${out.type}`] : [];
    const { event, said } = out;
    if (event.type === "tool_call") {
      return [`call ${event.call} ${(event.input as { command?: string }).command}`];
    }
    if (event.type === "tool_result") return [`result ${event.call} ${event.text}`];
    return [
      `${event.type} ${"text" in event ? event.text : ""}${said === undefined ? "" : ` (${said.evidence})`}`,
    ];
  });
}

Deno.test("calls and results whose ids a service uses again are told, in later messages and in one", () => {
  const first = [call("call_0", "a", "A"), call("call_0", "b", "B")];
  const log = [
    START,
    user("u1", "one"),
    model("m1", ""),
    model("m1", "", { toolCalls: first }),
    model("m1", "", { toolCalls: first }),
    user("u2", "two"),
    model("m2", "", { toolCalls: [call("call_0", "c", "C"), call(undefined, "d", "D")] }),
  ];
  assert.deepEqual(tell(log), [
    "user one (typed)",
    "call call_0 a",
    "result call_0 A",
    "call call_0 b",
    "result call_0 B",
    "user two (typed)",
    "call call_0 c",
    "result call_0 C",
    "call m2:call:1 d",
    "result m2:call:1 D",
  ]);
});

Deno.test("a result in a record of its own belongs to the latest open call of its id", () => {
  const asked = (id: string, command: string) =>
    model(id, [{ functionCall: { id: "call_0", name: "x", args: { command } } }]);
  const answered = (id: string, output: string) => (
    { ...user(id, ""), content: [{ functionResponse: { id: "call_0", name: "x", response: { output } } }] }
  );
  assert.deepEqual(
    tell([
      START,
      user("u1", "one"),
      asked("m1", "a"),
      user("u2", "two"),
      asked("m2", "b"),
      answered("r1", "B"),
      asked("m3", "c"),
      answered("r2", "C"),
    ]),
    [
      "user one (typed)",
      "call call_0 a",
      "user two (typed)",
      "call call_0 b",
      "result call_0 B",
      "call call_0 c",
      "result call_0 C",
    ],
  );
});

const CONTEXT = {
  ...user("c", ""),
  content: [{
    text:
      "<session_context>\nThis is the Gemini CLI. We are setting up the context for our chat.\n</session_context>",
  }],
};
const set = (...messages: readonly unknown[]) => ({ $set: { messages } });

const HISTORIES:
  readonly (readonly [what: string, records: () => readonly unknown[], told: readonly string[]])[] = [
    [
      "a history before anything was said",
      () => [
        set(CONTEXT, user("u1", "one"), model("m1", "first", { toolCalls: [call("call_0", "a", "A")] })),
        user("u2", "two"),
      ],
      ["user one (unproven)", "assistant first", "call call_0 a", "result call_0 A", "user two (typed)"],
    ],
    [
      "a history that ends with something new",
      () => [
        user("u1", "one"),
        model("m1", "first"),
        set(
          CONTEXT,
          user("x", "one"),
          model("y", [{ text: "first" }]),
          user("z", "two"),
          model("w", [{ text: "second" }]),
        ),
      ],
      ["user one (typed)", "assistant first", "user two (unproven)", "assistant second"],
    ],
    [
      "a history of what was said, under other ids",
      () => [
        user("u1", "one"),
        model("m1", "first"),
        set(CONTEXT, user("x", "one"), model("y", [{ text: "first" }])),
      ],
      ["user one (typed)", "assistant first"],
    ],
    [
      "a history of which nothing was said here",
      () => [user("u1", "one"), set(CONTEXT, user("x", "other"), model("y", [{ text: "words" }]))],
      ["user one (typed)", "user other (unproven)", "assistant words"],
    ],
    [
      "what is left beside a summary",
      () => [
        user("u1", "one"),
        model("m1", "first"),
        set(CONTEXT, user("s", "<state_snapshot>x</state_snapshot>"), model("y", [{ text: "first" }])),
      ],
      ["user one (typed)", "assistant first", "notice <state_snapshot>x</state_snapshot>"],
    ],
    ["an empty one", () => [user("u1", "one"), set()], ["user one (typed)"]],
  ];

for (const [what, records, told] of HISTORIES) {
  Deno.test(`of $set.messages only what stands nowhere else is told: ${what}`, () => {
    assert.deepEqual(tell([START, ...records()]), told);
  });
}

Deno.test("a record is read by what it holds, and commands nothing where it does not say enough", () => {
  const { type: _type, ...untyped } = model("m1", "said");
  const { timestamp: _timestamp, ...timeless } = user("u1", "no time");
  const { id: _id, ...nameless } = user("u2", "no id");
  assert.deepEqual(
    tell([
      untyped,
      timeless,
      nameless,
      { ...user("u3", ""), content: "a string" },
      { role: "user", parts: [{ text: "role" }] },
      { role: "model", parts: [{ text: "answer" }] },
      { strange: 1 },
    ]),
    [
      "assistant said",
      "user no time (unproven)",
      "user no id (unproven)",
      "user a string (unproven)",
      "user role (unproven)",
      "assistant answer",
      "unknown gemini/(no type)",
    ],
  );
});
