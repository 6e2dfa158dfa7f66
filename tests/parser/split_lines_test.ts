import assert from "node:assert/strict";
import fc from "fast-check";
import { createLineSplitter, type Line, splitAll } from "../../src/parser/split_lines.ts";
import { CHUNK_LINES, ELIDED_PIECE, ELIDED_STRING_KEEPS, WHOLE_LINE } from "../../src/protocol/limits.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function show(line: Line): [string | null, number, number] {
  return [line.bytes === null ? null : decoder.decode(line.bytes), line.start, line.end];
}

const TABLE: readonly { name: string; chunks: string[]; lines: [string, number, number][] }[] = [
  { name: "one line", chunks: ["ab\n"], lines: [["ab", 0, 3]] },
  { name: "half a line, then the rest", chunks: ["a", "b\nc"], lines: [["ab", 0, 3]] },
  { name: "no newline at the end gives nothing yet", chunks: ["ab"], lines: [] },
  {
    name: "blank lines keep their offsets",
    chunks: ["\n\na\n"],
    lines: [["", 0, 1], ["", 1, 2], ["a", 2, 4]],
  },
  { name: "a carriage return stays", chunks: ["a\r\n"], lines: [["a\r", 0, 3]] },
  { name: "offsets are bytes, not characters", chunks: ["é\nx\n"], lines: [["é", 0, 3], ["x", 3, 5]] },
  {
    name: "U+2028 and U+0085 end no line",
    chunks: ["a\u2028b\u0085c\n"],
    lines: [["a\u2028b\u0085c", 0, 9]],
  },
];

for (const { name, chunks, lines } of TABLE) {
  Deno.test(`push() splits: ${name}`, () => {
    const splitter = createLineSplitter(0);
    assert.deepEqual(chunks.flatMap((chunk) => splitAll(splitter, encoder.encode(chunk)).map(show)), lines);
  });
}

Deno.test("push() gives the same lines however the bytes arrive", () => {
  const text = fc.array(fc.string({ unit: "binary", maxLength: 20 }), { maxLength: 12 }).map((lines) =>
    lines.join("\n")
  );
  fc.assert(fc.property(text, fc.array(fc.nat(40), { maxLength: 30 }), (whole, cuts) => {
    const bytes = encoder.encode(whole);
    const atOnce = splitAll(createLineSplitter(7), bytes).map(show);
    const splitter = createLineSplitter(7);
    const pieces: ReturnType<typeof show>[] = [];
    let from = 0;
    for (const cut of [...cuts, bytes.length]) {
      const to = Math.min(bytes.length, from + cut);
      pieces.push(...splitAll(splitter, bytes.slice(from, to)).map(show));
      from = to;
    }
    assert.deepEqual(pieces, atOnce);
  }));
});

Deno.test("take() hands out a few lines at once, and position() says how far it is", () => {
  const splitter = createLineSplitter(5);
  splitter.push(encoder.encode(`${"ab\n".repeat(CHUNK_LINES + 1)}c`));
  assert.equal(splitter.take()?.length, CHUNK_LINES);
  assert.equal(splitter.position(), 5 + 3 * CHUNK_LINES);
  assert.throws(() => splitter.push(new Uint8Array(1)), /internal error/);
  assert.deepEqual(splitter.take()?.map(show), [["ab", 5 + 3 * CHUNK_LINES, 8 + 3 * CHUNK_LINES]]);
  assert.deepEqual(splitter.take(), null);
  assert.equal(splitter.position(), 9 + 3 * CHUNK_LINES);
  const rest = splitter.rest();
  assert.deepEqual(rest === null ? null : show(rest), ["c", 8 + 3 * CHUNK_LINES, 9 + 3 * CHUNK_LINES]);
});

Deno.test("push() elides the strings of a line that is too long, and counts what it left out", () => {
  const splitter = createLineSplitter(0);
  const open = encoder.encode('{"type":"user","text":"');
  const filling = new Uint8Array(1024 * 1024).fill("x".charCodeAt(0));
  splitAll(splitter, open);
  const megabytes = WHOLE_LINE / filling.length + 4;
  for (let count = 0; count < megabytes; count += 1) assert.deepEqual(splitAll(splitter, filling), []);
  const [line] = splitAll(splitter, encoder.encode('","n":1}\nnext'));
  assert.ok(line?.bytes);
  const value = JSON.parse(decoder.decode(line.bytes)) as { type: string; text: string; n: number };
  assert.equal(value.type, "user");
  assert.equal(value.n, 1);
  const left = megabytes * filling.length - ELIDED_STRING_KEEPS;
  assert.equal(value.text.slice(ELIDED_STRING_KEEPS), ` … [${left} bytes left out by kato]`);
  assert.deepEqual(line.elided, { values: 1, bytes: left });
  assert.equal(line.end, open.length + megabytes * filling.length + '","n":1}\n'.length);
});

Deno.test("take() gives control back while the strings of a line that became too long are cut", () => {
  const splitter = createLineSplitter(0);
  splitAll(splitter, encoder.encode(`["${"x".repeat(2 * ELIDED_STRING_KEEPS)}"`));
  splitAll(splitter, encoder.encode(',"a"'.repeat(WHOLE_LINE / 4 - ELIDED_STRING_KEEPS)));
  splitter.push(encoder.encode(`${',"a"'.repeat(ELIDED_STRING_KEEPS)}]\nnext\n`));
  let pauses = 0;
  let lines = splitter.take();
  for (; lines?.length === 0; lines = splitter.take()) pauses += 1;
  assert.equal(pauses, Math.ceil(WHOLE_LINE / ELIDED_PIECE));
  assert.deepEqual(lines?.map(({ elided }) => elided), [{ values: 1, bytes: ELIDED_STRING_KEEPS }, null]);
  assert.equal(splitter.take(), null);
});

Deno.test("push() gives up a line that is too long even without its strings", () => {
  const splitter = createLineSplitter(0);
  const numbers = encoder.encode("1,".repeat(512 * 1024));
  splitAll(splitter, encoder.encode("["));
  for (let count = 0; count < 40; count += 1) splitAll(splitter, numbers);
  const [line, after] = splitAll(splitter, encoder.encode("1]\n{}\n"));
  assert.equal(line?.bytes, null);
  assert.equal(decoder.decode(after?.bytes ?? new Uint8Array()), "{}");
});
