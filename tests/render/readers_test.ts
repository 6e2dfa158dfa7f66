/**
 * A text stays in its place, whoever renders it: hostile conversations, and pairs of texts after one another, through
 * independent readers of Markdown that allow everything. KATO_RUNS says how many of each (CONTRIBUTING.md), KATO_SEED
 * gives a run again.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseFragment, serializeOuter } from "parse5";
import { type Event, NOTICE_KINDS } from "../../src/protocol/event.ts";
import { onlyWith, program } from "../needs.ts";
import { childrenOf, isElement, outlineOf } from "./assert_contained.ts";
import { conversation, harmless } from "./conversations.ts";
import { hostile } from "./hostile.ts";
import { cmarkGfm, type Reader, READERS } from "./readers.ts";
import { bodyOf, eventsOf, HEAD, render, renderAs } from "./render.ts";

const RUNS = Number(Deno.env.get("KATO_RUNS") ?? 200);
/** One run is the same each time, one is new. */
const SEEDS = [1, Number(Deno.env.get("KATO_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0])];
console.log(`readers_test: KATO_SEED=${SEEDS[1]}`);

function check<T extends unknown[]>(property: fc.IProperty<T>, runs: number): void {
  for (const seed of SEEDS) fc.assert(property, { numRuns: Math.ceil(runs / SEEDS.length), seed });
}

/** The elements that a reader makes of what the assistant said, without the heading. */
function elementsOf(read: Reader, texts: readonly string[]): string[] {
  const said = texts.map((text) => ({
    type: "assistant" as const,
    text: `${text}.`,
    model: "m",
    phase: null,
  }));
  const elements = childrenOf(parseFragment(read(bodyOf(renderAs("md", said))))).filter(isElement);
  return elements.slice(1).map((element) => serializeOuter(element));
}

/** No text changes which elements kato writes, or where they stand. */
function assertStays(read: Reader, events: readonly Event[]): void {
  const outline = outlineOf(read(bodyOf(render(HEAD, events))));
  assert.deepEqual(outline, outlineOf(read(bodyOf(render(HEAD, harmless(events))))));
}

/** Texts that once broke out of their place. */
const BROKE_OUT: readonly (readonly [string, string])[] = [
  ["a list whose first line is the head of a table", ")\n2) ````a|b\n-|-\n"],
  ["a list with code below an underline", "a\n---\n2. ```\n   <b>\n   ```"],
  ["a list with a quote below an underline", "a\n---\n2. > ```\n   > <b>"],
  ["a list with open code below an underline", "a\n---\n2. ```\n"],
  ["a heading behind a list, a quote and a tab", "2. >\t# a"],
  ["open code behind a lone return", "\r```js"],
  ["open code in a command, behind a lone return", "::record a.md\r```js\r<b>"],
];

/** A text in each place that takes one as it is. */
function everywhere(text: string): readonly Event[] {
  const notices = NOTICE_KINDS.map((kind) => ({ type: "notice" as const, kind, text }));
  return eventsOf([{ type: "user", text }, { type: "thinking", text }, ...notices, {
    type: "user",
    text: "",
  }]);
}

for (const [reader, read] of Object.entries(READERS)) {
  for (const [what, text] of BROKE_OUT) {
    Deno.test(`${reader}: ${what} stays in its place`, () => {
      for (const event of everywhere(text)) assertStays(read, [event]);
      assertStays(read, everywhere(text));
    });
  }

  Deno.test(`${reader}: no text of a conversation leaves its place`, () => {
    check(fc.property(conversation, (events) => assertStays(read, events)), RUNS);
  });

  Deno.test(`${reader}: no text changes what stands after it`, () => {
    check(
      fc.property(hostile, hostile, (one, other) => {
        const apart = [...elementsOf(read, [one]), ...elementsOf(read, [other])];
        assert.deepEqual(elementsOf(read, [one, other]), apart);
      }),
      RUNS,
    );
  });
}

const cmark = cmarkGfm();
Deno.test({
  ...onlyWith("cmark-gfm: no text of many conversations leaves its place", program("cmark-gfm")),
  fn() {
    if (cmark === null) return;
    const many = fc.array(conversation, { minLength: 50, maxLength: 50 });
    const join = (conversations: readonly string[]) => conversations.map(bodyOf).join("\n");
    check(
      fc.property(many, (conversations) => {
        const outline = outlineOf(cmark(join(conversations.map((events) => render(HEAD, events)))));
        const same = outlineOf(cmark(join(conversations.map((events) => render(HEAD, harmless(events))))));
        assert.deepEqual(outline, same);
      }),
      Math.ceil(RUNS / 50),
    );
  },
});
