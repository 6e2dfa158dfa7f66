/**
 * What the writer opened is not what was decided: an attacker acts in exactly the moment between the two. No byte
 * goes there, and it is on record. Scenario 21.
 */
import assert from "node:assert/strict";
import { append, createRows } from "../daemon/stage/claude_rows.ts";
import { runInProcess } from "../daemon/stage/in_process.ts";
import { readExport } from "../daemon/stage/stage.ts";
import { until } from "../daemon/stage/until.ts";
import { WORLDS } from "../hosts/worlds.ts";
import type { Host } from "../../src/hosts/host.ts";

interface Moment {
  /** The destination, in a folder of its own. */
  readonly path: string;
  readonly folder: string;
  /** A folder elsewhere, with `file.md` in it, which holds "precious". */
  readonly outside: string;
}

/** At a first opening nothing is there yet; at a later one, kato's own file is. */
const ATTACKS: Readonly<Record<string, { readonly at: "first" | "later"; act(moment: Moment): void }>> = {
  "a file appears": { at: "first", act: ({ path }) => Deno.writeTextFileSync(path, "mine") },
  "a link appears": { at: "first", act: ({ path, outside }) => Deno.symlinkSync(`${outside}/file.md`, path) },
  "a dangling link appears": {
    at: "first",
    act: ({ path, outside }) => Deno.symlinkSync(`${outside}/new.md`, path),
  },
  "its folder becomes a link": { at: "first", act: swapFolder },
  "the file becomes a link": {
    at: "later",
    act({ path, outside }) {
      Deno.removeSync(path);
      Deno.symlinkSync(`${outside}/file.md`, path);
    },
  },
  "the file is another one": {
    at: "later",
    act({ path, outside }) {
      Deno.renameSync(`${outside}/file.md`, path);
      Deno.writeTextFileSync(`${outside}/file.md`, "precious");
    },
  },
  "the file gets a second name": {
    at: "later",
    act: ({ path, outside }) => Deno.linkSync(path, `${outside}/second.md`),
  },
  "the folder of the file becomes a link to one with a file of that name": {
    at: "later",
    act(moment) {
      Deno.writeTextFileSync(`${moment.outside}/notes.md`, "precious");
      swapFolder(moment);
    },
  },
};

function swapFolder({ folder, outside }: Moment): void {
  Deno.renameSync(folder, `${folder}.real`);
  Deno.symlinkSync(outside, folder);
}

const CASES = WORLDS.flatMap(([host, make]) =>
  Object.entries(ATTACKS).map(([name, attack]) => ({ ...attack, name: `${host}: ${name}`, make }))
);

for (const { name, at, act, make } of CASES) {
  Deno.test(`opened: ${name} between decision and opening: no byte goes there, and it is on record`, async () => {
    const outside = await Deno.makeTempDir();
    Deno.writeTextFileSync(`${outside}/file.md`, "precious");
    let moment: Moment | null = null;
    await using world = make();
    const host: Host = {
      name: world.host.name,
      start(kind, ...rest) {
        // A writer is started after the decision, and its file is opened at once.
        if (kind === "writer" && moment !== null) act(moment);
        if (kind === "writer") moment = null;
        return world.host.start(kind, ...rest);
      },
    };
    await using run = await runInProcess(host);
    await run.whenUp();
    const { home } = run;
    const folder = `${home.exports}/talks`;
    Deno.mkdirSync(folder, { mode: 0o700 });
    const path = `${folder}/notes.md`;
    const rows = createRows();
    const log = home.log(rows.session);
    const arm = () => moment = { path, folder, outside };

    if (at === "first") arm();
    append(log, rows.user("::capture talks/notes.md"), rows.assistant("one"));
    let before = "";
    if (at === "later") {
      await until("it is recorded", () => home.status()?.recordings[0]?.events === 2);
      before = Deno.readTextFileSync(path);
      arm();
      // The writer is given back after a quiet time; the next message starts another.
      const { now } = performance;
      performance.now = () => now.call(performance) + 60_000;
      run.orchestrator.tend();
      performance.now = now;
      append(log, rows.assistant("two"));
    }
    await run.whenAudited(
      "it is on record",
      ({ event, decision }) => event === "destination-opened" && decision === "deny",
    );
    await until("the status says so", () => home.status()?.recordings[0]?.state === "blocked");

    const texts = [...Deno.readDirSync(outside)].map((entry) =>
      Deno.readTextFileSync(`${outside}/${entry.name}`)
    );
    for (const text of texts) assert.ok(["", "precious", before].includes(text), text);
    assert.ok(!readExport(home, "talks/notes.md").includes("two"));
    await Deno.remove(outside, { recursive: true });
  });
}
