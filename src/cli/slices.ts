/** Long work in slices: between two of them signals are heard and writes go on. */

/** Milliseconds. */
const SLICE = 3;

/** A short work ends in it: the first pause loads code of Node's, and nobody notices that a signal is heard so much later. */
const FIRST_SLICE = 25;

/** Records between two looks at the clock: a look costs more than some records do. */
const RECORDS_TO_LOOK = 8;

export interface Slices {
  /** Counts a record, and says whether it is time to pause. */
  isOver(): boolean;
  pause(): Promise<void>;
}

export function beginSlices(): Slices {
  let end = performance.now() + FIRST_SLICE;
  let records = 0;
  return {
    isOver() {
      records += 1;
      return records % RECORDS_TO_LOOK === 0 && performance.now() >= end;
    },
    async pause() {
      await letOthersGoOn();
      end = performance.now() + SLICE;
    },
  };
}

/** Signals, writes and flushes go on meanwhile. */
export function letOthersGoOn(): Promise<void> {
  // Not a timer: the shortest takes two milliseconds.
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
