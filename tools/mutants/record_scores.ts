/** Keeps the latest scores of each part in a table of CONTRIBUTING.md. Requires read and write on that file. */
import { cellsOf, HEAD, padCells, type Score } from "./scores.ts";

const COLUMNS = [...HEAD, "run on"];

export async function recordScores(path: string, scores: readonly Score[], on: Date): Promise<void> {
  const day = on.toISOString().slice(0, 10);
  await Deno.writeTextFile(path, putScores(await Deno.readTextFile(path), scores, day));
}

/** `text` with new rows for the parts of `scores`, and the other parts' rows as they were. */
export function putScores(text: string, scores: readonly Score[], day: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => cellsIn(line)[0] === COLUMNS[0]);
  const after = lines.findIndex((line, at) => at > start && !line.startsWith("|"));
  if (start < 0 || after < 0) throw new Error("internal error: the page has no table of scores");
  const rows = new Map(lines.slice(start + 2, after).map((line) => [cellsIn(line)[0] ?? "", cellsIn(line)]));
  for (const score of scores) rows.set(score.part, [...cellsOf(score), day]);
  const [head = [], ...others] = padCells([COLUMNS, ...[...rows.values()].sort(byPart)]);
  const rule = head.map((cell) => "-".repeat(cell.length));
  const table = [head, rule, ...others].map((row) => `| ${row.join(" | ")} |`);
  return [...lines.slice(0, start), ...table, ...lines.slice(after)].join("\n");
}

function cellsIn(line: string): string[] {
  return line.startsWith("|") ? line.split("|").slice(1, -1).map((cell) => cell.trim()) : [];
}

function byPart([a = ""]: readonly string[], [b = ""]: readonly string[]): number {
  return a < b ? -1 : 1;
}
