import assert from "node:assert/strict";
import { type Fate, printScores, scoreRooms } from "../../tools/mutants/scores.ts";

/** So many mutants of a file with each fate. */
function tried(file: string, counts: Partial<Record<Fate, number>>) {
  return Object.entries(counts).flatMap(([fate, count]) =>
    Array.from({ length: count }, () => [{ file }, fate as Fate] as const)
  );
}

Deno.test("scoreRooms() counts what was killed apart from what timed out, and says which room misses its score", () => {
  const scores = scoreRooms([
    ...tried("src/audit/log.ts", { killed: 90, "timed out": 5, survived: 5 }),
    ...tried("src/cli/main.ts", { killed: 91 }),
    ...tried("src/cli/doctor/links.ts", { survived: 8, untested: 1 }),
    ...tried("src/plan.ts", { killed: 1 }),
    ...tried("src/session/news.ts", { killed: 949, survived: 51 }),
  ]);
  assert.equal(
    printScores(scores),
    [
      "room     killed  timed out  survived  untested  score    needed",
      "audit    90      5          5         0         95.0 %   95 %",
      "cli      91      0          8         1         91.0 %   92 % MISSED",
      "entries  1       0          0         0         100.0 %  92 %",
      "session  949     0          51        0         94.9 %   95 % MISSED",
    ].join("\n"),
  );
});
