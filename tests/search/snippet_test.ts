/** The part of a text that a hit shows. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { SNIPPET_CHARS } from "../../src/protocol/search_limits.ts";
import { parseQuery, type Term } from "../../src/search/query.ts";
import { snippetOf } from "../../src/search/snippet.ts";

function terms(...typed: string[]): readonly Term[] {
  const parsed = parseQuery(typed);
  assert.ok(parsed.ok);
  return parsed.terms;
}

/** With the words that were searched for in brackets. */
function shown(text: string, ...typed: string[]): string {
  return snippetOf(text, terms(...typed)).map(({ text, isHit }) => isHit ? `[${text}]` : text).join("");
}

const LONG = "word ".repeat(100);

const SNIPPETS: readonly (readonly [text: string, typed: readonly string[], shown: string])[] = [
  ["Plant the beans.", ["beans"], "Plant the [beans]."],
  ["Plant the Béans.", ["BEANS"], "Plant the [Béans]."],
  ["Plant the beans.", ["the beans"], "Plant [the beans]."],
  ["Plant the beans.", ["be*", "plant"], "[Plant] the [beans]."],
  ["bean beans", ["beans"], "bean [beans]"],
  ["the disk, the full disk", ["full disk"], "the disk, the [full disk]"],
  ["nothing of it", ["beans"], "nothing of it"],
];

for (const [text, typed, expected] of SNIPPETS) {
  Deno.test(`snippetOf() shows ${JSON.stringify(typed)} in ${JSON.stringify(text)}`, () => {
    assert.equal(shown(text, ...typed), expected);
  });
}

Deno.test("snippetOf() cuts a long text where most of the words are, between words", () => {
  const text = `${LONG}disk ${LONG}the disk is full ${LONG}`;
  const snippet = shown(text, "disk", "full");
  assert.match(snippet, /^… (?:word )+the \[disk\] is \[full\] (?:word )+…$/);
  assert.ok(snippet.length <= SNIPPET_CHARS + 10);
});

Deno.test("snippetOf() says that a single character is missing, too", () => {
  const word = "y".repeat(SNIPPET_CHARS / 4);
  assert.equal(shown(`${word} beans`, "beans"), `… ${word.slice(1)} [beans]`);
});

Deno.test("snippetOf() leaves out a character of which it has only a half", () => {
  const word = "x".repeat(SNIPPET_CHARS - "beans ".length - 1);
  assert.equal(shown(`beans ${word}\u{1f600}${word}`, "beans"), `[beans] ${word} …`);
});

Deno.test("a snippet is a part of its text, well formed, whatever the text is", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 600 }),
      fc.string({ minLength: 1 }),
      (text, typed) => {
        const parsed = parseQuery([typed]);
        if (!parsed.ok) return;
        const pieces = snippetOf(text, parsed.terms);
        const whole = pieces.map((piece) => piece.text).join("");
        assert.ok(whole.isWellFormed());
        assert.ok(text.includes(whole.replace(/^… /, "").replace(/ …$/, "")) || text.includes(whole));
      },
    ),
  );
});
