/** The table of a run: how each room's tests did. */
import type { Mutant } from "./list_mutants.ts";

/**
 * `timed out`: the tests ran out of time, as they do in a loop without end. It counts as noticed; on a busy machine the
 * tests may have been slow instead.
 */
export type Fate = "killed" | "timed out" | "survived" | "untested";
const FATES: readonly Fate[] = ["killed", "timed out", "survived", "untested"];

/** Of a hundred mutants of a room that are not accepted, so many must be noticed. */
const STRICT = ["session", "destination", "permissions", "audit"];

export interface Score {
  readonly room: string;
  readonly counts: Readonly<Record<Fate, number>>;
  /** In percent. */
  readonly score: number;
  readonly needed: number;
}

export function roomOf({ file }: Pick<Mutant, "file">): string {
  const [, room, name] = file.split("/");
  return name === undefined || room === undefined ? "entries" : room;
}

/** One row a room, in the order of the mutants. */
export function scoreRooms(fates: Iterable<readonly [Pick<Mutant, "file">, Fate]>): Score[] {
  return [...Map.groupBy(fates, ([mutant]) => roomOf(mutant))].map(([room, tried]) => {
    const count = (wanted: Fate) => tried.filter(([, fate]) => fate === wanted).length;
    const counts = Object.fromEntries(FATES.map((fate) => [fate, count(fate)])) as Record<Fate, number>;
    const score = 100 * (counts.killed + counts["timed out"]) / tried.length;
    return { room, counts, score, needed: STRICT.includes(room) ? 95 : 92 };
  });
}

export function printScores(scores: readonly Score[]): string {
  const rows = [
    ["room", ...FATES, "score", "needed"],
    ...scores.map(({ room, counts, score, needed }) => [
      room,
      ...FATES.map((fate) => String(counts[fate])),
      `${score.toFixed(1)} %`,
      `${needed} %${score < needed ? " MISSED" : ""}`,
    ]),
  ];
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  return rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ").trimEnd()).join(
    "\n",
  );
}
