/** What a person is told of a line that was not obeyed. */
import assert from "node:assert/strict";
import { GRAMMAR_REASONS, ORIGIN_REASONS, type RefusedLine } from "../../src/protocol/command.ts";
import { EVIDENCE_REASONS, type EvidenceReason, PROMPT_REASONS } from "../../src/protocol/evidence.ts";
import { isMistyped, sayRefused } from "../../src/session/say_refused.ts";

Deno.test("sayRefused() says why a line was not obeyed, and the policy that would obey it", async (t) => {
  const seen = new Set<string>();
  for (const reason of EVIDENCE_REASONS) {
    await t.step(reason, () => {
      const sentence = sayRefused("s", { token: "::stop", reason }) ?? "";
      assert.match(
        sentence,
        /^"::stop" was not obeyed: .+\. If you meant it, type it in a message of its own/,
      );
      const isPrompt = (PROMPT_REASONS as readonly string[]).includes(reason);
      assert.equal(sentence.includes('recording.commands = "prompts"'), isPrompt);
      seen.add(sentence);
    });
  }
  assert.equal(seen.size, EVIDENCE_REASONS.length, "each reason has words of its own");
  for (const reason of ["history", "too-old"] as const) {
    assert.match(
      sayRefused("s", { token: "::stop", reason }) ?? "",
      /^"::stop" was not obeyed: .+Type it again/,
    );
  }
});

Deno.test("sayRefused() is silent on lines that nobody meant, and has words for a line that is no command", () => {
  const silent = [...GRAMMAR_REASONS, ...ORIGIN_REASONS].filter((reason) =>
    sayRefused("s", { token: "::stop", reason }) === null
  );
  const late = ["history", "too-old"];
  assert.deepEqual(silent, [
    "in-the-middle",
    "indented",
    ...ORIGIN_REASONS.filter((reason) => !late.includes(reason)),
  ]);
  assert.match(
    sayRefused("s", { token: "::stop\u00a0", reason: "host" }) ?? "",
    / or use the same command in a terminal\.$/,
  );
});

Deno.test("isMistyped() takes every fault of the grammar, but for lines that only stand in a wrong place", () => {
  const table = [...GRAMMAR_REASONS, ...ORIGIN_REASONS, ...EVIDENCE_REASONS];
  const mistyped = GRAMMAR_REASONS.filter((reason) => reason !== "in-the-middle" && reason !== "indented");
  assert.deepEqual(table.filter(isMistyped), mistyped);
});

Deno.test("what a person is told of a message without evidence says what to do", () => {
  const say = (reason: EvidenceReason, token = "::record notes.md") =>
    sayRefused("s", { token, reason }) ?? "";
  assert.match(say("unknown-mark"), /in a way that kato does not know.*type it in a message of its own/);
  assert.match(say("piped"), /recording\.commands = "prompts"/);
  assert.doesNotMatch(say("host"), /prompts/);
  // The command that does the same, as a shell takes it.
  assert.match(say("host"), / or run in a terminal: kato record s notes\.md$/);
  assert.match(say("host", '::capture "a; b.md"'), / or run in a terminal: kato capture s 'a; b\.md'$/);
  assert.match(say("host", "::init a.md"), / or use the same command in a terminal\.$/);
});

Deno.test("what a person is told of a line that came late or is mistyped ends with the line to type", () => {
  const say = (token: string, reason: RefusedLine["reason"]) => sayRefused("s", { token, reason }) ?? "";
  assert.match(say("::record a.md", "history"), / Type it again if you mean it now: ::record a\.md$/);
  assert.match(
    say("::record my notes.md", "trailing-text"),
    /\(trailing text\), and nothing was done: put a path .* Type: ::record "my notes\.md"$/,
  );
  // Nobody can tell what was meant.
  assert.match(say("::hello", "unknown-command"), /: use ::record, .* or ::init\.$/);
});
