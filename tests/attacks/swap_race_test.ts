/** A folder that becomes a link between the decision and the opening. Scenario 21. */
import assert from "node:assert/strict";
import { append, type ClaudeRows, createRows } from "../daemon/stage/claude_rows.ts";
import { makeHome, startDaemon } from "../daemon/stage/harness.ts";
import { renderCapture } from "../daemon/stage/one_shot.ts";
import { readExport } from "../daemon/stage/stage.ts";
import { until } from "../daemon/stage/until.ts";
import { tried } from "../tried.ts";
import { STOP, SWAPS } from "./swap_shared.ts";

/** Commands at least; more until the race was won and lost. */
const COMMANDS = 60;
const LEAST_SWAPS = 100;

function startAttack(folder: string, outside: string) {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL("swap_worker.ts", import.meta.url), { type: "module" });
  const over = new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.postMessage({ folder, outside, shared });
  const swaps = () => Atomics.load(shared, SWAPS);
  return {
    swaps,
    async end() {
      Atomics.store(shared, STOP, 1);
      await over;
      worker.terminate();
      return swaps();
    },
  };
}

Deno.test("a folder that is swapped for a link in a race never lets a byte out, and denials are on record", async () => {
  const outside = await Deno.makeTempDir();
  await using home = await makeHome();
  const folder = `${home.exports}/race`;
  Deno.mkdirSync(folder, { mode: 0o700 });
  await using daemon = startDaemon(home);
  await daemon.whenUp();

  const attack = startAttack(folder, outside);
  const decided = () => home.audit().filter(({ event }) => event === "command");
  const denials = () =>
    home.audit().filter(({ event, decision }) =>
      (event === "command" || event === "destination-opened") && decision === "deny"
    );
  const allowances = () => decided().filter(({ decision }) => decision === "allow");
  const sessions: { readonly rows: ClaudeRows; readonly name: string }[] = [];
  await until("the race was run, won and lost", () => {
    const [rows, name] = [createRows(), `race/n${sessions.length}.md`];
    append(home.log(rows.session), rows.user(`::capture ${name}`), rows.assistant("to be recorded"));
    sessions.push({ rows, name });
    const isEnough = sessions.length >= COMMANDS && attack.swaps() > LEAST_SWAPS;
    return isEnough && allowances().length > 0 && denials().length > 0;
  }, { everyMs: 10, saw: daemon.said });
  await until("every command is decided", () => decided().length === sessions.length, { saw: daemon.said });
  const swaps = await attack.end();

  const allowed = new Set(allowances().map(({ session }) => session));
  for (const { rows, name } of sessions.filter(({ rows }) => allowed.has(rows.session))) {
    // What was blocked while the folder was a link goes on once it is none.
    const text = renderCapture(home.log(rows.session), `::capture ${name}`);
    await until(`${name} is whole`, () => readExport(home, name) === text, { saw: daemon.said });
  }
  const left = [...Deno.readDirSync(outside)].map(({ name }) => name);
  for (const name of left) assert.equal(Deno.statSync(`${outside}/${name}`).size, 0, `${name} got bytes`);
  tried(
    `${swaps} swaps, ${allowed.size} of ${sessions.length} commands allowed, ` +
      `${denials().length} denials on record, ${left.length} empty files outside`,
  );
  assert.equal(await daemon.stop(), 0);
  await Deno.remove(outside, { recursive: true });
});
