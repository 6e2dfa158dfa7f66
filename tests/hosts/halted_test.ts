/** A role that is halted (SIGSTOP) goes on where it was, or is ended like any that does not answer. Nothing is lost. */
import assert from "node:assert/strict";
import { append, createRows } from "../daemon/stage/claude_rows.ts";
import { type InProcess, runInProcess } from "../daemon/stage/in_process.ts";
import { renderCapture } from "../daemon/stage/one_shot.ts";
import { readExport } from "../daemon/stage/stage.ts";
import { until, withClockAhead } from "../daemon/stage/until.ts";
import { processes } from "./worlds.ts";

/** Longer than a role may be silent. Milliseconds. */
const SILENT_MS = 11_000;

/** A silent parser is ended at the next look, and that is on record. A silent writer holds up its recording, which says so. */
function whenEnded(run: InProcess, name: string): () => Promise<boolean> {
  return async () => {
    if (name === "writer") {
      return run.home.status()?.recordings.some(({ problem }) => problem?.includes("did not answer")) ===
        true;
    }
    await withClockAhead(SILENT_MS, run.orchestrator.tend);
    return run.audit.some(({ event, detail }) => event === "role-ended" && detail === "it did not answer");
  };
}

for (const name of ["parser:claude-code", "writer"]) {
  for (const goesOn of [true, false]) {
    const what = goesOn ? "goes on where it was" : "and stays so is ended, and another takes its place";
    Deno.test(`processes: a halted ${name} ${what}; nothing is lost`, async () => {
      await using world = processes();
      await using run = await runInProcess(world.host);
      await run.whenUp();
      const rows = createRows();
      const log = run.home.log(rows.session);
      append(log, rows.user("::capture notes.md"), rows.assistant("one"));
      await until("it is begun", () => readExport(run.home, "notes.md")?.includes("one"));
      const [role] = world.monitor.running(name);
      assert.ok(role !== undefined, `${name} runs`);
      Deno.kill(role.pid, "SIGSTOP");
      append(log, rows.assistant("two"), rows.assistant("x".repeat(100_000)), rows.user("::export all.md"));
      run.orchestrator.tend();
      assert.doesNotMatch(readExport(run.home, "notes.md"), /two/);
      if (goesOn) Deno.kill(role.pid, "SIGCONT");
      else {
        await until("it is ended", whenEnded(run, name));
        run.orchestrator.tend();
      }
      append(log, rows.assistant("three"));
      for (const file of ["notes.md", "all.md"]) {
        await until(
          `${file} is there`,
          () => readExport(run.home, file)?.includes(file === "all.md" ? "two" : "three"),
        );
      }
      assert.equal(readExport(run.home, "notes.md"), renderCapture(log, "::capture notes.md"));
      const ended = run.audit.filter(({ event }) => event === "role-ended").map(({ detail }) => detail);
      assert.ok(ended.every((why) => !goesOn && why === "it did not answer"), ended.join());
      assert.equal(world.monitor.starts(name) > 1, !goesOn || name === "writer");
      assert.deepEqual(run.gaveUp, []);
      assert.deepEqual(world.monitor.faults, []);
    });
  }
}
