/** What holds for every form of log: one value a line, the same compressed, one document. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { LogFile } from "../../src/parser/log_file.ts";
import { formOf, type LogForm, openLog } from "../../src/parser/open_log.ts";
import { type FileCursor, fileCursor } from "../../src/protocol/cursor.ts";
import { compress, linesOf, makeProvider, makeStage, textsOf } from "./stage.ts";

interface Form {
  readonly form: LogForm;
  readonly name: string;
  write(records: readonly unknown[]): string | Uint8Array;
}

const FORMS: readonly Form[] = [
  { form: "lines", name: "log.jsonl", write: linesOf },
  { form: "compressed", name: "log.jsonl.zst", write: (records) => compress(linesOf(records)) },
  { form: "document", name: "log.json", write: (records) => JSON.stringify(records, null, 2) },
];

const provider = makeProvider();
const value = fc.oneof(
  fc.record({ id: fc.string(), say: fc.string({ unit: "grapheme" }) }),
  fc.jsonValue({ maxDepth: 2 }),
);
const records = fc.array(value, { maxLength: 30 });

/** What is left of a log, with the cursor after each line, each as a checkpoint keeps it. */
function readAll(
  log: LogFile,
  path: string,
  number = 0,
): { texts: string[]; ends: number[]; cursors: FileCursor[] } {
  const read = { texts: [] as string[], ends: [] as number[], cursors: [] as FileCursor[] };
  for (;;) {
    const result = log.read(path);
    if (result.result === "end") return read;
    assert.equal(result.result, "lines");
    read.texts.push(...textsOf(result));
    for (const line of result.lines) {
      read.ends.push(line.end);
      read.cursors.push(fileCursor.parse(JSON.parse(JSON.stringify(log.cursorAfter(line, number)))));
      number += 1;
    }
  }
}

for (const { form, name, write } of FORMS) {
  Deno.test(`${name} is a log of ${form}`, () => assert.equal(formOf(`/x/${name}`), form));

  Deno.test(`${form}: every record is a line, and offsets count the bytes of lines`, () => {
    using stage = makeStage();
    fc.assert(fc.property(records, (values) => {
      const path = stage.write(name, write(values));
      const { texts, ends } = readAll(openLog(provider, path, null), path);
      assert.deepEqual(texts, values.map((item) => JSON.stringify(item)));
      // The first line of a document is no part of what grows.
      const counted = form === "document" && values.length > 0
        ? `1${linesOf(values.slice(1))}`
        : linesOf(values);
      assert.equal(ends.at(-1) ?? 0, new TextEncoder().encode(counted).length);
    }));
  });

  Deno.test(`${form}: reading goes on from any cursor with the lines behind it, wherever the log is now`, () => {
    using stage = makeStage();
    fc.assert(
      fc.property(records, fc.nat(), (values, at) => {
        const path = stage.write(name, write(values));
        const whole = readAll(openLog(provider, path, null), path);
        fc.pre(whole.cursors.length > 0);
        const index = at % whole.cursors.length;
        const moved = stage.write(`elsewhere/${name}`, Deno.readFileSync(path));
        const rest = readAll(openLog(provider, moved, whole.cursors[index] ?? null), moved, index + 1);
        assert.deepEqual(rest.texts, whole.texts.slice(index + 1));
        assert.deepEqual(rest.ends, whole.ends.slice(index + 1));
      }),
      { numRuns: 60 },
    );
  });

  Deno.test(`${form}: what is not there, or no file, is gone`, () => {
    using stage = makeStage();
    Deno.mkdirSync(`${stage.root}/folder`);
    for (const path of [`${stage.root}/${name}`, `${stage.root}/folder/x`, `${stage.root}/folder`]) {
      assert.equal(openLog(provider, `${stage.root}/${name}`, null).read(path).result, "gone");
    }
  });

  Deno.test(`${form}: a log that holds less than was read is rewritten`, () => {
    using stage = makeStage();
    const values = Array.from({ length: 20 }, (_, index) => ({ id: `${index}`, say: "x".repeat(20) }));
    const path = stage.write(name, write(values));
    const log = openLog(provider, path, null);
    const cursor = readAll(log, path).cursors.at(-1) ?? null;
    stage.write(name, write(values.slice(0, 10)));
    assert.equal(log.read(path).result, "rewritten");
    assert.equal(openLog(provider, path, cursor).read(path).result, "rewritten");
  });

  Deno.test(`${form}: a log that is there again is read on`, () => {
    using stage = makeStage();
    const path = stage.write(name, write([1, 2]));
    const log = openLog(provider, path, null);
    readAll(log, path);
    Deno.renameSync(path, `${path}.away`);
    assert.equal(log.read(path).result, "gone");
    Deno.renameSync(`${path}.away`, path);
    assert.equal(log.read(path).result, "end");
  });
}

for (const [from, to] of [["lines", "compressed"], ["compressed", "lines"]] as const) {
  Deno.test(`a cursor of a log of ${from} goes on in the same log as ${to}`, () => {
    using stage = makeStage();
    fc.assert(
      fc.property(records, fc.nat(), (values, at) => {
        const paths = new Map(FORMS.map(({ form, name, write }) => [form, stage.write(name, write(values))]));
        const [before, after] = [paths.get(from) ?? "", paths.get(to) ?? ""];
        const whole = readAll(openLog(provider, before, null), before);
        fc.pre(whole.cursors.length > 0);
        const index = at % whole.cursors.length;
        const rest = readAll(openLog(provider, after, whole.cursors[index] ?? null), after, index + 1);
        assert.deepEqual(rest.texts, whole.texts.slice(index + 1));
      }),
      { numRuns: 60 },
    );
  });
}

Deno.test("a cursor of a log of lines is none of a document, nor the other way round", () => {
  using stage = makeStage();
  const values = [{ id: "a" }, { id: "b" }, { id: "c" }];
  const lines = stage.write("log.jsonl", linesOf(values));
  const document = stage.write("log.json", JSON.stringify(values));
  for (const [from, to] of [[lines, document], [document, lines]] as const) {
    const cursor = readAll(openLog(provider, from, null), from).cursors[1] ?? null;
    assert.equal(openLog(provider, to, cursor).read(to).result, "rewritten");
  }
});
