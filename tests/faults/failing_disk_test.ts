/**
 * The disk refuses system calls under a running daemon, each kind of call and each single call in turn, then it is well
 * again. The daemon tells meanwhile, comes back by itself, and nothing is lost. KATO_FAULT_ROUNDS=all tries each error
 * with each kind of call; without it errors take turns.
 */
import { onlyWith } from "../needs.ts";
import { tried } from "../tried.ts";
import { createFaults, ERRNO, type ErrorName, type Kind, KINDS, NEEDS } from "./injector.ts";
import { begin, end, round } from "./rounds.ts";

const ALL = Deno.env.get("KATO_FAULT_ROUNDS") === "all";
/** Single calls that fail, spread over those of a command with its words. */
const SINGLE_CALLS = ALL ? Infinity : 12;
const ERRORS = Object.keys(ERRNO) as ErrorName[];

/** Which calls fail together. */
const CALLS: readonly (readonly Kind[])[] = [["open"], ["write"], ["sync"], ["rename"], [
  "truncate",
  "unlink",
], KINDS];

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
