import assert from "node:assert/strict";
import fc from "fast-check";
import { createSchedule, type Job, type Schedule, type Tier, TIERS } from "../../src/parser/schedule.ts";
import { markOf } from "../../src/protocol/in_hand.ts";
import { LOOKS, SLICES_IN_A_ROW } from "../../src/protocol/limits.ts";

/** A schedule whose turns are taken when the test says so, and what it did. */
function makeWorld() {
  const turns: (() => void)[] = [];
  const did: string[] = [];
  let answers = true;
  const schedule: Schedule = createSchedule({
    mark(inHand) {
      did.push(`mark ${inHand === null ? "nothing" : markOf(inHand)}`);
      if (inHand !== null && answers) schedule.marked();
    },
    soon: (turn) => void turns.push(turn),
  });
  return {
    schedule,
    did,
    hold: () => answers = false,
    /** Takes turns until there is nothing to do, or `most` of them. */
    work(most = Infinity) {
      for (let count = 0; count < most; count += 1) {
        const turn = turns.shift();
        if (turn === undefined) return;
        turn();
      }
    },
    ran: () => did.filter((what) => !what.startsWith("mark ")),
  };
}

function sessionJob(
  session: string,
  did: string[],
  next: (session: string) => Tier | null = () => null,
): Job {
  return {
    key: session,
    begin: () => ({ session }),
    run() {
      did.push(session);
      return next(session);
    },
  };
}

Deno.test("a live session goes before ten thousand that nobody has looked at", () => {
  const world = makeWorld();
  for (let index = 0; index < 10_000; index += 1) {
    world.schedule.want(sessionJob(`${index}`, world.did), "fresh");
  }
  world.work(20);
  world.did.length = 0;
  world.schedule.want(sessionJob("live", world.did), "live");
  world.work();
  const at = world.ran().indexOf("live");
  assert.ok(at <= 1, `${at} others went before it`);
  assert.equal(new Set(world.ran()).size, world.ran().length, "each is looked at once");
});

Deno.test("whatever keeps coming back, everything has its turn in the end", () => {
  const world = makeWorld();
  for (const tier of TIERS) {
    world.schedule.want(sessionJob(tier, world.did, (name) => name === tier ? tier : null), tier);
  }
  world.work(3 * (SLICES_IN_A_ROW + 1) ** TIERS.length);
  const counts = TIERS.map((tier) => world.ran().filter((name) => name === tier).length);
  assert.ok(counts.every((count) => count > 0), `${counts} of ${TIERS}`);
  const ordered = counts.filter((_, index) => TIERS[index] !== "finding");
  assert.deepEqual(ordered, ordered.toSorted((one, other) => other - one), `${counts} of ${TIERS}`);
});

Deno.test("no more sessions are looked for than were read since the last look", () => {
  const world = makeWorld();
  let found = 0;
  const find = () => {
    for (let one = 0; one < LOOKS; one += 1) {
      world.schedule.want(sessionJob(`${found++}`, world.did), "fresh");
    }
    return "finding" as const;
  };
  world.schedule.want(sessionJob("find", world.did, find), "finding");
  world.work(20 * LOOKS);
  const unread = found - world.ran().filter((name) => name !== "find").length;
  assert.ok(found > 5 * LOOKS && unread <= 2 * LOOKS, `${found} were found, ${unread} of them wait`);
});

Deno.test("of what is fresh, the newest and the oldest go by turns", () => {
  const world = makeWorld();
  for (const name of ["1", "2", "3", "4", "5"]) world.schedule.want(sessionJob(name, world.did), "fresh");
  world.work();
  assert.deepEqual(world.ran(), ["5", "1", "4", "2", "3"]);
});

Deno.test("what is wanted twice is done once, and where it is wanted more", () => {
  const world = makeWorld();
  for (const name of ["a", "b"]) world.schedule.want(sessionJob(name, world.did), "busy");
  world.schedule.want(sessionJob("b", world.did), "live");
  world.schedule.want(sessionJob("b", world.did), "last");
  world.work();
  assert.deepEqual(world.ran(), ["b", "a"]);
});

Deno.test("nothing is begun before its mark is kept, and the mark is taken away when all is done", () => {
  const world = makeWorld();
  world.hold();
  world.schedule.want(
    sessionJob("a", world.did, () => world.ran().length < 2 ? "busy" : null),
    "fresh",
  );
  world.work();
  assert.deepEqual(world.did, ["mark a"]);
  world.schedule.want(sessionJob("b", world.did), "live");
  world.work();
  assert.deepEqual(world.did, ["mark a"], "one question at a time");
  world.schedule.marked();
  world.work();
  assert.deepEqual(world.did, ["mark a", "a", "mark b"]);
  world.schedule.marked();
  world.work();
  assert.deepEqual(world.did.slice(3), ["b", "mark a"]);
  world.schedule.marked();
  world.work();
  assert.deepEqual(world.did.slice(5), ["a", "mark nothing"]);
});

Deno.test("what is dropped while its mark is asked for is not begun", () => {
  const world = makeWorld();
  world.hold();
  world.schedule.want(sessionJob("a", world.did), "fresh");
  world.work();
  world.schedule.drop("a");
  world.schedule.marked();
  world.work();
  assert.deepEqual(world.did, ["mark a", "mark nothing"]);
});

Deno.test("what waits in one tier is done, though all that seems to wait in a passed one was wanted more", () => {
  const world = makeWorld();
  const { schedule, did } = world;
  for (const tier of ["busy", "fresh"] as const) {
    for (let count = 0; count < SLICES_IN_A_ROW; count += 1) {
      schedule.want(sessionJob(`${tier} ${count}`, did), tier);
      world.work();
    }
  }
  schedule.want(sessionJob("x", did), "busy");
  schedule.want(sessionJob("x", did), "live");
  schedule.want(sessionJob("waits", did), "fresh");
  world.work();
  assert.deepEqual(world.ran().slice(-2), ["x", "waits"]);
});

Deno.test("whatever is wanted, when and how often, is done in the end", () => {
  const tier = fc.constantFrom(...TIERS);
  const want = fc.record({ name: fc.nat(30), tier, isWorked: fc.boolean() });
  fc.assert(
    fc.property(fc.array(want, { minLength: 30, maxLength: 120 }), (wants) => {
      const world = makeWorld();
      const wanted = new Map<string, number>();
      for (const { name, tier, isWorked } of wants) {
        wanted.set(`${name}`, world.did.length);
        world.schedule.want(sessionJob(`${name}`, world.did), tier);
        if (isWorked) world.work(1);
      }
      world.work();
      for (const [name, at] of wanted) assert.ok(world.did.slice(at).includes(name), `${name} was not done`);
    }),
  );
});
