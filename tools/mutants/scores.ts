/** The table of a run: how the tests of each part did. */

/**
 * `timed out`: the tests ran out of time, as they do in a loop without end. On a busy machine the tests may have been
 * slow instead. `wrong type`: no test fails, but the type check does.
 */
const NOTICED = ["killed", "timed out", "wrong type"] as const;
const FATES = [...NOTICED, "survived", "untested"] as const;
export type Fate = typeof FATES[number];

/** Of a hundred mutants of these rooms that are not accepted, 95 must be noticed; 92 elsewhere. */
const STRICT = ["session", "destination", "permissions", "audit"];

/** A room, a folder or a file, and what became of its mutants. */
export interface Tried {
  readonly part: string;
  /** Its mutants that are not accepted. */
  readonly open: number;
  readonly accepted: number;
  /** Of those that were tried. */
  readonly fates: readonly Fate[];
}

export interface Score extends Tried {
  readonly counts: Readonly<Record<Fate, number>>;
  /** In percent. */
  readonly score: number;
  readonly needed: number;
}

export function scoreParts(parts: readonly Tried[]): Score[] {
  return parts.map((one) => {
    const count = (wanted: Fate) => one.fates.filter((fate) => fate === wanted).length;
    const counts = Object.fromEntries(FATES.map((fate) => [fate, count(fate)])) as Record<Fate, number>;
    const noticed = NOTICED.reduce((sum, fate) => sum + counts[fate], 0);
    const score = 100 * noticed / one.fates.length;
    return { ...one, counts, score, needed: STRICT.includes(one.part.split("/")[0] ?? "") ? 95 : 92 };
  });
}

export const HEAD = ["part", "mutants", "tried", ...FATES, "accepted", "score"];

/** The cells of one part, as HEAD names them. */
export function cellsOf({ part, open, accepted, fates, counts, score }: Score): string[] {
  const numbers = [open, fates.length, ...FATES.map((fate) => counts[fate]), accepted];
  return [part, ...numbers.map(String), `${score.toFixed(1)} %`];
}

export function printScores(scores: readonly Score[]): string {
  const rows = [
    [...HEAD, "needed"],
    ...scores.map((one) => [...cellsOf(one), `${one.needed} %${one.score < one.needed ? " MISSED" : ""}`]),
  ];
  return padCells(rows).map((row) => row.join("  ").trimEnd()).join("\n");
}

/** Each cell as wide as the widest one of its column. */
export function padCells(rows: readonly (readonly string[])[]): string[][] {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  return rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)));
}
