/**
 * Whether a series of measurements stays flat, told in a way that noise does not change: by the median of the slopes
 * between all pairs (Theil and Sen), and by the share of the pairs that rise (Kendall). Pure.
 */

/** What a series may do during the whole run. */
export interface Bound {
  /** Growth over the run that is none yet, as a share of the median. */
  readonly share: number;
  /** The same in the series' own unit: small numbers may double without harm. */
  readonly least: number;
}

export interface Trend {
  readonly median: number;
  /** Over the whole run, by the median slope. Negative where the series falls. */
  readonly growth: number;
  /** How far the rising pairs are from chance, in standard deviations. */
  readonly deviations: number;
  readonly allowed: number;
  readonly isFlat: boolean;
}

/** Chance goes this far once in thirty thousand runs. */
const CERTAIN = 4;

/**
 * The values were taken at even times. A series rises when it grows by more than `bound` and the rise is no chance:
 * load on the machine lifts some values, and does not lift later ones more than earlier ones for a whole run.
 */
export function trendOf(values: readonly number[], bound: Bound): Trend {
  const slopes: number[] = [];
  let rising = 0;
  for (const [from, before] of values.entries()) {
    for (let to = from + 1; to < values.length; to += 1) {
      const rise = (values[to] ?? before) - before;
      rising += Math.sign(rise);
      slopes.push(rise / (to - from));
    }
  }
  const count = values.length;
  const middle = medianOf(values);
  const growth = medianOf(slopes) * Math.max(0, count - 1);
  const spread = Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  const deviations = spread === 0 ? 0 : rising / spread;
  const allowed = Math.max(bound.least, bound.share * Math.abs(middle));
  return {
    median: middle,
    growth,
    deviations,
    allowed,
    isFlat: growth <= allowed || deviations < CERTAIN,
  };
}

export function medianOf(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
}

/** At most `count` values in the place of many: the median of each part, so that a plot shows no chance peak. */
export function thinOut(values: readonly number[], count: number): number[] {
  const parts = Math.min(count, values.length);
  return Array.from({ length: parts }, (_, part) =>
    medianOf(
      values.slice(
        Math.floor((part * values.length) / parts),
        Math.floor(((part + 1) * values.length) / parts),
      ),
    ));
}
