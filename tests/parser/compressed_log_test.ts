import assert from "node:assert/strict";
import { openCompressedLog } from "../../src/parser/compressed_log.ts";
import { COMPRESSED_WINDOW } from "../../src/protocol/limits.ts";
import { compress, linesOf, makeStage, type Stage, textsOf } from "./stage.ts";
import { frameOf, join, raw, repeated, skippable } from "./zstd.ts";

const MIB = 1024 * 1024;
const NAME = "log.jsonl.zst";

/** What reading it gives, until it is told that it ends. */
function readAll(path: string): { texts: string[]; end: string } {
  const log = openCompressedLog(null);
  const texts: string[] = [];
  for (;;) {
    const result = log.read(path);
    if (result.result !== "lines") {
      const again = log.read(path);
      assert.deepEqual(again, result, "what was said is said again");
      return { texts, end: result.result === "end" ? result.damage ?? "end" : result.result };
    }
    texts.push(...textsOf(result));
  }
}

function keep(stage: Stage, content: Uint8Array): string {
  return stage.write(NAME, content);
}

Deno.test("a compressed log of a few bytes is read", () => {
  using stage = makeStage();
  assert.deepEqual(readAll(keep(stage, compress("1\n"))), { texts: ["1"], end: "end" });
  assert.deepEqual(readAll(keep(stage, compress(""))), { texts: [], end: "end" });
});

Deno.test("a compressed log of several frames is one log", () => {
  using stage = makeStage();
  const frames = join(compress("1\n2"), skippable(40), compress("3\n"), frameOf(7, [raw("4\n", true)]));
  assert.deepEqual(readAll(keep(stage, frames)), { texts: ["1", "23", "4"], end: "end" });
});

const records = linesOf(Array.from({ length: 3000 }, (_, index) => ({ index, x: Math.sqrt(index) })));

Deno.test("a compressed log that was cut anywhere gives no wrong line, and the damage is told", () => {
  using stage = makeStage();
  const whole = compress(records);
  const lines = records.split("\n");
  for (let cut = 1; cut < whole.length; cut += 1 + Math.floor(whole.length / 60)) {
    const { texts, end } = readAll(keep(stage, whole.subarray(0, cut)));
    assert.match(end, /^its compression is damaged: /, `cut at ${cut}`);
    assert.deepEqual(texts, lines.slice(0, texts.length));
  }
});

Deno.test("a compressed log with a wrong byte ends, and never throws", () => {
  using stage = makeStage();
  const whole = compress(records);
  for (let at = 0; at < whole.length; at += 1 + Math.floor(whole.length / 200)) {
    const damaged = Uint8Array.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ 0x55;
    const { end } = readAll(keep(stage, damaged));
    assert.match(end, /^(?:end|its compression is damaged: .+)$/);
  }
});

Deno.test("a compressed log that was replaced is read anew", () => {
  using stage = makeStage();
  const path = keep(stage, compress("1\n"));
  const log = openCompressedLog(null);
  assert.deepEqual(textsOf(log.read(path)), ["1"]);
  keep(stage, compress("1\n2\n3\n4444444444444444\n"));
  assert.equal(log.read(path).result, "rewritten");
});

Deno.test("8 KB that become 256 MB are read within bounds", () => {
  using stage = makeStage();
  const quote = '"'.charCodeAt(0);
  const block = 128 * 1024;
  const blocks = Array.from({ length: 2048 }, () => repeated("x".charCodeAt(0), block));
  const path = keep(
    stage,
    frameOf(13, [[...raw(`{"a":"`)], ...blocks, repeated(quote, 1), raw("}\n2\n", true)]),
  );
  assert.ok(Deno.statSync(path).size < 9000);
  const log = openCompressedLog(null);
  const before = Deno.memoryUsage().rss;
  let peak = 0;
  const texts: string[] = [];
  for (let result = log.read(path); result.result === "lines"; result = log.read(path)) {
    texts.push(...textsOf(result));
    peak = Math.max(peak, Deno.memoryUsage().rss - before);
  }
  assert.match(texts[0] ?? "", /^\{"a":"x+ … \[\d+ bytes left out by kato\]"\}$/);
  assert.equal(texts[1], "2");
  assert.ok(peak < 128 * MIB, `${peak / MIB} MiB`);
});

Deno.test("blocks that hold nothing are passed over one by one, so that others get their turn", () => {
  using stage = makeStage();
  const path = keep(stage, frameOf(7, [...Array.from({ length: 50 }, () => raw("")), raw("1\n", true)]));
  const log = openCompressedLog(null);
  assert.deepEqual(textsOf(log.read(path)), []);
  assert.deepEqual(readAll(path).texts, ["1"]);
});

Deno.test("the largest window that is allowed is one that clients write", () => {
  using stage = makeStage();
  const log = Math.log2(COMPRESSED_WINDOW) - 10;
  assert.deepEqual(readAll(keep(stage, frameOf(log, [raw("1\n", true)]))).texts, ["1"]);
  assert.match(readAll(keep(stage, frameOf(log + 1, [raw("1\n", true)]))).end, /too much memory/);
});
