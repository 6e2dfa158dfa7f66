/**
 * The system refuses to read under a running daemon: the handles of a share are stale, or a disk cannot read. Each kind
 * of call fails for a while, and each single call once, on the clients' logs and on kato's own files. The daemon tells
 * meanwhile, comes back by itself, loses nothing and repeats nothing. KATO_FAULT_ROUNDS=all tries each single call;
 * without it some of them.
 */
import { dirname } from "@std/path";
import { onlyWith } from "../needs.ts";
import type { Stage } from "../daemon/stage/stage.ts";
import { tried } from "../tried.ts";
import { createFaults, type ErrorName, type Kind, NEEDS, READING } from "./injector.ts";
import { begin, end, round } from "./rounds.ts";

const ALL = Deno.env.get("KATO_FAULT_ROUNDS") === "all";
/** Single calls that fail, spread over those of a command with its words. */
const SINGLE_CALLS = ALL ? Infinity : 12;
const ERRORS: readonly ErrorName[] = ["ESTALE", "EIO"];
/** Which calls fail together. */
const CALLS: readonly (readonly Kind[])[] = [...READING.map((kind) => [kind]), READING];

const sourcesOf = ({ log }: Stage) => dirname(dirname(log));

Deno.test(
  onlyWith(
    "faults: a share that refuses a kind of read is told of, and nothing is lost or repeated",
    ...NEEDS,
  ),
  async () => {
    using faults = createFaults();
    await using stage = await begin(faults);
    const { exports, state, logs } = stage.home.places;
    let rounds = 0;
    let failed = 0;
    for (const folder of [sourcesOf(stage), exports, state, logs]) {
      for (const kinds of CALLS) {
        for (const how of ERRORS) {
          failed += await round(stage, faults, rounds, { folder, kinds, how });
          rounds += 1;
        }
      }
    }
    await end(stage, rounds);
    tried(`${rounds} times a folder and a kind of read, ${failed} failed calls`);
  },
);

for (const what of ["the client's logs", "kato's own files"] as const) {
  Deno.test(
    onlyWith(`faults: any single read of ${what} may fail, and nothing is lost or repeated`, ...NEEDS),
    async () => {
      using faults = createFaults();
      await using stage = await begin(faults);
      const folder = what === "kato's own files" ? stage.home.places.base : sourcesOf(stage);
      // How many calls a round makes when none fails.
      await round(stage, faults, 0, { folder, kinds: READING, from: 1_000_000, how: "EIO" });
      const step = Math.max(1, Math.ceil(faults.count() / SINGLE_CALLS));
      const seen = new Map<string, number>();
      let rounds = 1;
      for (let call = 1;; call += step) {
        const how = ERRORS[rounds % ERRORS.length] ?? "EIO";
        const failed = await round(stage, faults, rounds, {
          folder,
          kinds: READING,
          from: call,
          to: call,
          how,
        });
        rounds += 1;
        if (failed === 0) break;
        const hit = faults.hit(stage.home.path);
        seen.set(hit, (seen.get(hit) ?? 0) + 1);
      }
      await end(stage, rounds);
      const calls = [...seen].sort().map(([call, times]) => `${call} ${times}`).join(", ");
      tried(`${rounds - 2} single failed reads: ${calls}`);
    },
  );
}
