/**
 * Rounds of a command and words, each while some calls of a daemon fail. What a round says must arrive when the calls
 * are mended, and at the end nothing is missing, and nothing stands twice.
 */
import assert from "node:assert/strict";
import { verifyAudit } from "../../src/audit/verify.ts";
import { CLAUDE } from "../daemon/stage/clients.ts";
import { renderCapture } from "../daemon/stage/one_shot.ts";
import { readExport, setStageFor, type Stage, whenHolds, whenText } from "../daemon/stage/stage.ts";
import { until } from "../daemon/stage/until.ts";
import type { Fault, Faults } from "./injector.ts";

const CAPTURE = "::capture notes.md";

/** A session that is recorded, by a daemon whose calls can be made to fail. */
export async function begin(faults: Faults): Promise<Stage> {
  const stage = await setStageFor(CLAUDE, "", { env: faults.env });
  stage.say(stage.rows.user(CAPTURE), stage.rows.assistant("one"));
  await whenHolds(stage, "notes.md", "one");
  return stage;
}

/** Nothing of the session is missing, nothing stands twice, and each command was obeyed once. */
export async function end(stage: Stage, rounds: number): Promise<void> {
  const { home, daemon, logs } = stage;
  await whenText(stage, "notes.md", renderCapture(logs, CAPTURE));
  await daemon.whenStatus("nothing waits", ({ waiting }) => waiting.length === 0);
  const exports = home.audit().filter(({ event, command }) =>
    event === "command" && command?.startsWith("::export") === true
  );
  assert.deepEqual(
    new Set(exports.map(({ command, reason }) => `${command} ${reason}`)),
    new Set(Array.from({ length: rounds }, (_, round) => `::export round-${round}.md exported`)),
  );
  assert.equal(await daemon.stop(), 0);
  assert.equal(verifyAudit(home.places.logs).broken, null);
}

/** A command and words while `fault` lasts. Then it is mended. Gives the number of calls that failed. */
export async function round(stage: Stage, faults: Faults, number: number, fault: Fault): Promise<number> {
  const { home, daemon, rows, say } = stage;
  const words = `words of round ${number}.`;
  const said = daemon.said().length;
  // The journal has each trouble of a session's log once, and the status counts all of them.
  const troubles = () => JSON.stringify(home.status()?.providers.map((provider) => provider.troubles));
  const before = troubles();
  const isTold = () => / (?:warning|error) /.test(daemon.said().slice(said)) || troubles() !== before;
  const arrived = () =>
    readExport(home, "notes.md").includes(words) && readExport(home, `round-${number}.md`).includes(words);
  faults.arm(fault);
  say(rows.assistant(words), rows.user(`::export round-${number}.md\nand go on`));
  const isLasting = fault.to === undefined;
  await until(
    `${JSON.stringify(fault)} is told, or stops nothing`,
    () => arrived() || (faults.failed() > 0 && (!isLasting || isTold())),
    { saw: daemon.said },
  );
  faults.mend();
  await until(`round ${number} arrives after ${JSON.stringify(fault)}`, arrived, {
    saw: () => `${daemon.said()}\n${JSON.stringify(home.status(), null, 1)}`,
  });
  return faults.failed();
}
