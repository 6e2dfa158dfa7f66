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

const UNSEEN: readonly (readonly [first: number, last: number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xe0000, 0xe007f],
];

Deno.test("escapeControls() escapes every character that could deceive, and none beside", () => {
  for (let point = 0; point <= 0x10ffff; point += point === 0xd7ff ? 0x801 : 1) {
    const character = String.fromCodePoint(point);
    const isUnseen = UNSEEN.some(([first, last]) => point >= first && point <= last);
    if ((escapeControls(character) !== character) !== isUnseen) assert.fail(`U+${point.toString(16)}`);
  }
});
