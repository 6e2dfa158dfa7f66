import assert from "node:assert/strict";
import { putScores } from "../../tools/mutants/record_scores.ts";
import { type Fate, printScores, scoreParts, type Tried } from "../../tools/mutants/scores.ts";

/** So many mutants of a part with each fate. */
function tried(part: string, counts: Partial<Record<Fate, number>>): Tried {
  const fates = Object.entries(counts).flatMap(([fate, count]) =>
    Array.from({ length: count }, () => fate as Fate)
  );
  return { part, open: 1_000, accepted: 7, fates };
}

Deno.test("scoreParts() counts each fate by itself, and says which part misses its score", () => {
  const scores = scoreParts([
    tried("audit", { killed: 90, "timed out": 3, "wrong type": 2, survived: 5 }),
    tried("cli", { killed: 91, survived: 8, untested: 1 }),
    tried("plan.ts", { killed: 1 }),
    tried("session/news.ts", { killed: 949, survived: 51 }),
  ]);
  assert.equal(
    printScores(scores),
    [
      "part             mutants  tried  killed  timed out  wrong type  survived  untested  accepted  score    needed",
      "audit            1000     100    90      3          2           5         0         7         95.0 %   95 %",
      "cli              1000     100    91      0          0           8         1         7         91.0 %   92 % MISSED",
      "plan.ts          1000     1      1       0          0           0         0         7         100.0 %  92 %",
      "session/news.ts  1000     1000   949     0          0           51        0         7         94.9 %   95 % MISSED",
    ].join("\n"),
  );
});

Deno.test("putScores() changes the rows of the parts that were tried, and no other line", () => {
  const page = (rows: readonly string[]) =>
    ["Before |", "", ...rows, "", "| another | table |", ""].join("\n");
  const row = (part: string, counts: string, score: string, day: string) =>
    `| ${part} | ${counts} | ${score} | 2026-11-${day} |`;
  const head = (part: string, score: string) => [
    `| ${part} | mutants | tried | killed | timed out | wrong type | survived | untested | accepted | ${score} | run on     |`,
    `| ${
      "-".repeat(part.length)
    } | ------- | ----- | ------ | --------- | ---------- | -------- | -------- | -------- | ${
      "-".repeat(score.length)
    } | ---------- |`,
  ];
  const disk = "12      | 2     | 1      | 1         | 0          | 0        | 0        | 0       ";
  const before = page([
    ...head("part", "score "),
    row(
      "cli ",
      "20      | 10    | 9      | 0         | 0          | 1        | 0        | 0       ",
      "90.0 %",
      "29",
    ),
    row("disk", disk, "99.0 %", "28"),
  ]);
  const scores = scoreParts([tried("cli", { killed: 3 }), tried("audit", { killed: 3, untested: 1 })]);
  const after = page([
    ...head("part ", "score  "),
    row(
      "audit",
      "1000    | 4     | 3      | 0         | 0          | 0        | 1        | 7       ",
      "75.0 % ",
      "30",
    ),
    row(
      "cli  ",
      "1000    | 3     | 3      | 0         | 0          | 0        | 0        | 7       ",
      "100.0 %",
      "30",
    ),
    row("disk ", disk, "99.0 % ", "28"),
  ]);
  assert.equal(putScores(before, scores, "2026-11-30"), after);
});
