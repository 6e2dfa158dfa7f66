/** Every member of each class of characters that the renderers act on, and the neighbours that they leave alone. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { containItem } from "../../src/render/contain.ts";
import { cutText } from "../../src/render/cut.ts";
import { escapeAll, escapeInHtml, escapeText } from "../../src/render/escape_text.ts";
import { escapeAttribute, escapeHtml } from "../../src/render/html_text.ts";
import { neutralise, neutraliseOutput, oneLine } from "../../src/render/neutralise.ts";

function range(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index));
}

const FORBIDDEN = new Set([
  ...range(0x00, 0x08),
  ...range(0x0b, 0x1f),
  ...range(0x7f, 0x9f),
  ...range(0x2028, 0x2029),
  ...range(0x202a, 0x202e),
  ...range(0x2066, 0x2069),
]);

Deno.test("neutralise() shows each character that steers, and leaves every other as it is", () => {
  for (const character of [...range(0x00, 0xd7ff), ...range(0xe000, 0xffff)]) {
    if (character === "\r") continue;
    const text = `a${character}b`;
    assert.equal(neutralise(text) !== text, FORBIDDEN.has(character), JSON.stringify(character));
    assert.equal(neutraliseOutput(text) !== text, FORBIDDEN.has(character), JSON.stringify(character));
  }
});

Deno.test("neutralise() sees a character that steers at each place of a text", () => {
  for (let length = 1; length < 12; length += 1) {
    for (let at = 0; at < length; at += 1) {
      const text = `${"a".repeat(at)}\u202e${"✓".repeat(length - at)}`;
      assert.ok(!neutralise(text).includes("\u202e"), JSON.stringify(text));
    }
  }
});

const ESC = "\u001b";

Deno.test("neutraliseOutput() drops a control sequence with any parameter, any intermediate and any final byte", () => {
  for (const start of [`${ESC}[`, "\u009b"]) {
    for (const parameter of range(0x30, 0x3f)) {
      assert.equal(neutraliseOutput(`a${start}${parameter}mb`), "ab");
    }
    for (const intermediate of range(0x20, 0x2f)) {
      assert.equal(neutraliseOutput(`a${start}${intermediate}mb`), "ab");
    }
    for (const final of range(0x40, 0x7e)) assert.equal(neutraliseOutput(`a${start}1${final}b`), "ab");
  }
});

Deno.test("neutraliseOutput() drops each kind of string up to each of its ends", () => {
  for (
    const start of [..."]PX^_"].map((sign) => `${ESC}${sign}`).concat([..."\u009d\u0090\u0098\u009e\u009f"])
  ) {
    for (const end of ["\u0007", `${ESC}\\`, "\u009c"]) {
      assert.equal(neutraliseOutput(`a${start}text${end}b`), "ab", JSON.stringify(start + end));
    }
    assert.equal(neutraliseOutput(`a${start}text`), "a");
  }
});

Deno.test("neutraliseOutput() drops every escape of two characters, with an intermediate or without", () => {
  const strings = new Set("[]PX^_");
  for (const final of range(0x30, 0x7e).filter((sign) => !strings.has(sign))) {
    assert.equal(neutraliseOutput(`a${ESC}${final}b`), "ab", JSON.stringify(final));
  }
  for (const intermediate of range(0x20, 0x2f)) {
    assert.equal(neutraliseOutput(`a${ESC}${intermediate}Bb`), "ab");
  }
});

const PUNCTUATION = new Set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

Deno.test("escapeAll() escapes all punctuation of ASCII, and nothing else", () => {
  for (const character of range(0x20, 0x17f)) {
    assert.equal(escapeAll(character) !== character, PUNCTUATION.has(character), character);
  }
});

Deno.test("escapeText() leaves no backslash that acts before a character that does", () => {
  for (const character of range(0x21, 0x7e)) {
    const escaped = escapeText(`a \\${character} b`);
    // As entities they are text to every reader; elsewhere a backslash keeps its meaning.
    const isEntity = "<&!(:^%${/`#~".includes(character);
    assert.equal(escaped.includes("\\"), !isEntity, character);
  }
});

const HTML_BEGINS = [...range(0x41, 0x5a), ...range(0x61, 0x7a), "/", "!", "?", "%"];

Deno.test("escapeText() lets no tag begin, whatever begins one", () => {
  for (const next of HTML_BEGINS) assert.equal(escapeText(`a <${next}x`), `a &lt;${next}x`);
  for (const next of [" ", "1", "=", "-"]) assert.equal(escapeText(`a <${next}x`), `a <${next}x`);
});

const SIGNS: readonly (readonly [text: string, escaped: string])[] = [
  ["&lt; &#1;", "&amp;lt; &amp;#1;"],
  ["a & b;", "a & b;"],
  ["`x`", "&#96;x&#96;"],
  ["![x", "&#33;[x"],
  ["! x", "! x"],
  ["[x]: y", "[x]&#58; y"],
  ["x: y", "x: y"],
  ["[^1]", "&#91;^1]"],
  ["^[x]", "&#94;[x]"],
  ["%% x", "&#37;% x"],
  ["5 % x", "5 % x"],
  ["$$ x", "&#36;$ x"],
  ["{{ x", "&#123;{ x"],
  ["{% x", "&#123;% x"],
  ["{ x", "{ x"],
  ["::: x", "&#58;:: x"],
  ["x :: y", "x :: y"],
  ["~~~ x", "&#126;~~ x"],
  ["~~x~~", "~~x~~"],
];
for (const [text, escaped] of SIGNS) {
  Deno.test(`escapeText() of ${text}`, () => assert.equal(escapeText(text), escaped));
}

Deno.test("escapeInHtml() leaves no tag, entity, comment, formula or template of a note program", () => {
  const text = "<b> & %% $$ {{ {% x %} 100 % $ {";
  assert.equal(escapeInHtml(text), "&lt;b&gt; &amp; &#37;% &#36;$ &#123;{ &#123;% x %} 100 % $ {");
});

const BLOCKS = [
  "#",
  "######",
  ">",
  "-",
  "+",
  "*",
  "1.",
  "999999999.",
  "1)",
  "---",
  "***",
  "___",
  "- - -",
  "* * *",
  "_ _ _",
];

Deno.test("containItem() lets no text begin a block", () => {
  for (const block of BLOCKS) {
    const contained = containItem(`${block} x`.trim());
    if (/^[-*_ ]{3,}$/.test(block)) assert.notEqual(containItem(block), block, block);
    else assert.notEqual(contained, `${block} x`, block);
  }
  for (const text of ["#x", "-x", "+x", "1.x", "1234567890. x", "_x_", "**x**"]) {
    assert.equal(containItem(text), text);
  }
});

Deno.test("what HTML takes for more than text is escaped, each of it", () => {
  for (const character of range(0x20, 0x7e)) {
    assert.equal(escapeHtml(character) !== character, "&<>".includes(character), character);
    assert.equal(escapeAttribute(character) !== character, '&<>"'.includes(character), character);
  }
});

Deno.test("cutText() keeps whole characters of the beginning, and says how much is missing, wherever it cuts", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "€", "🎉", "\n", "👩‍👧"), maxLength: 40 });
  fc.assert(
    fc.property(
      text,
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 2, max: 30 }),
      (text, lines, chars) => {
        const cut = cutText(text, lines, chars);
        assert.ok(text.startsWith(cut.text) && cut.text.isWellFormed());
        if (cut.missing === null) return assert.equal(cut.text, text);
        assert.ok(cut.text.length <= chars && cut.text.split("\n").length <= lines);
        const [, left] = /(\d+)(?: more)? characters\)? not shown$/.exec(cut.missing) ?? [];
        assert.equal(Number(left), text.length - cut.text.length);
      },
    ),
  );
});

Deno.test("oneLine() cuts between whole characters", () => {
  for (let length = 1; length < 12; length += 1) {
    const line = oneLine("a🎉é🎉€🎉👩🎉b🎉", length);
    assert.ok(line.isWellFormed() && Array.from(line).length <= length);
  }
});
