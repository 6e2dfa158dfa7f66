import assert from "node:assert/strict";
import fc from "fast-check";
import { measureDocument, openDocumentLog } from "../../src/parser/document_log.ts";
import type { LogFile } from "../../src/parser/log_file.ts";
import { type FileCursor, fileCursor } from "../../src/protocol/cursor.ts";
import {
  DOCUMENT_BYTES,
  JSON_DEPTH,
  JSON_WEIGHED,
  REMEMBERED_RECORDS,
  WHOLE_DOCUMENT,
} from "../../src/protocol/limits.ts";
import { makeStage, type Stage } from "./stage.ts";

const NAME = "log.json";
const recordsOf = (document: unknown) => Array.isArray(document) ? document : [];
const decoder = new TextDecoder();

let version = 0;

/** Writes the document anew; each time at another moment, as a clock of the kernel's is coarse. */
function keep(stage: Stage, text: string | Uint8Array): string {
  const path = stage.write(NAME, text);
  version += 1;
  Deno.utimeSync(path, version, version);
  return path;
}

/** Somebody who keeps what was handed out, and puts changed lines in the place of those before. */
function makeReader(path: string) {
  let log: LogFile = openDocumentLog(recordsOf, null);
  let cursor: FileCursor | null = null;
  const lines: string[] = [];
  return {
    lines,
    read(): string {
      const result = log.read(path);
      if (result.result !== "lines") return result.result;
      let number = result.first ?? lines.length;
      lines.length = number;
      for (const line of result.lines) {
        lines.push(decoder.decode(line.bytes ?? new Uint8Array()));
        cursor = log.cursorAfter(line, number);
        number += 1;
      }
      return "lines";
    },
    restart() {
      cursor = cursor === null ? null : fileCursor.parse(JSON.parse(JSON.stringify(cursor)));
      log = openDocumentLog(recordsOf, cursor);
    },
  };
}

const record = fc.record({ id: fc.nat(9), text: fc.string({ unit: "grapheme", maxLength: 12 }) });
/** A change that clients make: more records, and the latest ones completed. */
const change = fc.record({
  more: fc.array(record, { maxLength: 4 }),
  complete: fc.array(fc.nat(REMEMBERED_RECORDS - 1), { maxLength: 3 }),
  reads: fc.boolean(),
  restarts: fc.boolean(),
  cut: fc.nat(),
});

Deno.test("a document that grows, and whose latest records are completed, is read as it is at last", () => {
  using stage = makeStage();
  fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
    let records: { id: number; text: string; done?: number }[] = [];
    const reader = makeReader(keep(stage, "[]"));
    for (const { more, complete, reads, restarts, cut } of changes) {
      const completed = new Set(complete.map((back) => records.length - 1 - back));
      records = [
        ...records.map((item, at) => completed.has(at) ? { ...item, done: (item.done ?? 0) + 1 } : item),
      ];
      records.push(...more);
      const text = new TextEncoder().encode(JSON.stringify(records, null, 1));
      if (restarts) reader.restart();
      // It is not written at one stroke: what is no document yet says nothing.
      keep(stage, text.subarray(0, cut % text.length));
      assert.equal(reader.read(), "end");
      keep(stage, text);
      if (reads || restarts) {
        reader.read();
        assert.deepEqual(reader.lines, records.map((item) => JSON.stringify(item)));
      }
    }
    reader.read();
    // Changes that were not read in between may lie further back than is looked.
    assert.deepEqual(reader.lines.length, records.length);
    assert.deepEqual(
      reader.lines.slice(-REMEMBERED_RECORDS),
      records.slice(-REMEMBERED_RECORDS).map((item) => JSON.stringify(item)),
    );
  }));
});

Deno.test("a document that is being written says nothing, wherever it was cut", () => {
  using stage = makeStage();
  const text = new TextEncoder().encode(JSON.stringify([{ a: "é" }, { b: [1, { c: "]" }] }]));
  for (let cut = 0; cut < text.length; cut += 1) {
    const reader = makeReader(keep(stage, text.subarray(0, cut)));
    assert.equal(reader.read(), "end");
    keep(stage, text);
    assert.equal(reader.read(), "lines");
    assert.deepEqual(reader.lines, ['{"a":"é"}', '{"b":[1,{"c":"]"}]}']);
  }
});

