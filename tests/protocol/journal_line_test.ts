/** Lines for the journal: none of them looks like two, or like something that it is not. */
import assert from "node:assert/strict";
import { escapeControls, withPriority } from "../../src/protocol/journal_line.ts";

const CASES: readonly (readonly [what: string, text: string, escaped: string])[] = [
  ["a newline", "one\ntwo", "one\\u000atwo"],
  ["an escape sequence", "\u001b[2J", "\\u001b[2J"],
  ["what turns text around", "\u202etxt\u061c", "\\u202etxt\\u061c"],
  ["what is not seen", "a\u200bb\ufeff", "a\\u200bb\\ufeff"],
  ["a tag character, of two units", "a\u{e0001}b", "a\\udb40\\udc01b"],
  ["letters and signs of all kinds", 'ünï ✓ 😀 "quoted"', 'ünï ✓ 😀 "quoted"'],
];

for (const [what, text, escaped] of CASES) {
  Deno.test(`escapeControls() escapes as JSON would, and only what could deceive: ${what}`, () => {
    assert.equal(escapeControls(text), escaped);
    if (!text.includes('"')) assert.equal(JSON.parse(`"${escaped}"`), text);
  });
}

Deno.test("withPriority() marks each line, and no empty one", () => {
  assert.equal(withPriority("one\ntwo\n", "warning"), "<4>one\n<4>two\n");
});
