import assert from "node:assert/strict";
import { openLogFile } from "../../src/parser/log_file.ts";
import type { FileCursor } from "../../src/protocol/cursor.ts";
import { CHUNK_LINES, FINGERPRINT_BYTES } from "../../src/protocol/limits.ts";
import { makeStage, type Stage, textsOf } from "./stage.ts";

const NAME = "log.jsonl";
/** Longer than what is remembered of a log's beginning. */
const LINES = Array.from({ length: 200 }, (_, index) => `line ${index}\n`);
const TEXT = LINES.join("");
const TAIL = "more\n";

interface Happening {
  readonly what: string;
  /** Changes the log of `stage` after it was read to its end; the path where it is then. */
  happen(stage: Stage, path: string): string;
  readonly expected: string[] | string;
}

/** Puts a file with this content in the log's place. */
function replace(stage: Stage, path: string, text: string): string {
  Deno.renameSync(stage.write("new", text), path);
  return path;
}

const HAPPENINGS: readonly Happening[] = [
  { what: "nothing happened to", happen: (_, path) => path, expected: "end" },
  {
    what: "grew",
    happen: (_, path) => {
      Deno.writeTextFileSync(path, TAIL, { append: true });
      return path;
    },
    expected: ["more"],
  },
  {
    what: "was moved and grew",
    happen: (stage, path) => {
      const moved = stage.write(`archive/${NAME}`, "");
      Deno.renameSync(path, moved);
      Deno.writeTextFileSync(moved, TAIL, { append: true });
      return moved;
    },
    expected: ["more"],
  },
  {
    what: "was copied and grew there",
    happen: (stage) => stage.write(`copy/${NAME}`, TEXT + TAIL),
    expected: ["more"],
  },
  {
    what: "was written anew with the same and more",
    happen: (stage, path) => replace(stage, path, TEXT + TAIL),
    expected: ["more"],
  },
  { what: "was truncated", happen: (stage) => stage.write(NAME, TEXT.slice(0, 500)), expected: "rewritten" },
  { what: "was emptied", happen: (stage) => stage.write(NAME, ""), expected: "rewritten" },
  {
    what: "has another beginning",
    happen: (stage) => stage.write(NAME, `L${TEXT.slice(1)}${TAIL}`),
    expected: "rewritten",
  },
  {
    what: "has other bytes before where reading stopped",
    happen: (stage) => stage.write(NAME, `${TEXT.slice(0, -2)}!\n${TAIL}`),
    expected: "rewritten",
  },
  {
    what: "was replaced by another",
    happen: (stage, path) => replace(stage, path, `other\n${TEXT}`),
    expected: "rewritten",
  },
  {
    what: "was replaced by a shorter one",
    happen: (stage, path) => replace(stage, path, "other\n"),
    expected: "rewritten",
  },
  { what: "was removed", happen: (stage) => stage.remove(NAME), expected: "gone" },
];

for (const { what, happen, expected } of HAPPENINGS) {
  for (const restarted of [false, true]) {
    Deno.test(`a log that ${what}${restarted ? " while nobody read" : ""}: ${expected}`, () => {
      using stage = makeStage();
      const path = stage.write(NAME, TEXT);
      let log = openLogFile(null);
      const result = log.read(path);
      assert.ok(result.result === "lines");
      const last = result.lines.at(-1) ?? assert.fail("no line");
      const cursor: FileCursor = log.cursorAfter(last, LINES.length - 1);
      if (restarted) log = openLogFile(cursor);
      const after = happen(stage, path);
      assert.deepEqual(textsOf(log.read(after)), expected);
    });
  }
}

Deno.test("a cursor of an older version, with another kind of fingerprint, has the log read anew", () => {
  using stage = makeStage();
  const path = stage.write(NAME, TEXT);
  const log = openLogFile(null);
  const result = log.read(path);
  assert.ok(result.result === "lines");
  const cursor = log.cursorAfter(result.lines.at(-1) ?? assert.fail("no line"), LINES.length - 1);
  const older = { ...cursor, head: "0123456789abcdef".repeat(4) };
  assert.deepEqual(openLogFile(older).read(path), { result: "rewritten", how: "rewritten" });
});

Deno.test("a log that was short when it was read first is told from another that begins alike", () => {
  using stage = makeStage();
  const path = stage.write(NAME, "a\n");
  const log = openLogFile(null);
  log.read(path);
  stage.write(NAME, "a\n" + "b\n".repeat(FINGERPRINT_BYTES));
  while (log.read(path).result === "lines");
  stage.write(NAME, "a\n" + "c\n" + "b\n".repeat(FINGERPRINT_BYTES));
  assert.equal(log.read(path).result, "rewritten");
});

Deno.test("a line that is written in pieces is one line", () => {
  using stage = makeStage();
  const path = stage.write(NAME, "");
  const log = openLogFile(null, { most: 3 });
  const texts: (string[] | string)[] = [];
  for (const piece of ["on", "e\ntw", "o", "\n"]) {
    Deno.writeTextFileSync(path, piece, { append: true });
    for (let read = textsOf(log.read(path)); read !== "end"; read = textsOf(log.read(path))) texts.push(read);
  }
  assert.deepEqual(texts.flat(), ["one", "two"]);
});

Deno.test("what stands behind the last newline is a line when the log is complete", () => {
  using stage = makeStage();
  const path = stage.write(NAME, "one\ntwo");
  const log = openLogFile(null);
  assert.deepEqual(textsOf(log.read(path)), ["one"]);
  assert.equal(new TextDecoder().decode(log.rest()?.bytes ?? undefined), "two");
});

Deno.test("a log that was never read has no cursor", () => {
  const line = { bytes: new Uint8Array(), isState: null, start: 0, end: 1, elided: null, isPart: false };
  assert.throws(() => openLogFile(null).cursorAfter(line, 0), /internal error/);
});

Deno.test("what was read is handed out to its end, whatever becomes of the log meanwhile, and each cursor tells", () => {
  const lines = (letter: string) => `${letter}\n`.repeat(3 * CHUNK_LINES);
  const changes: readonly (readonly [string, (stage: Stage, path: string) => unknown, string, string])[] = [
    ["nothing", () => {}, "end", "lines"],
    ["it was truncated", (_, path) => Deno.truncateSync(path, 4), "rewritten", "rewritten"],
    ["it was replaced", (stage, path) => replace(stage, path, lines("b")), "rewritten", "rewritten"],
    ["it was removed", (stage) => stage.remove(NAME), "gone", "gone"],
  ];
  for (const [what, change, then, again] of changes) {
    using stage = makeStage();
    const path = stage.write(NAME, lines("a"));
    const log = openLogFile(null);
    const first = log.read(path);
    const last = first.result === "lines" ? first.lines.at(-1) : undefined;
    assert.ok(last !== undefined && first.result === "lines" && first.lines.length === CHUNK_LINES);
    const cursor = log.cursorAfter(last, CHUNK_LINES - 1);
    change(stage, path);
    const texts: unknown[] = [];
    let result = log.read(path);
    for (; result.result === "lines"; result = log.read(path)) texts.push(...textsOf(result));
    assert.deepEqual([result.result, texts.length], [then, 2 * CHUNK_LINES], what);
    assert.equal(openLogFile(cursor).read(path).result, again, what);
  }
});
