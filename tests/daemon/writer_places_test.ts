/** Who may have a writer, and who gives one back. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  createWriterPlaces,
  type Place,
  type PlaceInput,
  type Places,
  stepPlaces,
} from "../../src/daemon/writer_places.ts";
import { DELIVERIES_IN_A_ROW } from "../../src/protocol/limits.ts";

const EMPTY: Places = { holders: [], waiting: [] };

/** With two places. Behind each input: who enters (+), and who is to leave (-). */
const STORIES: Readonly<Record<string, string>> = {
  "whoever comes first enters first":
    "wanted 1: +1, wanted 2: +2, wanted 3:, wanted 4:, gone 2: +3, gone 3: +4",
  "the one that rests longest is given back":
    "wanted 1: +1, wanted 2: +2, rests 2:, rests 1:, wanted 3: -2, gone 2: +3, wanted 4: -1",
  "work between two rests counts":
    "wanted 1: +1, wanted 2: +2, rests 1:, rests 2:, works 1:, rests 1:, wanted 3: -2",
  "one at work is never given back": "wanted 1: +1, wanted 2: +2, wanted 3:, rests 1: -1, gone 1: +3",
  "for each that waits one leaves, and no more":
    "wanted 1: +1, wanted 2: +2, rests 1:, rests 2:, wanted 3: -1, wanted 4: -2, wanted 5:",
  "one that leaves is not given back twice":
    "wanted 1: +1, rests 1:, wanted 2: +2, wanted 3: -1, rests 2:, gone 1: +3",
  "one that waits can go": "wanted 1: +1, wanted 2: +2, wanted 3:, wanted 4:, gone 3:, gone 1: +4",
  "one that ended by itself holds nothing":
    "wanted 1: +1, gone 1:, rests 1:, works 1:, wanted 2: +2, wanted 3: +3",
};

for (const [name, story] of Object.entries(STORIES)) {
  Deno.test(`writer places: ${name}`, () => {
    let places = EMPTY;
    for (const [line, input, writer, comes] of story.matchAll(/(\w+) (\d+):([^,]*)/g)) {
      const step = stepPlaces(places, { input, writer: Number(writer) } as PlaceInput, 2);
      places = step.places;
      const came = [...step.entered.map((one) => `+${one}`), ...step.leaving.map((one) => `-${one}`)];
      assert.equal(came.join(" "), comes?.trim(), line);
    }
  });
}

Deno.test("writer places: whatever happens, no more than allowed are in, and each that waits comes in, in order", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 4 }),
    fc.array(fc.tuple(fc.constantFrom("wanted", "works", "rests", "gone"), fc.nat(9)), { maxLength: 80 }),
    (most, moves) => {
      let places = EMPTY;
      let last = 0;
      const wanted: number[] = [];
      const entered: number[] = [];
      const away = new Set<number>();
      const take = (input: PlaceInput) => {
        const step = stepPlaces(places, input, most);
        for (const writer of step.leaving) {
          const before = places.holders.find((holder) => holder.writer === writer);
          assert.ok(before?.phase === "rests" || input.input === "rests", "only what rests is given back");
        }
        places = step.places;
        entered.push(...step.entered);
        assert.ok(places.holders.length <= most);
        assert.ok(places.waiting.length === 0 || places.holders.length === most, "no place stays empty");
      };
      for (const [input, pick] of moves) {
        if (input === "wanted") {
          last += 1;
          wanted.push(last);
          take({ input, writer: last });
          continue;
        }
        const all = input === "gone"
          ? [...places.holders.map(({ writer }) => writer), ...places.waiting]
          // One that leaves neither works nor rests any more.
          : places.holders.filter(({ phase }) => phase !== "leaves").map(({ writer }) => writer);
        const writer = all[pick % all.length];
        if (writer === undefined) continue;
        if (input === "gone" && places.waiting.includes(writer)) away.add(writer);
        take({ input, writer });
      }
      for (let turn = 0; places.waiting.length > 0 && turn < 200; turn += 1) {
        const [first] = places.holders;
        if (first === undefined) break;
        if (first.phase === "works") take({ input: "rests", writer: first.writer });
        else if (first.phase === "leaves") take({ input: "gone", writer: first.writer });
        const leaving = places.holders.find(({ phase }) => phase === "leaves");
        if (leaving !== undefined) take({ input: "gone", writer: leaving.writer });
      }
      assert.deepEqual(entered, wanted.filter((writer) => !away.has(writer)));
    },
  ));
});

/** A writer that is in: its place, and how the test has it end for good. */
interface In {
  readonly place: Place;
  readonly end: () => void;
}

function enter(places: ReturnType<typeof createWriterPlaces>): { now: In | null | "waits" } {
  const found: { now: In | null | "waits" } = { now: "waits" };
  void places.enter((place) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    place.heldUntil(promise);
    return Promise.resolve({ place, end: resolve });
  }).then((result) => found.now = result);
  return found;
}

/** Whatever was resolved has had its effect. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

function isIn(found: { now: In | null | "waits" }): In {
  if (found.now === null || found.now === "waits") throw new Error("it is not in");
  return found.now;
}

Deno.test("writer places: a place is free when nothing of its writer can run, not when it was told to end", async () => {
  const places = createWriterPlaces(1);
  const first = enter(places);
  await settle();
  const given: string[] = [];
  isIn(first).place.rest(false, () => given.push("first"));
  const second = enter(places);
  await settle();
  assert.deepEqual([given, second.now], [["first"], "waits"]);
  isIn(first).end();
  await settle();
  isIn(second);
});

Deno.test("writer places: one with more to deliver goes on, but not for ever", async () => {
  const places = createWriterPlaces(1);
  const first = enter(places);
  await settle();
  const second = enter(places);
  let given = false;
  let deliveries = 0;
  for (; !given; deliveries += 1) {
    isIn(first).place.work();
    isIn(first).place.rest(true, () => given = true);
  }
  assert.equal(deliveries, DELIVERIES_IN_A_ROW);
  isIn(first).end();
  await settle();
  isIn(second);
});

Deno.test("writer places: what fails to open frees its place", async () => {
  const places = createWriterPlaces(1);
  await assert.rejects(places.enter(() => Promise.reject(new Error("no"))), /no/);
  const next = enter(places);
  await settle();
  isIn(next);
});

Deno.test("writer places: at the end nobody waits, and who needs no waiting comes in still", async () => {
  const places = createWriterPlaces(1);
  const first = enter(places);
  const second = enter(places);
  await settle();
  places.close();
  await settle();
  assert.equal(second.now, null);
  const third = enter(places);
  await settle();
  assert.equal(third.now, null);
  isIn(first).end();
  await settle();
  const fourth = enter(places);
  await settle();
  isIn(fourth);
});
