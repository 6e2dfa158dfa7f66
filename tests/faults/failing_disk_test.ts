/**
 * The disk refuses system calls under a running daemon, each kind of call and each single call in turn, then it is well
 * again. The daemon tells meanwhile, comes back by itself, and nothing is lost. KATO_FAULT_ROUNDS=all tries each error
 * with each kind of call; without it errors take turns.
 */
import assert from "node:assert/strict";
import { verifyAudit } from "../../src/audit/verify.ts";
import { CLAUDE } from "../daemon/stage/clients.ts";
import { renderCapture } from "../daemon/stage/one_shot.ts";
import { readExport, setStageFor, type Stage, whenHolds, whenText } from "../daemon/stage/stage.ts";
import { until } from "../daemon/stage/until.ts";
import { onlyWith } from "../needs.ts";
import { tried } from "../tried.ts";
import {
  createFaults,
  ERRNO,
  type ErrorName,
  type Fault,
  type Faults,
  type Kind,
  KINDS,
  NEEDS,
} from "./injector.ts";

const ALL = Deno.env.get("KATO_FAULT_ROUNDS") === "all";
/** Single calls that fail, spread over those of a command with its words. */
const SINGLE_CALLS = ALL ? Infinity : 12;
const ERRORS = Object.keys(ERRNO) as ErrorName[];
const CAPTURE = "::capture notes.md";

/** Which calls fail together. */
const CALLS: readonly (readonly Kind[])[] = [["open"], ["write"], ["sync"], ["rename"], [
  "truncate",
  "unlink",
], KINDS];

/** A session that is recorded, by a daemon whose calls can be made to fail. */
async function begin(faults: Faults): Promise<Stage> {
  const stage = await setStageFor(CLAUDE, "", { env: faults.env });
  stage.say(stage.rows.user(CAPTURE), stage.rows.assistant("one"));
  await whenHolds(stage, "notes.md", "one");
  return stage;
}

/** Nothing of the session is missing, nothing stands twice, and each command was obeyed once. */
async function end(stage: Stage, rounds: number): Promise<void> {
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
async function round(stage: Stage, faults: Faults, number: number, fault: Fault): Promise<number> {
  const { home, daemon, rows, say } = stage;
  const words = `words of round ${number}.`;
  const said = daemon.said().length;
  const isTold = () => / (?:warning|error) /.test(daemon.said().slice(said));
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

Deno.test(
  onlyWith("faults: a disk that refuses a kind of call is told of, and nothing is lost", ...NEEDS),
  async () => {
    using faults = createFaults();
    await using stage = await begin(faults);
    const { exports, state, logs, base } = stage.home.places;
    let rounds = 0;
    let failed = 0;
    for (const folder of [exports, state, logs, base]) {
      for (const kinds of CALLS) {
        for (const how of ALL ? ERRORS : ERRORS.slice(rounds % ERRORS.length).slice(0, 1)) {
          failed += await round(stage, faults, rounds, { folder, kinds, how });
          rounds += 1;
        }
      }
    }
    await end(stage, rounds);
    tried(`${rounds} times a folder and a kind of call, ${failed} failed calls`);
  },
);

Deno.test(onlyWith("faults: any single call may fail, and nothing is lost", ...NEEDS), async () => {
  using faults = createFaults();
  await using stage = await begin(faults);
  const folder = stage.home.places.base;
  // How many calls a round makes when none fails.
  await round(stage, faults, 0, { folder, from: 1_000_000, how: "EIO" });
  const step = Math.max(1, Math.ceil(faults.count() / SINGLE_CALLS));
  const seen = new Map<string, number>();
  let rounds = 1;
  for (let call = 1;; call += step) {
    const how = ERRORS[rounds % ERRORS.length] ?? "EIO";
    const failed = await round(stage, faults, rounds, { folder, from: call, to: call, how });
    rounds += 1;
    if (failed === 0) break;
    const hit = faults.hit(stage.home.path);
    seen.set(hit, (seen.get(hit) ?? 0) + 1);
  }
  await end(stage, rounds);
  const calls = [...seen].sort().map(([what, times]) => `${what} ${times}`).join(", ");
  tried(`${rounds - 2} single failed calls: ${calls}`);
});
