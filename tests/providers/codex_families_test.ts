/** Codex tells each text in two ways, or in one: whichever a log holds, and in whatever order, nothing is lost or doubled. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { MAIN_AGENT } from "../../src/protocol/event.ts";
import { codex } from "../../src/providers/codex/codex.ts";
import { readEvents } from "./read_log.ts";

type Line = Record<string, unknown>;

const event = (payload: Line): Line => ({ type: "event_msg", payload });
const raw = (payload: Line): Line => ({ type: "response_item", payload });
const completed = (item: Line) => event({ type: "item_completed", item });
const meta = {
  type: "session_meta",
  payload: { id: "t", cwd: "/p", originator: "codex-tui", source: "cli" },
};

/** One text as each family tells it. */
const ANSWER: Record<string, (text: string, phase: string | undefined) => Line> = {
  event: (message, phase) => event({ type: "agent_message", message, phase }),
  item: (text, phase) => completed({ type: "AgentMessage", content: [{ type: "Text", text }], phase }),
  raw: (text, phase) =>
    raw({ type: "message", role: "assistant", content: [{ type: "output_text", text }], phase }),
};
const THOUGHT: Record<string, (text: string) => Line> = {
  event: (text) => event({ type: "agent_reasoning", text }),
  item: (text) => completed({ type: "Reasoning", summary_text: [text] }),
  raw: (text) => raw({ type: "reasoning", summary: [{ type: "summary_text", text }] }),
};
const WORDS: Record<string, (text: string) => Line> = {
  event: (message) => event({ type: "user_message", message }),
  item: (text) => completed({ type: "UserMessage", content: [{ type: "text", text }] }),
  raw: (text) => raw({ type: "message", role: "user", content: [{ type: "input_text", text }] }),
};

function said(lines: readonly Line[]): string[] {
  const text = [meta, ...lines].map((line) => JSON.stringify(line)).join("\n");
  return readEvents(codex, "t", MAIN_AGENT, text).flatMap((event) =>
    "text" in event && event.type !== "notice" ? [`${event.type} ${event.text}`] : []
  );
}

const phase = fc.constantFrom(undefined, "commentary", "final_answer");
/** Who tells a text: one family, or the client's and the raw one. */
const families = fc.constantFrom<string[]>(["event"], ["item"], ["raw"], ["event", "raw"], ["item", "raw"]);
const texts = fc.array(
  fc.record({ text: fc.constantFrom("Yes.", "No.", "Looking at it."), families, phase }),
  { minLength: 1, maxLength: 6 },
);

Deno.test("an answer is told as often as the family that tells it most, in any order inside a turn", () => {
  fc.assert(
    fc.property(
      fc.array(texts.chain((turn) => fc.tuple(fc.constant(turn), fc.infiniteStream(fc.nat()))), {
        maxLength: 4,
      }),
      fc.boolean(),
      (turns, marked) => {
        const lines: Line[] = [];
        const expected: string[] = [];
        for (const [index, [answers, order]] of turns.entries()) {
          if (marked) lines.push(event({ type: "task_started", turn_id: `${index}` }));
          lines.push(WORDS["event"]?.(`question ${index}`) ?? {});
          const told = answers.flatMap((answer) =>
            answer.families.map((family) => ({
              family,
              line: ANSWER[family]?.(answer.text, answer.phase) ?? {},
            }))
          );
          // Each family keeps its own order; the two come in any.
          lines.push(...interleave(told, order).map(({ line }) => line));
          if (marked) {
            lines.push(event({ type: "task_complete", turn_id: `${index}`, last_agent_message: null }));
          }
          expected.push(`user question ${index}`);
          for (const text of new Set(answers.map((answer) => answer.text))) {
            const of = (name: string) =>
              answers.filter((answer) => answer.text === text && answer.families.includes(name)).length;
            const times = Math.max(of("event"), of("item"), of("raw"));
            for (let time = 0; time < times; time += 1) expected.push(`assistant ${text}`);
          }
        }
        assert.deepEqual(said(lines).sort(), expected.sort());
      },
    ),
    { numRuns: 1000 },
  );
});

/** Lines of each family in their order, the families mixed. */
function interleave<T extends { readonly family: string }>(told: readonly T[], order: Iterator<number>): T[] {
  const queues = ["event", "item", "raw"].map((name) => told.filter(({ family }) => family === name));
  const mixed: T[] = [];
  for (;;) {
    const open = queues.filter((queue) => queue.length > 0);
    const queue = open[(order.next().value ?? 0) % (open.length || 1)];
    if (queue === undefined) return mixed;
    mixed.push(queue.shift() as T);
  }
}

