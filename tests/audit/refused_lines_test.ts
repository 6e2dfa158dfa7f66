/** The record about lines that are not obeyed. */
import assert from "node:assert/strict";
import { describeRefused as describe, describeUnlisted } from "../../src/audit/refused_lines.ts";
import { GRAMMAR_REASONS, ORIGIN_REASONS, type RefusedLine } from "../../src/protocol/command.ts";
import { EVIDENCE_REASONS } from "../../src/protocol/evidence.ts";
import { AUDIT_TEXT_BYTES } from "../../src/protocol/limits.ts";
import { sayRefused } from "../../src/session/say_refused.ts";

const REF = { provider: "codex", session: "s" } as const;

const describeRefused = (ref: typeof REF, lines: readonly RefusedLine[]) => describe(ref, lines, sayRefused);

Deno.test("describeRefused() puts every line on record, and shows those that somebody may have meant", async (t) => {
  const shown = new Set<string>([
    ...EVIDENCE_REASONS,
    "history",
    "too-old",
    ...GRAMMAR_REASONS.filter((reason) => reason !== "in-the-middle" && reason !== "indented"),
  ]);
  for (const reason of [...GRAMMAR_REASONS, ...ORIGIN_REASONS, ...EVIDENCE_REASONS]) {
    await t.step(reason, () => {
      const { body, sentence } = describeRefused(REF, [{ token: "::record notes.md", reason }]);
      assert.deepEqual([body.event, body.decision, body.reason, body.detail], [
        "look-alike",
        "deny",
        reason,
        null,
      ]);
      assert.equal(sentence !== null, shown.has(reason));
    });
  }
});

Deno.test("describeRefused() has one record for a message: counts, and a few texts", () => {
  const { body, sentence } = describeRefused(REF, [
    { token: "::stop", reason: "tool-output" },
    { token: "::record x.md", reason: "tool-output" },
    { token: "::rekord", reason: "unknown-command" },
    { token: "::STOP", reason: "wrong-case" },
    { token: "::five", reason: "unknown-command" },
  ]);
  // The one that the person is told of goes first.
  assert.deepEqual([body.command, body.reason], ["::rekord", "unknown-command"]);
  assert.equal(
    body.detail,
    "5 lines in one message (2 tool-output, 2 unknown-command, 1 wrong-case); " +
      'after the first: "::STOP", "::five", "::stop"',
  );
  assert.match(
    sentence ?? "",
    /^3 lines were not obeyed\. The first: "::rekord" is no command.* Type: ::record$/,
  );
  const long = Array.from({ length: 32 }, () => ({ token: "x".repeat(256), reason: "pasted" as const }));
  assert.ok((describeRefused(REF, long).body.detail ?? "").length < AUDIT_TEXT_BYTES);
});

Deno.test("describeRefused() counts in its sentence the other lines that somebody may have meant", () => {
  const meant = (count: number) =>
    Array.from({ length: count }, () => ({ token: "::rekord", reason: "unknown-command" as const }));
  const stray = { token: "::stop", reason: "tool-output" } as const;
  const sentenceOf = (count: number) => describeRefused(REF, [stray, ...meant(count)]).sentence;
  const one = sayRefused(REF.session, { token: "::rekord", reason: "unknown-command" });
  assert.deepEqual([0, 1, 2, 3].map(sentenceOf), [
    null,
    one,
    `2 lines were not obeyed. The first: ${one}`,
    `3 lines were not obeyed. The first: ${one}`,
  ]);
  assert.throws(() => describeRefused(REF, []), /internal error/);
});

Deno.test("describeUnlisted() says how many messages and lines were not listed", () => {
  const { event, reason, command, provider, session, detail } = describeUnlisted({
    ...REF,
    messages: 3,
    lines: 40,
  });
  assert.deepEqual([event, reason, command, provider, session], [
    "look-alike",
    "not-listed",
    null,
    "codex",
    "s",
  ]);
  assert.match(detail ?? "", /^3 more messages with 40 such lines/);
});
