/** A recording as the daemon wrote it is what `kato verify` makes of the log: late, stopped, resumed, going on. */
import assert from "node:assert/strict";
import { runLine } from "../cli/stage/run_line.ts";
import { setStage, whenHolds } from "./stage/stage.ts";

for (const format of ["md", "jsonl"] as const) {
  Deno.test(`kato verify finds a recording in ${format} as the daemon wrote it`, async () => {
    await using stage = await setStage();
    const { rows, say, daemon, home } = stage;
    const name = `late.${format}`;
    const place = { home: home.path, cwd: home.path, system: `${home.path}/none` };
    const verify = async (line = "verify") => {
      const ran = await runLine([line, `${home.exports}/${name}`, "--json"], place);
      assert.equal(ran.ended, "done", ran.out + ran.err);
      return JSON.parse(ran.out);
    };
    say(rows.user("something before"), rows.assistant("and its answer"));
    say(rows.user(`::record ${name}`), rows.assistant("one"));
    say(rows.call("t1", "Bash", { command: "ls" }), rows.result("t1", "a\nb"), rows.assistant("two"));
    await whenHolds(stage, name, "two");
    assert.deepEqual((await verify()).parts.map(({ from }: { from: number }) => from), [2]);
    say(rows.user("::stop"), rows.assistant("not recorded"));
    await daemon.whenRecording(name, "stopped");
    assert.equal((await verify()).closed, format !== "jsonl");
    say(rows.user(`again\n\n::record ${name}`), rows.assistant("three"));
    await whenHolds(stage, name, "three");
    assert.equal((await verify()).parts.length, 2);
    await verify("seal");
    say(rows.user("more"), rows.assistant("four"));
    await whenHolds(stage, name, "four");
    const { result, seal } = await verify();
    assert.deepEqual([result, seal.file, seal.record, seal.source], ["equal", "grown", "found", "same"]);
    assert.equal(await daemon.stop(), 0);
  });
}