Deno.test("a document that did not change is not read again", () => {
  using stage = makeStage();
  let parsed = 0;
  const log = openDocumentLog((document) => {
    parsed += 1;
    return recordsOf(document);
  }, null);
  const path = keep(stage, "[1]");
  for (let times = 0; times < 5; times += 1) log.read(path);
  keep(stage, "[2]");
  log.read(path);
  assert.equal(parsed, 2);
});

Deno.test("a document that lost records is read anew", () => {
  using stage = makeStage();
  const reader = makeReader(keep(stage, "[1,2,3]"));
  reader.read();
  keep(stage, "[1,2]");
  assert.equal(reader.read(), "rewritten");
});

Deno.test("only the latest records are looked at again", () => {
  using stage = makeStage();
  const records = Array.from({ length: REMEMBERED_RECORDS + 2 }, (_, index) => ({ index }));
  const reader = makeReader(keep(stage, JSON.stringify(records)));
  reader.read();
  keep(stage, JSON.stringify(records.map((item) => ({ ...item, late: true }))));
  reader.read();
  assert.deepEqual(reader.lines.map((line) => line.includes("late")), records.map((_, index) => index >= 2));
});

Deno.test("the long texts of a document that is too long are elided, and that is told", () => {
  using stage = makeStage();
  const path = keep(stage, JSON.stringify([{ a: "x".repeat(WHOLE_DOCUMENT) }, { b: 1 }]));
  const result = openDocumentLog(recordsOf, null).read(path);
  assert.ok(result.result === "lines");
  assert.deepEqual(result.lines.map(({ elided }) => elided?.values ?? 0), [1, 0]);
  assert.match(decoder.decode(result.lines[0]?.bytes ?? undefined), /bytes left out by kato\]"\}$/);
});

const MEASURED: readonly (readonly [text: string, size: number | null])[] = [
  ["[]", 0],
  ["[1, 22]", 4],
  ['[0, {"a": "é"}]', 12],
  ["[1, 2", null],
  ["", null],
  ['{"a": 1}', 0],
];

for (const [text, size] of MEASURED) {
  Deno.test(`the document ${text} counts as ${size ?? "no"} bytes of lines`, () => {
    using stage = makeStage();
    assert.equal(measureDocument(recordsOf, keep(stage, text)), size);
  });
}

Deno.test("a document that is gone counts as nothing", () => {
  assert.equal(measureDocument(recordsOf, "/nowhere/log.json"), null);
});

/** What a log of this document says, and how long it takes to be. */
const HEAVY: Readonly<Record<string, readonly [text: string, damage: string]>> = {
  "nests three million deep": [`[0,${"[".repeat(3_000_000)}${"]".repeat(3_000_000)}]`, "nested too deeply"],
  "nests just too deep": [
    `[${"[".repeat(JSON_DEPTH)}${"]".repeat(JSON_DEPTH)},"${"x".repeat(JSON_WEIGHED)}"]`,
    "nested too deeply",
  ],
  "has four million small values": [`[${"[],".repeat(4_000_000)}0]`, "too many values"],
  "is longer than is read with its strings cut": [
    `[${'"a",'.repeat(9_000_000)}0]`,
    "a document with too many values",
  ],
};

for (const [name, [text, damage]] of Object.entries(HEAVY)) {
  Deno.test(`a document that ${name} is not parsed, and says why`, () => {
    using stage = makeStage();
    const path = keep(stage, text);
    const read = openDocumentLog(recordsOf, null).read(path);
    assert.deepEqual(read.result === "end" ? read.damage : read, damage);
    assert.equal(measureDocument(recordsOf, path), null);
  });
}

Deno.test("a document that is too long is not even looked through", () => {
  using stage = makeStage();
  const path = keep(stage, "[0]");
  Deno.truncateSync(path, DOCUMENT_BYTES + 1);
  const read = openDocumentLog(recordsOf, null).read(path);
  assert.equal(read.result === "end" && read.damage?.includes("too long"), true);
});
