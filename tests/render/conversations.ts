/** Conversations of hostile texts, and the harmless ones that have the same shape. */
import fc from "fast-check";
import type { Event } from "../../src/protocol/event.ts";
import { hostile } from "./hostile.ts";
import { type Body, eventsOf } from "./render.ts";

const call = fc.constantFrom("c1", "c2", "c3", "c4");
const TOOLS = [
  "Bash",
  "Edit",
  "Agent",
  "TodoWrite",
  "WebFetch",
  "AskUserQuestion",
  "Write",
  "apply_patch",
  "constructor",
];
const name = fc.oneof(fc.constantFrom(...TOOLS), hostile);
const input = fc.oneof(
  fc.record({ command: hostile, description: hostile }),
  fc.record({ file_path: hostile, old_string: hostile, new_string: hostile }),
  fc.record({ file_path: hostile.map((path) => `/x.${path}`), content: hostile }),
  fc.record({ prompt: hostile }),
  fc.record({
    todos: fc.array(fc.record({ content: hostile, status: fc.constant("completed") }), { maxLength: 2 }),
  }),
  fc.record({
    questions: fc.array(fc.record({ question: hostile, options: fc.array(hostile, { maxLength: 2 }) }), {
      maxLength: 2,
    }),
  }),
  fc.jsonValue(),
  hostile,
);
const agent = fc.constantFrom("main", "main", "main", "a1", "a2\u001b<b>");
const kind = fc.constantFrom(
  ...["compaction", "interruption", "command", "shell", "output", "task", "step", "image", "info", "odd"],
);

const body: fc.Arbitrary<Body> = fc.oneof(
  fc.record({ type: fc.constant("user" as const), text: hostile, agent }),
  fc.record({
    type: fc.constant("assistant" as const),
    text: hostile,
    model: fc.option(hostile),
    phase: fc.constant(null),
    agent,
  }),
  fc.record({ type: fc.constant("thinking" as const), text: hostile, agent }),
  fc.record({ type: fc.constant("tool_call" as const), call, name, input, agent }),
  fc.record({ type: fc.constant("tool_result" as const), call, text: hostile, error: fc.boolean(), agent }),
  fc.record({
    type: fc.constant("decision" as const),
    question: hostile,
    options: fc.array(hostile, { maxLength: 2 }),
    answer: fc.option(hostile),
    note: hostile,
    agent,
  }),
  fc.record({ type: fc.constant("notice" as const), kind, text: hostile, agent }),
);

export const conversation = fc.array(body, { minLength: 1, maxLength: 12 }).map(eventsOf);

/** The same conversation of letters: what Markdown makes of it is what kato itself wrote. */
export function harmless(events: readonly Event[]): Event[] {
  const models = events.map((event) => event.type === "assistant" ? event.model : null);
  return events.map((event) => {
    const content = { ...event, ...toLetters(contentOf(event)) } as Event;
    // A model that is another one has a heading of its own.
    return content.type === "assistant" && content.model !== null
      ? { ...content, model: `m${models.indexOf(event.type === "assistant" ? event.model : null)}` }
      : content;
  });
}

function contentOf(event: Event): Partial<Event> {
  switch (event.type) {
    case "user":
    case "thinking":
    case "tool_result":
    case "notice":
    case "assistant":
      return { text: event.text };
    case "tool_call":
      return { name: TOOLS.includes(event.name) ? event.name : "tool", input: event.input };
    case "decision":
      return { question: event.question, options: event.options, answer: event.answer, note: event.note };
  }
}

function toLetters<T>(value: T): T {
  if (typeof value === "string") return TOOLS.includes(value) ? value : value.replace(/\S/g, "a") as T;
  if (Array.isArray(value)) return value.map(toLetters) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toLetters(part)])) as T;
}
