/**
 * What a large session costs in memory: an export of a thread of Codex that is larger than memory may be, and a document
 * of Gemini that is written anew again and again. Scenario 10. KATO_MEMORY_MB says how large the thread is (300).
 */
import assert from "node:assert/strict";
import { startProcess } from "../cli/stage/run_process.ts";
import { CODEX, GEMINI_DOCUMENT, logOf } from "./stage/clients.ts";
import { createCodexRows } from "./stage/codex_rows.ts";
import { engineFlags, memoryFlags } from "../../tools/runtime_flags.ts";
import { makeHome, startDaemon, type TestHome } from "./stage/harness.ts";
import { readExport } from "./stage/stage.ts";
import { pause, until } from "./stage/until.ts";

const MEGABYTE = 1024 * 1024;
const THREAD = Number(Deno.env.get("KATO_MEMORY_MB") ?? "300") * MEGABYTE;

/** A thread with ordinary turns, images in outputs, and compactions that repeat what was said. */
function writeThread(home: TestHome): { readonly log: string; readonly turns: number } {
  const rows = createCodexRows();
  const log = logOf(CODEX, home, rows.session);
  using file = Deno.openSync(log, { write: true, create: true });
  const encoder = new TextEncoder();
  let written = 0;
  function put(text: string): void {
    const bytes = encoder.encode(text);
    for (let from = 0; from < bytes.length;) from += file.writeSync(bytes.subarray(from));
    written += bytes.length;
  }
  const image = `data:image/png;base64,${"iVBORw0KGgoAAAANSUhEUgAA".repeat(100_000)}`;
  const said: string[] = [];
  let turns = 0;
  for (; written < THREAD; turns += 1) {
    const question = `question ${turns} ${"why, and how — exactly? ".repeat(40)}`;
    said.push(question);
    put(rows.user(question));
    put(rows.call(`c${turns}`, "exec_command", { cmd: `ls ${turns}` }));
    put(rows.result(`c${turns}`, `total ${turns}\n${"a line of an output\n".repeat(500)}`));
    if (turns % 20 === 7) {
      put(rows.call(`i${turns}`, "view_image", { path: "a.png" }));
      const output = [{ type: "input_image", image_url: image }];
      put(rows.line("response_item", { type: "function_call_output", call_id: `i${turns}`, output }));
    }
    put(rows.assistant(`answer ${turns}\n\n${"because of this and that. ".repeat(60)}`));
    // The whole history so far, up to what a model takes.
    if (turns % 50 === 49) put(rows.compacted([...said.slice(-2000), image, image]));
  }
  return { log, turns };
}

/** The most that `parent`, or a process under it, ever held, until `parent` ends: either plans first, and then runs. */
async function peakBelow(parent: Deno.ChildProcess): Promise<number> {
  let ended = false;
  void parent.status.then(() => ended = true);
  let peak = 0;
  while (!ended) {
    try {
      const children = Deno.readTextFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`);
      for (const pid of [parent.pid, ...children.trim().split(" ").filter((pid) => pid !== "")]) {
        const kib = /^VmHWM:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
        peak = Math.max(peak, Number(kib ?? 0) * 1024);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await pause(5);
  }
  return peak;
}

Deno.test("memory: a large thread of Codex is exported whole in less than 200 MB", async () => {
  await using home = await makeHome();
  const { log, turns } = writeThread(home);
  const output = `${home.exports}/thread.md`;
  const place = { home: home.path, cwd: home.exports };
  const start = performance.now();
  const child = startProcess(["export", "--file", log, "--output", "thread.md"], place);
  const [peak, { code, stderr }] = await Promise.all([peakBelow(child), child.output()]);
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const seconds = (performance.now() - start) / 1000;
  const size = Deno.statSync(log).size / MEGABYTE;
  console.log(
    `${Math.round(size)} MiB in ${seconds.toFixed(1)} s, at most ${Math.round(peak / MEGABYTE)} MiB`,
  );
  const text = Deno.readTextFileSync(output);
  assert.equal(text.match(/^question \d+ /gm)?.length, turns, "every prompt once");
  assert.equal(text.match(/^answer \d+$/gm)?.length, turns, "every answer once");
  assert.equal(text.match(/The context was compacted\./g)?.length, Math.floor(turns / 50), "each compaction");
  assert.ok(!text.includes("iVBORw0KGgo"), "no image is written out");
  assert.ok(peak > 0 && peak < 200e6, `peak memory ${peak}`);
});

/** The last characters of a file, which may not be there yet. */
function readEnd(path: string): string {
  try {
    using file = Deno.openSync(path, { read: true });
    file.seekSync(Math.max(0, file.statSync().size - 200), Deno.SeekMode.Start);
    const bytes = new Uint8Array(200);
    return new TextDecoder().decode(bytes.subarray(0, file.readSync(bytes) ?? 0));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

Deno.test("memory: a document of 20 MB that Gemini writes anew is recorded in bounded memory", async () => {
  await using home = await makeHome();
  await using daemon = startDaemon(home, { runtime: engineFlags(memoryFlags("daemon")) });
  await daemon.whenUp();
  const rows = GEMINI_DOCUMENT.createRows();
  const log = logOf(GEMINI_DOCUMENT, home, rows.session);
  const put = (text: string) => GEMINI_DOCUMENT.put(log, text);
  put(rows.user("::capture notes.md"));
  let whole = "";
  for (let count = 0; count < 200; count += 1) {
    whole = rows.assistant(`answer ${count}\n\n${"because it is so, yes. ".repeat(4400)}`);
  }
  assert.ok(whole.length > 20_000_000);
  put(whole);
  for (let count = 200; count < 210; count += 1) {
    put(rows.assistant(`answer ${count}`));
    await until(
      `answer ${count} is recorded`,
      () => readEnd(`${home.exports}/notes.md`).includes(`\nanswer ${count}\n`),
      { saw: daemon.said },
    );
  }
  const text = readExport(home, "notes.md");
  assert.equal(text.match(/^answer \d+$/gm)?.length, 210, "every answer once");
  const peak = daemon.peakMemory();
  console.log(`at most ${Math.round(peak / MEGABYTE)} MiB`);
  // Each change has the whole document read and parsed; what is left of that must not add up.
  assert.ok(peak < 640 * MEGABYTE, `peak memory ${peak}`);
  assert.equal(await daemon.stop(), 0);
});
