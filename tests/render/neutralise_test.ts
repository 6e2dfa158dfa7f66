import assert from "node:assert/strict";
import { neutralise, neutraliseOutput, oneLine } from "../../src/render/neutralise.ts";

const TEXTS: readonly (readonly [string, string, string])[] = [
  ["keeps ordinary text, tabs, newlines and emoji", "a\tb\nä 👩‍👩‍👧 日本 \u200f", "a\tb\nä 👩‍👩‍👧 日本 \u200f"],
  ["shows C0 controls as pictures", "\u0000\u0007\u001b[31m\u007f", "␀␇␛[31m␡"],
  ["names C1 controls", "a\u0085b\u009b", "a{U+0085}b{U+009B}"],
  ["names line and paragraph separators", "a\u2028b\u2029", "a{U+2028}b{U+2029}"],
  [
    "names bidirectional overrides and isolates",
    "\u202epdf.exe\u2066\u2069",
    "{U+202E}pdf.exe{U+2066}{U+2069}",
  ],
  ["makes every line end a newline", "a\r\nb\rc\n", "a\nb\nc\n"],
  ["replaces lone surrogates", "a\ud800b\udc00", "a\ufffdb\ufffd"],
];
for (const [what, text, expected] of TEXTS) {
  Deno.test(`neutralise() ${what}`, () => assert.equal(neutralise(text), expected));
}

const OUTPUTS: readonly (readonly [string, string, string])[] = [
  ["drops colours", "\u001b[0m\u001b[1;38;5;9mred\u001b[0m", "red"],
  ["drops cursor movements and erasures", "a\u001b[2J\u001b[1;1H\u001b[?25lb", "ab"],
  ["drops window titles", "\u001b]0;title\u0007a\u001b]2;x\u001b\\b", "ab"],
  ["keeps the text of a link", "\u001b]8;;https://example.com\u001b\\here\u001b]8;;\u001b\\", "here"],
  ["drops device control strings", "\u001bP1;2|abc\u001b\\x", "x"],
  ["drops sequences in C1 form", "\u009b31mred\u009b0m", "red"],
  ["drops a sequence that the end cuts off", "a\u001b[31;4", "a"],
  ["drops two-character sequences", "\u001b7a\u001b8\u001b(Bb", "ab"],
  ["does not let an unfinished string swallow lines", "\u001b]0;title\nline", "␛]0;title\nline"],
  ["shows what is no sequence", "a\u001b\u0001b", "a␛␁b"],
];
for (const [what, text, expected] of OUTPUTS) {
  Deno.test(`neutraliseOutput() ${what}`, () => assert.equal(neutraliseOutput(text), expected));
}

Deno.test("neutralise() is linear in hostile sequences", () => {
  const text = "\u001b]".repeat(200_000) + "\u001b[".repeat(200_000);
  assert.ok(!neutraliseOutput(text).includes("\u001b"));
});

Deno.test("neutralise() has room for a text of any length", () => {
  for (const character of ["x", "✓"]) {
    const plain = character.repeat(100_000_001);
    assert.ok(neutralise(plain) === plain);
    for (const rest of [0, 1, 2, 3]) {
      assert.equal(neutralise(character.repeat(4_000_000 + rest) + "\u0007").slice(-2), `${character}␇`);
    }
  }
});

Deno.test("oneLine() collapses white space and cuts at a code point", () => {
  assert.equal(oneLine("  a\n\t b  ", 80), "a b");
  assert.equal(oneLine("🎉🎉🎉🎉", 3), "🎉🎉…");
  assert.equal(oneLine("🎉🎉🎉", 3), "🎉🎉🎉");
  assert.equal(oneLine("a".repeat(100), 5), "aaaa…");
});
