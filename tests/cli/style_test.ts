import assert from "node:assert/strict";
import fc from "fast-check";
import { wantsColour } from "../../src/cli/terminal/output.ts";
import {
  columnsOf,
  count,
  fit,
  plain,
  showAge,
  showNumber,
  showSize,
  tilde,
} from "../../src/cli/terminal/style.ts";
import { lineWidth, wrap } from "../../src/cli/terminal/wrap.ts";

const TEXTS = fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.constant("日本語のタイトル"));

Deno.test("fit() never takes more columns than it was given, and says when it cut", () => {
  fc.assert(fc.property(TEXTS.map(plain), fc.integer({ min: 2, max: 30 }), (text, columns) => {
    const fitted = fit(text, columns);
    assert.ok(columnsOf(fitted) <= columns);
    assert.ok(fitted === text || fitted.endsWith("…"));
  }));
});

Deno.test("columnsOf() counts what a terminal draws", () => {
  const cases = [["abc", 3], ["日本", 4], ["e\u0301", 1], ["👍", 2], ["", 0]] as const;
  for (const [text, columns] of cases) assert.equal(columnsOf(text), columns, text);
});

Deno.test("columnsOf() takes the same columns on its short way as on its long one", () => {
  const [wide, differing] = ["日", [] as string[]];
  for (let code = 0x20; code < 0x3000; code += 1) {
    const text = String.fromCharCode(code);
    // Marks that join what stands beside them have no width of their own.
    if (/[\p{M}\p{Cf}]|[\u0e33\u0eb3\u1160-\u11ff]/u.test(text)) continue;
    if (columnsOf(text) !== columnsOf(`${wide}${text}`) - 2) differing.push(code.toString(16));
  }
  assert.deepEqual(differing, []);
});

Deno.test("plain() leaves nothing that steers a terminal, on one line", () => {
  assert.equal(plain("a\u001b[31m\nb\u202e\u0007"), "a\u241b[31m b{U+202E}\u2407");
});

Deno.test("tilde() shortens what is in the home, and only that", () => {
  assert.equal(tilde("/home/dev/x", "/home/dev"), "~/x");
  assert.equal(tilde("/home/developer/x", "/home/dev"), "/home/developer/x");
});

Deno.test("sizes and ages are read at a glance", () => {
  assert.deepEqual([0, 999, 1000, 9_940, 99_400, 9.9e5, 999_600, 2.1e9].map(showSize), [
    "0 B",
    "999 B",
    "1.0 kB",
    "9.9 kB",
    "99 kB",
    "990 kB",
    "1.0 MB",
    "2.1 GB",
  ]);
  const [MINUTE, HOUR] = [60_000, 3_600_000];
  assert.deepEqual([-5, 59_000, 59 * MINUTE, 47 * HOUR, 49 * HOUR].map(showAge), [
    "now",
    "now",
    "59 min",
    "47 h",
    "2 d",
  ]);
  assert.deepEqual([count(1, "session"), count(12_000, "session")], ["1 session", "12,000 sessions"]);
  assert.deepEqual([0, 999, 1000, 1_234_567].map(showNumber), ["0", "999", "1,000", "1,234,567"]);
});

Deno.test("colour is for terminals, unless the person says otherwise", () => {
  const cases: [isTerminal: boolean, environment: Record<string, string>, colour: boolean][] = [
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [false, { FORCE_COLOR: "1" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [true, { TERM: "dumb" }, false],
    [false, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
  ];
  for (const [isTerminal, environment, colour] of cases) {
    assert.equal(wantsColour(isTerminal, environment), colour, JSON.stringify(environment));
  }
});

const PREFIXES = fc.constantFrom("", "  ", "  \u001b[31mblocked\u001b[0m  ", "              ", "  日本  ");

Deno.test("wrap() loses nothing, and no line is wider than the terminal", () => {
  const words = (text: string) => text.replace(/ /g, "");
  fc.assert(
    fc.property(PREFIXES, TEXTS.map(plain), fc.integer({ min: 8, max: 100 }), (prefix, text, columns) => {
      const lines = wrap(prefix, text, columns);
      assert.equal(words(lines.join("")), words(prefix + text));
      for (const line of lines) assert.ok(columnsOf(line) <= columns, JSON.stringify(line));
    }),
  );
});

Deno.test("wrap() ends lines between words, keeps the text below its beginning, and leaves a pipe alone", () => {
  const cases: readonly (readonly [prefix: string, text: string, width: number, lines: readonly string[]])[] =
    [
      ["  2 h  ", "the disk is full", 18, ["  2 h  the disk is", "       full"]],
      ["  2 h  ", "the disk is full", Infinity, ["  2 h  the disk is full"]],
      // A word that is wider than a line goes on in the next one.
      ["    ", "a/path/that/is/long.md is", 16, ["    a/path/that/", "    is/long.md", "    is"]],
      // Too narrow to stand beside the prefix.
      ["  5d8aa099  active    ", "~/notes/beans.md", 20, ["  5d8aa099  active", "    ~/notes/beans.md"]],
      ["  ", "\u001b[31mred\u001b[0m bean", 10, ["  \u001b[31mred\u001b[0m bean"]],
      ["", "", 10, [""]],
    ];
  for (const [prefix, text, width, lines] of cases) assert.deepEqual(wrap(prefix, text, width), lines);
});

Deno.test("a pipe has no width, and the narrowest terminal a few columns", () => {
  assert.equal(lineWidth({ isTerminal: false, columns: 80 }), Infinity);
  assert.equal(lineWidth({ isTerminal: true, columns: 80 }), 80);
  assert.equal(lineWidth({ isTerminal: true, columns: 0 }), 8);
});
