/** Pieces that several providers share: sizes in words, the first words of a text, and values as JSON. */
import assert from "node:assert/strict";
import { describeBase64 } from "../../src/providers/media.ts";
import { firstLine } from "../../src/providers/prompt_title.ts";
import { jsonOf } from "../../src/providers/unknown_value.ts";

Deno.test("describeBase64() says the size of the file, at each change of unit", () => {
  const table: [length: number, end: string, says: string][] = [
    [1332, "", "999 bytes"],
    [1336, "==", "1.0 kB"],
    [1336, "=", "1.0 kB"],
    [1_333_332, "", "1000.0 kB"],
    [1_333_336, "==", "1.0 MB"],
  ];
  for (const [length, end, says] of table) assert.equal(describeBase64(`A${end}`, length), says, `${length}`);
});

Deno.test("firstLine() takes a line with a letter or a digit in any script", () => {
  for (const words of ["2026", "٣", "x", "字"]) assert.equal(firstLine(`---\n${words}\nmore`), words);
  assert.equal(firstLine("---\n::stop\n…"), null);
});

Deno.test("jsonOf() writes JSON without lone surrogates, and leaves a typed backslash as it is", () => {
  const table: [value: unknown, json: string][] = [
    ["\ud800", '"\ufffd"'],
    [{ "\udfff": ["a\udbffb"] }, '{"\ufffd":["a\ufffdb"]}'],
    ["\ud83d\ude00", '"\ud83d\ude00"'],
    ["\\ud800", String.raw`"\\ud800"`],
    ["\\\ud800", String.raw`"\\` + '\ufffd"'],
    ['\n"\u0001', String.raw`"\n\"\u0001"`],
    [undefined, ""],
  ];
  for (const [value, json] of table) assert.equal(jsonOf(value), json);
});
