/** More recordings at work than writers may be alive: every file is whole, and never are there more writers. */
import assert from "node:assert/strict";
import type { Host } from "../../src/hosts/host.ts";
import { WRITERS } from "../../src/protocol/limits.ts";
import { WORLDS } from "../hosts/worlds.ts";
import { append, createRows } from "./stage/claude_rows.ts";
import { runInProcess } from "./stage/in_process.ts";
import { renderCapture } from "./stage/one_shot.ts";
import { readExport } from "./stage/stage.ts";
import { until } from "./stage/until.ts";

const RECORDINGS = WRITERS + 8;

/** Counts the writers that `host` has alive: from when one is asked for until nothing of it can run. */
function counted(host: Host) {
  const counts = { now: 0, most: 0, started: 0 };
  return {
    counts,
    host: {
      name: host.name,
      start(...what: Parameters<Host["start"]>) {
        const role = host.start(...what);
        if (what[0] !== "writer") return role;
        counts.started += 1;
        counts.now += 1;
        counts.most = Math.max(counts.most, counts.now);
        void role.over.then(() => counts.now -= 1);
        return role;
      },
    },
  };
}

for (const [name, make] of WORLDS) {
  Deno.test(`${name}: ${RECORDINGS} recordings at once share ${WRITERS} writers, and every file is byte for byte whole`, async () => {
    await using world = make();
    const { host, counts } = counted(world.host);
    await using run = await runInProcess(host);
    await run.whenUp();
    const { home } = run;
    const talks = Array.from({ length: RECORDINGS }, (_, index) => {
      const rows = createRows();
      return {
        rows,
        log: home.log(rows.session),
        file: `talk-${index}.md`,
        capture: `::capture talk-${index}.md`,
      };
    });
    for (const { rows, log, capture } of talks) append(log, rows.user(capture), rows.assistant("at first"));
    async function whenWhole(what: string): Promise<void> {
      const wanted = talks.map(({ log, file, capture }) => ({ file, text: renderCapture(log, capture) }));
      await until(what, () => wanted.every(({ file, text }) => readExport(home, file) === text));
    }
    await whenWhole("each has its beginning");
    // None of them was quiet for long: writers are taken from others, again and again.
    for (const turn of [1, 2]) {
      for (const { rows, log } of talks) append(log, rows.assistant(`turn ${turn}`), rows.user("and so on"));
      await whenWhole(`each has turn ${turn}`);
    }
    assert.equal(counts.most, WRITERS);
    assert.ok(counts.started > RECORDINGS, `${counts.started} writers were started`);
  });
}
