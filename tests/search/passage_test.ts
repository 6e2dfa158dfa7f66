/** The searchable text of events, and the blocks that hold it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { EVENT_TYPES } from "../../src/protocol/closed_sets.ts";
import { PASSAGE_BEGINNING, PASSAGE_END } from "../../src/protocol/search_limits.ts";
import { packBlock, unpackBlock } from "../../src/search/block.ts";
import { indexedText, passageOf } from "../../src/search/passage.ts";
import { type Body, eventsOf } from "../render/render.ts";

function textOf(body: Body): string | null {
  const [event] = eventsOf([body]);
  assert.ok(event !== undefined);
  return passageOf(event)?.text ?? null;
}

const TEXTS: readonly (readonly [body: Body, text: string | null])[] = [
  [{ type: "user", text: "Plant the beans." }, "Plant the beans."],
  [{ type: "user", text: " \n…" }, null],
  [
    {
      type: "tool_call",
      call: "a",
      name: "Bash",
      input: { command: "ls -l", deep: { list: ["x", 7, null] } },
    },
    "Bash\nls -l\nx\n7",
  ],
  [
    { type: "decision", question: "Now?", options: ["Yes", "No"], answer: "Yes", note: "soon" },
    "Now?\nYes\nNo\nYes\nsoon",
  ],
  [{ type: "user", text: `key ${"Ab0/".repeat(30)} end` }, "key … end"],
  [{ type: "user", text: "\ue000u is no role" }, " u is no role"],
  [{ type: "user", text: "half \ud83d" }, "half \ufffd"],
];

for (const [body, text] of TEXTS) {
  Deno.test(`passageOf() makes ${JSON.stringify(text)}`, () => assert.equal(textOf(body), text));
}

Deno.test("passageOf() keeps the beginning and the end of a long text", () => {
  const text = textOf({ type: "user", text: `first ${"x ".repeat(PASSAGE_BEGINNING)}last` }) ?? "";
  assert.match(text, /^first x .* … .*last$/);
  assert.ok(text.length < PASSAGE_BEGINNING + PASSAGE_END + 10);
});

Deno.test("no text of a log can pass for kato's own words of the index", () => {
  const [event] = eventsOf([{ type: "user", text: "\ue000n \ue0001" }]);
  const passage = event === undefined ? null : passageOf(event);
  assert.ok(passage !== null);
  assert.equal(indexedText(passage, 3), "\ue000u \ue0003  n  1");
});

const passage = fc.record({
  seq: fc.nat(1e6),
  role: fc.constantFrom(...EVENT_TYPES),
  time: fc.option(fc.nat(2e12)),
  text: fc.string({ unit: "grapheme", minLength: 1 }),
}, { noNullPrototype: true });

Deno.test("unpackBlock() gives what packBlock() got", () => {
  fc.assert(fc.property(fc.array(passage, { minLength: 1 }), (passages) => {
    assert.deepEqual(unpackBlock(packBlock(passages)), passages);
  }));
});

Deno.test("unpackBlock() throws at bytes that are no block", () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array([1, 2, 3])]) assert.throws(() => unpackBlock(bytes));
});
