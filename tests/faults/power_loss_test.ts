/**
 * The power fails after each flush of a recorded run, and all that was not flushed is lost. The next start makes every
 * recording what it is without a failure. KATO_POWER_LOSSES=all tries each flush; without it some of them.
 */
import assert from "node:assert/strict";
import { verifyAudit } from "../../src/audit/verify.ts";
import { append, createRows } from "../daemon/stage/claude_rows.ts";
import { type Daemon, makeHome, startDaemon, type TestHome } from "../daemon/stage/harness.ts";
import { readExport } from "../daemon/stage/stage.ts";
import { until } from "../daemon/stage/until.ts";
import { onlyWith } from "../needs.ts";
import { tried } from "../tried.ts";
import { createFaults, NEEDS } from "./injector.ts";
import { readFiles, replay, restore } from "./recorded.ts";

/** Power failures of one run, spread over the flushes. */
const LOSSES = Deno.env.get("KATO_POWER_LOSSES") === "all" ? Infinity : 6;

async function finish(daemon: Daemon): Promise<void> {
  await daemon.whenRecording("notes.md", "stopped");
  await daemon.whenRecording("once.md", "done");
  assert.equal(await daemon.stop(), 0);
}

const filesOf = (home: TestHome) =>
  [...readFiles(home.exports)].map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]).sort();

Deno.test(
  onlyWith("faults: after any flush the power may fail, and nothing is lost or done twice", ...NEEDS),
  async () => {
    await using home = await makeHome();
    // The status may be empty after a power failure: the next start writes it, and this test would read it before.
    const { base, statusFile } = home.places;
    {
      await using daemon = startDaemon(home);
      await daemon.whenUp();
      assert.equal(await daemon.stop(), 0);
    }
    const before = readFiles(base);
    const file = Deno.makeTempFileSync({ prefix: "kato-record-" });
    using faults = createFaults({ file, watch: base });
    const rows = createRows();
    const log = home.log(rows.session);
    {
      await using daemon = startDaemon(home, { env: faults.env });
      await daemon.whenUp();
      append(log, rows.user("::capture notes.md\nand words"), rows.assistant("one"));
      for (const word of ["two", "three"]) {
        append(log, rows.user(`say ${word}`), rows.assistant(`${word} it is`));
        await until(word, () => readExport(home, "notes.md").includes(`${word} it is`), { saw: daemon.said });
      }
      append(log, rows.user("::export once.md"), rows.assistant("four"), rows.user("::stop\nenough"));
      await finish(daemon);
    }
    const expected = filesOf(home);
    const states = replay(before, Deno.readFileSync(file));
    Deno.removeSync(file);
    const step = Math.max(1, Math.ceil(states.length / LOSSES));
    let losses = 0;
    // Backwards: a file keeps its inode for the states before, in which it is there too.
    for (let at = states.length - 1; at >= 0; at -= step, losses += 1) {
      restore(
        base,
        new Map([...states[at] ?? []].filter(([path]) => !path.endsWith("-shm") && path !== statusFile)),
      );
      await using daemon = startDaemon(home);
      await finish(daemon);
      assert.deepEqual(filesOf(home), expected, `after flush ${at + 1} of ${states.length}`);
      assert.equal(verifyAudit(home.places.logs).broken, null);
    }
    tried(`${losses} power failures, of a run with ${states.length} flushes`);
  },
);
