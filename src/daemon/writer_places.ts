/**
 * The places for writers: only so many writers run at once, however many recordings there are. One recording more gets the
 * place of the writer that rested longest. Where all writers work, it waits.
 */
import { DELIVERIES_IN_A_ROW, WRITER_RESTS_MS } from "../protocol/limits.ts";

/**
 * A writer `works` while it starts or delivers, `rests` between two deliveries, and `leaves` until its process has ended.
 */
export type Phase = "works" | "rests" | "leaves";

export interface Places {
  /** Of those that rest, the one that rested longest comes first. */
  readonly holders: readonly { readonly writer: number; readonly phase: Phase }[];
  /** In order of arrival. */
  readonly waiting: readonly number[];
}

export interface PlaceInput {
  readonly input: "wanted" | "works" | "rests" | "gone";
  readonly writer: number;
}

export interface PlaceStep {
  readonly places: Places;
  /** May be started now. */
  readonly entered: readonly number[];
  /** Must be given back now: others wait for their places. */
  readonly leaving: readonly number[];
}

/** Pure. After any input, no more than `most` writers hold a place. */
export function stepPlaces(before: Places, input: PlaceInput, most: number): PlaceStep {
  const { holders, waiting } = change(before, input);
  const entered = waiting.slice(0, Math.max(0, most - holders.length));
  const left = waiting.slice(entered.length);
  const onTheirWay = holders.filter(({ phase }) => phase === "leaves").length;
  const leaving = holders.filter(({ phase }) => phase === "rests").map(({ writer }) => writer)
    .slice(0, Math.max(0, left.length - onTheirWay));
  return {
    places: {
      holders: [
        ...holders.map((holder) =>
          leaving.includes(holder.writer) ? { ...holder, phase: "leaves" as const } : holder
        ),
        ...entered.map((writer) => ({ writer, phase: "works" as const })),
      ],
      waiting: left,
    },
    entered,
    leaving,
  };
}

function change({ holders, waiting }: Places, { input, writer }: PlaceInput): Places {
  const others = holders.filter((holder) => holder.writer !== writer);
  switch (input) {
    case "wanted":
      return { holders, waiting: [...waiting, writer] };
    case "gone":
      return { holders: others, waiting: waiting.filter((waits) => waits !== writer) };
    case "works":
    case "rests":
      // A writer that ended by itself holds no place.
      if (others.length === holders.length) return { holders, waiting };
      return { holders: [...others, { writer, phase: input }], waiting };
  }
}

/** One writer's place. */
export interface Place {
  /** The place is free when `over` resolves: when the writer's process has ended. */
  heldUntil(over: Promise<void>): void;
  /** A delivery is under way. */
  work(): void;
  /**
   * No delivery is under way. `giveBack` ends the writer if its place is needed before `work` is called. With `hasMore`,
   * the writer rests only after so many deliveries in a row.
   */
  rest(hasMore: boolean, giveBack: () => void): void;
}

export interface WriterPlaces {
  /** Calls `open` when there is a place. Null: kato ends before that. */
  enter<Result>(open: (place: Place) => Promise<Result>): Promise<Result | null>;
  /** Gives back writers that rested long. */
  tend(): void;
  /** Those that wait get null. */
  close(): void;
}

export function createWriterPlaces(most: number): WriterPlaces {
  let places: Places = { holders: [], waiting: [] };
  const callers = new Map<number, (isIn: boolean) => void>();
  const resting = new Map<number, { readonly since: number; readonly giveBack: () => void }>();
  let last = 0;
  let closed = false;

  function take(input: PlaceInput["input"], writer: number): void {
    const step = stepPlaces(places, { input, writer }, most);
    places = step.places;
    for (const entered of step.entered) callers.get(entered)?.(true);
    for (const leaving of step.leaving) resting.get(leaving)?.giveBack();
  }

  function turnAway(writer: number): void {
    take("gone", writer);
    callers.get(writer)?.(false);
  }

  return {
    async enter(open) {
      last += 1;
      const writer = last;
      const isFree = new Promise<boolean>((resolve) => callers.set(writer, resolve));
      take("wanted", writer);
      if (closed && places.waiting.includes(writer)) turnAway(writer);
      const isIn = await isFree;
      callers.delete(writer);
      if (!isIn) return null;
      let held: Promise<void> = Promise.resolve();
      let inARow = 0;
      try {
        return await open({
          heldUntil: (over) => held = over,
          work() {
            resting.delete(writer);
            take("works", writer);
          },
          rest(hasMore, giveBack) {
            inARow += 1;
            if (hasMore && inARow < DELIVERIES_IN_A_ROW) return;
            inARow = 0;
            resting.set(writer, { since: performance.now(), giveBack });
            take("rests", writer);
          },
        });
      } finally {
        void held.then(() => {
          resting.delete(writer);
          take("gone", writer);
        });
      }
    },
    tend() {
      for (const { since, giveBack } of resting.values()) {
        if (performance.now() - since >= WRITER_RESTS_MS) giveBack();
      }
    },
    close() {
      closed = true;
      for (const writer of places.waiting) turnAway(writer);
    },
  };
}
