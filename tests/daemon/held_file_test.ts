/** Whose a file is, where a recording is under way: asked in the very moments in which the disk alone would not say. */
import assert from "node:assert/strict";
import { processes } from "../hosts/worlds.ts";
import { append, createRows } from "./stage/claude_rows.ts";
import type { Acting } from "./stage/fake_roles.ts";
import { runInProcess } from "./stage/in_process.ts";
import { renderCapture } from "./stage/one_shot.ts";
import { readExport } from "./stage/stage.ts";
import { until } from "./stage/until.ts";

const CAPTURE = "::capture notes.md";

Deno.test("held: a file that the monitor has made, and whose writer does not answer yet, is its recording's", async () => {
  let silent: Acting | null = null;
  let writers = 0;
  await using world = processes((kind) => {
    if (kind === "parser") return null;
    writers += 1;
    return writers === 1 ? (_, acting) => void (silent = acting) : null;
  });
  await using run = await runInProcess(world.host);
  await run.whenUp();
  const { home } = run;
  const [mine, theirs] = [createRows(), createRows()];
  const log = home.log(mine.session);
  append(log, mine.user(CAPTURE), mine.assistant("mine"));
  await until("the writer was asked", () => silent !== null);
  assert.equal(Deno.statSync(`${home.exports}/notes.md`).size, 0);

  append(log, mine.user(CAPTURE));
  append(home.log(theirs.session), theirs.user(CAPTURE), theirs.assistant("theirs"));
  const decided = async (session: string, count: number) => {
    const all = () => run.audit.filter((body) => body.event === "command" && body.session === session);
    await until("the command is on record", () => all().length === count);
    return all().map(({ decision, reason }) => `${decision} ${reason}`);
  };
  assert.deepEqual(await decided(theirs.session, 1), ["deny destination-in-use"]);
  assert.deepEqual(await decided(mine.session, 2), ["allow captured", "allow already-recording"]);

  // As if kato had ended here: the next writer finds an empty file that was never noted.
  (silent as Acting | null)?.fail("it ends before it answers");
  const text = renderCapture(log, CAPTURE);
  await until("the recording goes on in that file", () => readExport(home, "notes.md") === text);
});

Deno.test("held: a file that an editor put in a recording's place is that recording's, and nobody else's", async () => {
  await using world = processes();
  await using run = await runInProcess(world.host);
  await run.whenUp();
  const { home } = run;
  const [mine, theirs] = [createRows(), createRows()];
  const log = home.log(mine.session);
  const path = `${home.exports}/notes.md`;
  append(log, mine.user(CAPTURE));
  await until("it is recorded", () => readExport(home, "notes.md") === renderCapture(log, CAPTURE));
  Deno.writeTextFileSync(`${path}~`, "as the editor left it\n", { mode: 0o600 });
  Deno.renameSync(`${path}~`, path);
  append(home.log(theirs.session), theirs.user(CAPTURE));
  const denied = await run.whenAudited(
    "the command is on record",
    ({ session }) => session === theirs.session,
  );
  assert.equal(denied.reason, "destination-in-use");
});

Deno.test("held: an empty file where no recording is under way is not kato's", async () => {
  await using world = processes();
  await using run = await runInProcess(world.host);
  await run.whenUp();
  const { home } = run;
  const rows = createRows();
  Deno.writeTextFileSync(`${home.exports}/notes.md`, "", { mode: 0o600 });
  append(home.log(rows.session), rows.user(CAPTURE));
  const denied = await run.whenAudited("the command is on record", ({ event }) => event === "command");
  assert.equal(denied.reason, "not-created-by-kato");
});
