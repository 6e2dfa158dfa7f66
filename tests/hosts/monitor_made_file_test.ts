/** A writer's file on the process host: the monitor's facts on the file are compared with the decision, and nothing else. */
import assert from "node:assert/strict";
import { append, createRows } from "../daemon/stage/claude_rows.ts";
import { runInProcess } from "../daemon/stage/in_process.ts";
import { readExport } from "../daemon/stage/stage.ts";
import { until } from "../daemon/stage/until.ts";
import type { Act } from "../daemon/stage/fake_roles.ts";
import { processes } from "./worlds.ts";

interface Happening {
  /** After the monitor has looked at the file, and before the writer opens it. */
  happen(path: string): void;
  /** The writer, if it is not the real one. */
  readonly writer?: Act;
  readonly reason: string;
}

function swap(path: string): void {
  Deno.renameSync(path, `${path}.kato`);
  Deno.writeTextFileSync(path, "precious");
}

const HAPPENINGS: Readonly<Record<string, Happening>> = {
  "another file takes its name": { happen: swap, reason: "swapped" },
  "its name becomes a link": {
    happen(path) {
      Deno.renameSync(path, `${path}.kato`);
      Deno.symlinkSync(`${path}.kato`, path);
    },
    reason: "swapped",
  },
  "its writer claims to have opened what stands there by then": {
    happen: swap,
    writer({ type, destination }, { send }) {
      if (type !== "open") return;
      const { dev, ino, size } = Deno.statSync(String(destination));
      send({ type: "opened", file: { dev, ino: ino ?? 0, links: 1, isFile: true }, size });
    },
    reason: "swapped",
  },
};

for (const [what, { happen, writer, reason }] of Object.entries(HAPPENINGS)) {
  Deno.test(`given: ${what} after the monitor looked: no byte goes there, and it is on record`, async () => {
    let path = "";
    await using world = processes((kind) => {
      if (kind !== "writer") return null;
      happen(path);
      return writer ?? null;
    });
    await using run = await runInProcess(world.host);
    await run.whenUp();
    path = `${run.home.exports}/notes.md`;
    const rows = createRows();
    append(run.home.log(rows.session), rows.user("::capture notes.md"), rows.assistant("one"));
    const { decision, reason: found } = await run.whenAudited(
      "it is on record",
      ({ event }) => event === "destination-opened",
    );
    assert.deepEqual([decision, found], ["deny", reason]);
    await until("the status says so", () => run.home.status()?.recordings[0]?.state === "blocked");
    assert.ok(["", "precious"].includes(readExport(run.home, "notes.md")));
    assert.equal(Deno.readTextFileSync(`${path}.kato`), "");
  });
}
