import assert from "node:assert/strict";
import { shortId } from "../../src/protocol/session.ts";
import { claudeCode } from "../../src/providers/claude_code/claude_code.ts";
import { chooseSession, type FoundSession } from "../../src/cli/sessions/find_sessions.ts";

/** Ids that begin with the time, as Codex makes them: these were made within the same second. */
const TIMED_A = "01a20660-a800-7fa3-bb14-109639a55ee8";
const TIMED_B = "01a20660-aa79-7230-8178-0924b5fc2189";
const RANDOM = "5d8aa099-af7f-40f3-9709-cc6441f50fd2";

function found(session: string): FoundSession {
  const place = { path: `/${session}`, dev: 1, ino: 1, latest: `/${session}`, size: 1, modified: 1 };
  return { session, ...place, provider: claudeCode, locate: () => ({ parts: [], agents: none }) };
}

const none = () => ({ logs: new Map<string, string>(), callers: new Map<string, string[]>() });
const SESSIONS = [TIMED_A, TIMED_B, RANDOM].map(found);

Deno.test("short ids tell sessions apart that began within the same minute", () => {
  assert.deepEqual([TIMED_A, TIMED_B, RANDOM].map(shortId), ["39a55ee8", "b5fc2189", "5d8aa099"]);
});

const CHOICES: readonly (readonly [typed: string, chosen: string | null])[] = [
  [TIMED_A, TIMED_A],
  ["39a55ee8", TIMED_A],
  ["b5fc", TIMED_B],
  ["01a20660-aa", TIMED_B],
  ["5d8aa099", RANDOM],
  ["01a20660", null],
  ["cc6441f5", null],
  ["", null],
];

for (const [typed, chosen] of CHOICES) {
  Deno.test(`a session is named by the beginning of its id, full or short: '${typed}'`, () => {
    const choice = chooseSession(SESSIONS, typed);
    assert.equal("chosen" in choice ? choice.chosen.session : null, chosen);
  });
}
