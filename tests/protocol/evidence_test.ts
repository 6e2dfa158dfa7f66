import assert from "node:assert/strict";
import {
  authorship,
  COMMANDS,
  type Commands,
  EVIDENCE,
  EVIDENCE_REASONS,
  mayCommand,
} from "../../src/protocol/evidence.ts";

Deno.test("mayCommand() obeys by policy what the log proves, and nothing without proof", () => {
  const obeyed = (commands: Commands) => EVIDENCE.filter((evidence) => mayCommand(commands, evidence));
  assert.deepEqual(COMMANDS.map(obeyed), [["typed"], ["typed", "prompt"], []]);
});

Deno.test("an evidence and its reason belong together", () => {
  const known = EVIDENCE.flatMap((evidence) =>
    [null, ...EVIDENCE_REASONS].filter((why) => authorship.safeParse({ evidence, why }).success)
  );
  assert.deepEqual(
    known,
    [null, ...EVIDENCE_REASONS],
    "each reason belongs to one evidence, and typed has none",
  );
});
