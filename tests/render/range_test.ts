import assert from "node:assert/strict";
import type { Event } from "../../src/protocol/event.ts";
import { beginRange, describeRange, findLastTurns, type Range, type Start } from "../../src/render/range.ts";
import { redacted } from "../../src/render/redacted.ts";
import { REDACTION } from "../../src/protocol/redaction.ts";
import { make, randomOf } from "../redaction/corpus.ts";
import { type Body, eventsOf, HEAD, RENDERERS } from "./render.ts";

const call = (id: string, prompt: string): Body => ({
  type: "tool_call",
  call: id,
  name: "Agent",
  input: { description: prompt, prompt },
});
const says = (text: string, agent = "main"): Body => ({
  type: "assistant",
  text,
  model: null,
  phase: null,
  agent,
});
const task = (text: string, agent: string): Body => ({ type: "notice", kind: "task", text, agent });

/** Two turns. The first starts two agents; one of them works on in the second turn, which starts a third. */
const BODIES: readonly Body[] = [
  { type: "user", text: "one" },
  call("a", "dig"),
  call("b", "sow"),
  task("dig", "d"),
  says("dug", "d"),
  { type: "tool_result", call: "a", text: "dug", error: false },
  { type: "notice", kind: "command", text: "/model" },
  call("c", "water"),
  task("water", "w"),
  says("watered", "w"),
  task("sow", "s"),
  says("sown", "s"),
  // Nobody knows its call.
  says("swept", "x"),
  { type: "user", text: "a word in a call", page: { inResult: true } },
  { type: "user", text: "two" },
];

const EVENTS = eventsOf(BODIES);

function seqsOf(start: Start, events: readonly Event[] = EVENTS): number[] {
  return events.filter(beginRange(start)).map(({ seq }) => seq);
}

const RANGES: readonly (readonly [start: Start, seqs: readonly number[]])[] = [
  [{ from: 0 }, EVENTS.map(({ seq }) => seq)],
  [{ from: 1 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]],
  // In the middle of an agent's work: its call is out, and so is all of it.
  [{ from: 4 }, [5, 6, 7, 8, 9, 12, 13, 14]],
  [{ from: 2 }, [2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]],
  [{ from: 8 }, [13, 14]],
  [{ from: 99 }, []],
];

for (const [start, seqs] of RANGES) {
  Deno.test(`beginRange() ${describeRange(start)} has the events ${seqs.join(" ") || "of none"}`, () =>
    assert.deepEqual(seqsOf(start), seqs));
}

Deno.test("beginRange() begins at a time, and an event without a time goes with those before it", () => {
  const times = [null, "2026-11-23T02:00:00.000Z", null, "2026-11-23T03:00:00.000Z", null];
  const events = times.map((time, seq) => ({ ...eventsOf([says("x")])[0], time, seq }) as Event);
  assert.deepEqual(seqsOf({ since: Date.UTC(2026, 10, 23, 3) }, events), [3, 4]);
  assert.deepEqual(seqsOf({ since: 0 }, events), [1, 2, 3, 4]);
  assert.deepEqual(seqsOf({ since: Date.UTC(2027, 0, 1) }, events), []);
});

for (const [turns, from] of [[1, 14], [2, 6], [3, 0], [4, 0]] as const) {
  Deno.test(`findLastTurns() finds where the last ${turns} of three turns begin`, () => {
    const found = findLastTurns(turns);
    for (const event of EVENTS) found.hear(event);
    assert.deepEqual(found.start(), { from });
  });
}

for (
  const [range, words] of [
    [{ last: 1 }, "last turn"],
    [{ last: 2 }, "last 2 turns"],
    [{ from: 7 }, "from event 7"],
    [{ since: 0 }, "since 1970-01-01T00:00:00.000Z"],
  ] as readonly (readonly [Range, string])[]
) {
  Deno.test(`describeRange() says "${words}"`, () => assert.equal(describeRange(range), words));
}

Deno.test("a document counts the events outside its range, and shows nothing of them", () => {
  const secret = `dig ${make("ghp_{A36}", randomOf(9))}`;
  const [outside, inside] = [[call("a", secret)], [task(secret, "d"), says("dug", "d")]];
  const events = eventsOf([...outside, ...inside]);
  for (const format of ["md", "html"] as const) {
    const renderer = redacted(RENDERERS[format], REDACTION);
    const head = { ...HEAD, format, range: "from event 1" };
    let state = renderer.skip(head, renderer.begin(head), events[0] as Event);
    let text = "";
    for (const event of events.slice(1)) {
      const rendered = renderer.step(head, state, event);
      state = rendered.state;
      text += rendered.text;
    }
    text += renderer.finish(head, state).text;
    assert.match(
      text,
      format === "md" ? /^range: "from event 1"$/m : /<dt>range<\/dt><dd>from event 1<\/dd>/,
    );
    assert.match(text, /0 calls, 0 results, 1 agent, 0 images, 1 event left out/);
    assert.ok(!text.includes("ghp_"), text);
  }
});
