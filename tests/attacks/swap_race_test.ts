/** A folder that becomes a link between the decision and the opening. Scenario 21. */
import assert from "node:assert/strict";
import { append, createRows } from "../daemon/stage/claude_rows.ts";
import { makeHome, startDaemon } from "../daemon/stage/harness.ts";
import { renderCapture } from "../daemon/stage/one_shot.ts";
import { readExport } from "../daemon/stage/stage.ts";
import { pause, until } from "../daemon/stage/until.ts";

const COMMANDS = 60;

function startAttack(folder: string, outside: string) {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("swap_worker.ts", import.meta.url), { type: "module" });
  const swaps = new Promise<number>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.postMessage({ folder, outside, stop });
  return {
    async end() {
      Atomics.store(stop, 0, 1);
      const count = await swaps;
      worker.terminate();
      return count;
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
  const sessions = Array.from(
    { length: COMMANDS },
    (_, index) => ({ rows: createRows(), name: `race/n${index}.md` }),
  );
  for (const { rows, name } of sessions) {
    append(home.log(rows.session), rows.user(`::capture ${name}`), rows.assistant("to be recorded"));
    await pause(10);
  }
  const decided = () => home.audit().filter(({ event }) => event === "command");
  await until("every command is decided", () => decided().length === COMMANDS, { saw: daemon.said });
  const swaps = await attack.end();

  const allowed = new Set(
    decided().filter(({ decision }) => decision === "allow").map(({ session }) => session),
  );
  for (const { rows, name } of sessions.filter(({ rows }) => allowed.has(rows.session))) {
    // What was blocked while the folder was a link goes on once it is none.
    const text = renderCapture(home.log(rows.session), `::capture ${name}`);
    await until(`${name} is whole`, () => readExport(home, name) === text, { saw: daemon.said });
  }
  const left = [...Deno.readDirSync(outside)].map(({ name }) => name);
  for (const name of left) assert.equal(Deno.statSync(`${outside}/${name}`).size, 0, `${name} got bytes`);
  const refused = home.audit().filter(({ event, decision }) =>
    (event === "command" || event === "destination-opened") && decision === "deny"
  );
  console.log(
    `${swaps} swaps, ${allowed.size} of ${COMMANDS} commands allowed, ${refused.length} denials on record, ` +
      `${left.length} empty files outside`,
  );
  assert.ok(swaps > 100 && refused.length > 0, "the race was run, and lost sometimes");
  assert.equal(await daemon.stop(), 0);
  await Deno.remove(outside, { recursive: true });
});
