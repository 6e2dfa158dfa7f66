/**
 * The clock jumps under a running daemon and between two runs, forwards and back. Nothing is lost, nothing is done twice,
 * and a command that came late because of the jump is refused on record.
 */
import assert from "node:assert/strict";
import { verifyAudit } from "../../src/audit/verify.ts";
import { append, createRows } from "../daemon/stage/claude_rows.ts";
import { CLAUDE } from "../daemon/stage/clients.ts";
import { startDaemon } from "../daemon/stage/harness.ts";
import { renderCapture } from "../daemon/stage/one_shot.ts";
import { readExport, setStageFor, type Stage, whenHolds, whenText } from "../daemon/stage/stage.ts";
import { until } from "../daemon/stage/until.ts";
import { onlyWith } from "../needs.ts";
import { tried } from "../tried.ts";
import { createFaults, NEEDS } from "./injector.ts";

const DAY = 24 * 60 * 60;
const YEAR = 365 * DAY;
/** By how much the clock differs from the machine's, one after another: forwards, back, and past where it began. */
const JUMPS = [3_600, -3_600, 10 * YEAR, 10 * YEAR - 1, -20 * YEAR, DAY, -DAY, 1, 0] as const;

/** The client has the same clock. */
const at = (ahead: number) => ({ timestamp: new Date(Date.now() + ahead * 1000).toISOString() });

/** A new session at the daemon's time, whose person captures it with the second message. */
async function isServed(stage: Stage, ahead: number, name: string): Promise<void> {
  const rows = createRows(undefined, Date.now() + ahead * 1000);
  const log = stage.home.log(rows.session, "-jumps");
  append(log, rows.user("hello"));
  await stage.daemon.whenStatus("the session is known", ({ providers }) => (providers[0]?.sessions ?? 0) > 0);
  append(log, rows.user(`::capture ${name}.md`), rows.assistant("words"));
  const text = renderCapture(log, `::capture ${name}.md`);
  await until(`${name}.md is whole`, () => readExport(stage.home, `${name}.md`) === text, {
    saw: () => `${stage.daemon.said()}\n${JSON.stringify(stage.home.audit().at(-1))}`,
  });
}

/** The command was obeyed once, and the chain is whole. */
function checkRecords({ home }: Stage, typed: readonly string[]): void {
  const obeyed = home.audit().filter(({ event, decision }) => event === "command" && decision === "allow");
  assert.deepEqual(obeyed.map(({ command }) => command), typed);
  assert.equal(verifyAudit(home.places.logs).broken, null);
}

Deno.test(
  onlyWith(
    "clock: it jumps under a running daemon, and recordings go on and new sessions are served",
    ...NEEDS,
  ),
  async () => {
    using faults = createFaults();
    await using stage = await setStageFor(CLAUDE, "", { env: faults.env });
    const { rows, say, daemon } = stage;
    say(rows.user("::capture notes.md"), rows.assistant("one"));
    await whenHolds(stage, "notes.md", "one");
    const typed = ["::capture notes.md"];
    for (const [index, ahead] of JUMPS.entries()) {
      faults.putClock(ahead);
      say(rows.assistant(`after jump ${index}`, at(ahead)));
      await whenHolds(stage, "notes.md", `after jump ${index}`);
      await isServed(stage, ahead, `new-${index}`);
      say(rows.user(`::export jump-${index}.md`, at(ahead)));
      await daemon.whenRecording(`jump-${index}.md`, "done");
      typed.push(`::capture new-${index}.md`, `::export jump-${index}.md`);
    }
    await whenText(stage, "notes.md", renderCapture(stage.logs, "::capture notes.md"));
    assert.equal(await daemon.stop(), 0);
    checkRecords(stage, typed);
    tried(`${JUMPS.length} jumps of the clock under a running daemon`);
  },
);

Deno.test(
  onlyWith(
    "clock: it jumps between two runs, and the recording goes on with nothing lost or twice",
    ...NEEDS,
  ),
  async () => {
    using faults = createFaults();
    await using stage = await setStageFor(CLAUDE, "", { env: faults.env });
    const { rows, say, home } = stage;
    say(rows.user("::capture notes.md"), rows.assistant("one"));
    await whenHolds(stage, "notes.md", "one");
    const typed = ["::capture notes.md"];
    for (const [index, ahead] of JUMPS.entries()) {
      assert.equal(await stage.daemon.stop(), 0);
      say(rows.assistant(`before run ${index}`, at(ahead)), rows.user(`::export run-${index}.md`, at(ahead)));
      faults.putClock(ahead);
      stage.daemon = startDaemon(home, { env: faults.env });
      await stage.daemon.whenUp();
      await stage.daemon.whenRecording(`run-${index}.md`, "done");
      await isServed(stage, ahead, `new-${index}`);
      typed.push(`::export run-${index}.md`, `::capture new-${index}.md`);
    }
    await whenText(stage, "notes.md", renderCapture(stage.logs, "::capture notes.md"));
    assert.equal(await stage.daemon.stop(), 0);
    checkRecords(stage, typed);
    tried(`${JUMPS.length} jumps of the clock between two runs`);
  },
);
