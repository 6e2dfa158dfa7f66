import assert from "node:assert/strict";
import type { AuditBody } from "../../src/protocol/audit_record.ts";
import { GRAMMAR_REASONS, ORIGIN_REASONS, type RefusedLine } from "../../src/protocol/command.ts";
import {
  type Authorship,
  authorship,
  COMMANDS,
  type Commands,
  EVIDENCE,
  EVIDENCE_REASONS,
  type EvidenceReason,
  mayCommand,
  TYPED,
} from "../../src/protocol/evidence.ts";
import { refuse, whyBarred } from "../../src/daemon/refused.ts";
import type { Arrival } from "../../src/daemon/sessions_store.ts";

const REF = { provider: "codex", session: "s" } as const;

Deno.test("mayCommand() obeys by policy what the log proves, and nothing without proof", () => {
  const obeyed = (commands: Commands) => EVIDENCE.filter((evidence) => mayCommand(commands, evidence));
  assert.deepEqual(COMMANDS.map(obeyed), [["typed"], ["typed", "prompt"], []]);
});

Deno.test("whyBarred() bars by when and where a message was said first, then by who wrote it", () => {
  const piped: Authorship = { evidence: "prompt", why: "piped" };
  const strange: Authorship = { evidence: "unproven", why: "unknown-mark" };
  const table: [Commands, Authorship | null, "history" | "inherited" | null, string | null][] = [
    ["typed", TYPED, null, null],
    ["typed", TYPED, "inherited", "inherited"],
    ["typed", piped, null, "piped"],
    ["typed", piped, "history", "history"],
    ["prompts", piped, null, null],
    ["prompts", strange, null, "unknown-mark"],
    // Where nothing is obeyed, the command itself is denied: commands-off.
    [false, TYPED, null, null],
    [false, piped, null, "piped"],
  ];
  for (const [commands, author, barred, why] of table) {
    const context = { commands, maxCommandAge: 0, started: 0 };
    assert.equal(whyBarred(context, null, { barred, author, time: null }, Date.now()), why);
  }
});

Deno.test("whyBarred() tells news from what came late, and what is too old", () => {
  const now = Date.now();
  const at = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
  /** kato looked ten minutes ago, and started five minutes ago. */
  const [looked, started] = [now - 10 * 60_000, now - 5 * 60_000];
  const fresh = { added: now, looked };
  const known = { added: started - 1, looked };
  const table: [string, Arrival | null, string | null, number, string | null][] = [
    ["typed just now in a session that is new", fresh, at(0), 0, null],
    ["typed while kato was away", fresh, at(9), 0, null],
    ["older than the last look, within the slack", fresh, at(11), 0, null],
    ["older than the last look", fresh, at(13), 0, "history"],
    ["six days old", fresh, at(6 * 24 * 60), 0, "history"],
    ["from the future, within the slack", fresh, at(-1), 0, null],
    ["from the future", fresh, at(-3), 0, "history"],
    ["without a time", fresh, null, 0, "history"],
    ["with a time that is none", fresh, "yesterday", 0, "history"],
    ["old, in a session that came in late and is known by now", known, at(60), 0, "history"],
    ["without a time in a session that is known by now", known, null, 0, null],
    ["from the future in a session that is known by now", known, at(-60), 0, null],
    ["of any age in a session that was there at the first look", null, at(6 * 24 * 60), 0, null],
    ["too old for policy", null, at(31), 30, "too-old"],
    ["young enough for policy", null, at(29), 30, null],
    ["without a time, where policy asks for one", null, null, 30, "too-old"],
  ];
  for (const [name, arrival, time, maxCommandAge, why] of table) {
    const context = { commands: "typed", maxCommandAge, started } as const;
    assert.equal(whyBarred(context, arrival, { barred: null, author: TYPED, time }, now), why, name);
  }
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

Deno.test("refuse() puts every line on record, and shows those that somebody may have meant", async (t) => {
  const shown = new Set<string>([
    ...EVIDENCE_REASONS,
    "history",
    "too-old",
    ...GRAMMAR_REASONS.filter((reason) => reason !== "in-the-middle" && reason !== "indented"),
  ]);
  for (const reason of [...GRAMMAR_REASONS, ...ORIGIN_REASONS, ...EVIDENCE_REASONS]) {
    await t.step(reason, () => {
      const { records, messages } = refused(reason);
      assert.deepEqual(records.map(({ event, decision, reason }) => [event, decision, reason]), [
        ["look-alike", "deny", reason],
      ]);
      assert.equal(messages.length, shown.has(reason) ? 1 : 0);
    });
  }
});

Deno.test("what a person is told of a message without evidence says what to do", () => {
  const say = (reason: EvidenceReason) => refused(reason).messages[0] ?? "";
  assert.match(say("unknown-mark"), /in a way that kato does not know.*type it in a message of its own/);
  assert.match(say("piped"), /recording\.commands = "prompts"/);
  assert.doesNotMatch(say("host"), /prompts/);
});

function refused(reason: RefusedLine["reason"]) {
  const records: AuditBody[] = [];
  const messages: string[] = [];
  refuse(
    {
      database: { transact: (change) => change() },
      audit: (body) => records.push(body),
      recorded: new Set(),
      denied: (_, message) => void messages.push(message),
    },
    REF,
    () => true,
    [{ token: "::record notes.md", reason }],
  );
  return { records, messages };
}