Deno.test("what one family alone tells is told in its order", () => {
  for (const family of ["event", "item", "raw"]) {
    const lines = [1, 2, 3].flatMap((turn) => [
      WORDS[family]?.(`question ${turn}`) ?? {},
      THOUGHT[family]?.(`thought ${turn}`) ?? {},
      ANSWER[family]?.(`first ${turn}`, undefined) ?? {},
      ANSWER[family]?.(`second ${turn}`, undefined) ?? {},
    ]);
    const expected = [1, 2, 3].flatMap((turn) => [
      `user question ${turn}`,
      `thinking thought ${turn}`,
      `assistant first ${turn}`,
      `assistant second ${turn}`,
    ]);
    assert.deepEqual(said(lines), expected, family);
  }
});

Deno.test("a thought that follows an answer is told behind it", () => {
  for (const family of ["event", "item", "raw"]) {
    const lines = [1, 2, 3].flatMap((turn) => [
      ANSWER[family]?.(`answer ${turn}`, undefined) ?? {},
      THOUGHT[family]?.(`thought ${turn}`) ?? {},
    ]);
    const expected = [1, 2, 3].flatMap((turn) => [`assistant answer ${turn}`, `thinking thought ${turn}`]);
    assert.deepEqual(said(lines), expected, family);
  }
});

Deno.test("the person's words are told once, whichever family tells them", () => {
  const table: [string, Line[]][] = [
    ["raw, then shown", [WORDS["raw"]?.("hi") ?? {}, WORDS["item"]?.("hi") ?? {}]],
    ["shown, then raw", [WORDS["event"]?.("hi") ?? {}, WORDS["raw"]?.("hi") ?? {}]],
    ["raw, with the model's answer before it is shown", [
      WORDS["raw"]?.("hi") ?? {},
      ANSWER["raw"]?.("Hello.", "final_answer") ?? {},
      WORDS["event"]?.("hi") ?? {},
      ANSWER["event"]?.("Hello.", "final_answer") ?? {},
    ]],
    ["raw, with the marks of an image", [
      raw({
        type: "message",
        role: "user",
        content: [
          { type: "input_text", text: '<image name="a">' },
          { type: "input_text", text: "</image>" },
          {
            type: "input_text",
            text: "hi",
          },
        ],
      }),
      WORDS["item"]?.("hi") ?? {},
    ]],
    ["context of the client's in front of it", [
      WORDS["raw"]?.("<environment_context>\n  <cwd>/p</cwd>\n</environment_context>") ?? {},
      WORDS["raw"]?.("hi") ?? {},
      WORDS["item"]?.("hi") ?? {},
    ]],
  ];
  for (const [name, lines] of table) {
    assert.deepEqual(said(lines).filter((text) => text.startsWith("user")), ["user hi"], name);
    assert.equal(said(lines).filter((text) => text === "assistant Hello.").length <= 1, true, name);
  }
});

Deno.test("an answer of several parts is told once, whole or part by part", () => {
  const parts = raw({
    type: "message",
    role: "assistant",
    content: [{ type: "output_text", text: "One." }, { type: "output_text", text: "Two." }],
  });
  const [one, two, both] = ["One.", "Two.", "One.Two."].map((text) =>
    ANSWER["event"]?.(text, undefined) ?? {}
  );
  const told = (...lines: Line[]) => said(lines).map((text) => text.replace("assistant ", ""));
  assert.deepEqual(told(one ?? {}, two ?? {}, parts), ["One.", "Two."]);
  assert.deepEqual(told(parts, one ?? {}, two ?? {}), ["One.Two."]);
  assert.deepEqual(told(both ?? {}, parts), ["One.Two."]);
  assert.deepEqual(told(one ?? {}, parts), ["One.", "Two."]);
});

Deno.test("a message is read under the names that other writers give to its text", () => {
  const lines = [
    event({ type: "user_message", text: "hi" }),
    event({ type: "agent_message", text: "Hello." }),
    event({ type: "agent_message", content: "Again." }),
    raw({ type: "message", role: "user", content: "and you?" }),
    raw({ type: "message", role: "assistant", content: [{ type: "text", text: "Well." }] }),
  ];
  const expected = ["user hi", "assistant Hello.", "assistant Again.", "user and you?", "assistant Well."];
  assert.deepEqual(said(lines), expected);
});

Deno.test("what a turn's end repeats is told once, also where another turn began in it", () => {
  const start = (turn_id: string) => event({ type: "task_started", turn_id });
  const end = (turn_id: string, last_agent_message: string) =>
    event({ type: "task_complete", turn_id, last_agent_message });
  const answer = ANSWER["item"]?.("Done.", "final_answer") ?? {};
  assert.deepEqual(said([start("a"), answer, end("a", "Done.")]), ["assistant Done."]);
  assert.deepEqual(said([start("a"), answer, start("b"), end("a", "Done.")]), ["assistant Done."]);
  assert.deepEqual(said([start("a"), end("a", "Done.")]), ["assistant Done."]);
});
