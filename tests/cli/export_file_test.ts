/** Logs that a person names by their path, whichever client wrote them. */
import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { makeHome, type Place, runLine } from "./stage/run_line.ts";

const THREAD = "01a20000-0000-7000-8000-000000000001";
const AGENT = "01a20000-2222-7000-8000-000000000003";
const TIME = "2026-11-23T02:08:00.000Z";

function linesOf(records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

const codexMeta = (payload: Record<string, unknown>) => ({
  timestamp: TIME,
  ordinal: 0,
  type: "session_meta",
  payload,
});
const codexSaid = {
  timestamp: TIME,
  ordinal: 1,
  type: "event_msg",
  payload: {
    type: "item_completed",
    turn_id: "01a20000-1111-7000-8000-000000000002",
    item: { type: "UserMessage", id: "u1", content: [{ type: "text", text: "Plant the beans." }] },
  },
};
const CODEX = linesOf([
  codexMeta({ id: THREAD, session_id: THREAD, cwd: "/w", originator: "codex-tui" }),
  codexSaid,
]);
const CODEX_AGENT = linesOf([
  codexMeta({
    id: AGENT,
    session_id: THREAD,
    parent_thread_id: THREAD,
    thread_source: "subagent",
    cwd: "/w",
  }),
  codexSaid,
]);
const geminiMeta = { sessionId: THREAD, projectHash: "x", startTime: TIME, lastUpdated: TIME, kind: "main" };
const geminiSaid = { id: "u1", timestamp: TIME, type: "user", content: [{ text: "Plant the beans." }] };
const GEMINI = linesOf([geminiMeta, geminiSaid]);

/** Names as the clients give them, in a folder that is nobody's root. */
const CODEX_NAME = `rollout-2026-11-23T02-08-00-${THREAD}`;
const GEMINI_NAME = "garden/chats/session-2026-11-23T02-08-01a20000";

const READ: readonly (readonly [name: string, content: string | Uint8Array])[] = [
  [`${CODEX_NAME}.jsonl`, CODEX],
  [`${CODEX_NAME}.jsonl.zst`, new Uint8Array(zstdCompressSync(CODEX))],
  [`${CODEX_NAME}_01a20000-5555-7000-8000-000000000005.jsonl`, CODEX],
  [`${GEMINI_NAME}.jsonl`, GEMINI],
  [`${GEMINI_NAME}.json`, JSON.stringify({ ...geminiMeta, messages: [geminiSaid] })],
];

const REFUSED: readonly (readonly [name: string, content: string | Uint8Array, why: RegExp])[] = [
  [
    `rollout-2026-11-23T02-08-00-${AGENT}.jsonl`,
    CODEX_AGENT,
    new RegExp(`It is the log of a sub-agent\\. Name the log of its session, ${THREAD}\\.`),
  ],
  [
    `garden/chats/${THREAD}/planner.jsonl`,
    GEMINI,
    /It is the log of a sub-agent\. Name the log of its session/,
  ],
  [
    `-w-garden/${THREAD}/subagents/agent-a0071ada42b9ef4b0.jsonl`,
    linesOf([{ type: "user" }]),
    /It is the log of a sub-agent\. Name the log of its session/,
  ],
  [`${GEMINI_NAME}.jsonl`, linesOf([geminiMeta]), /Nothing was said in it yet, or it is damaged\./],
  [`${GEMINI_NAME}.json`, '{"sessionId":"x', /Nothing was said in it yet, or it is damaged\./],
  [
    `${CODEX_NAME}.jsonl.zst`,
    new Uint8Array(zstdCompressSync(CODEX)).subarray(0, 40),
    /Nothing was said in it yet, or it is damaged\./,
  ],
  ["garden/logs.json", JSON.stringify([{ sessionId: THREAD, type: "user" }]), /does not recognise it/],
];

function keep({ cwd }: Place, name: string, content: string | Uint8Array): string {
  const path = `${cwd}/${name}`;
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  if (typeof content === "string") Deno.writeTextFileSync(path, content);
  else Deno.writeFileSync(path, content);
  return path;
}

const exportLog = (path: string, place: Place) =>
  runLine(["export", "--file", path, "--format", "jsonl", "--output", "-"], place);

for (const [name, content] of READ) {
  Deno.test(`kato export --file reads ${name}`, async () => {
    using home = makeHome();
    const ran = await exportLog(keep(home, name, content), home);
    assert.deepEqual([ran.ended, ran.err], ["done", ""]);
    const events = ran.out.trim().split("\n").map((line) => JSON.parse(line));
    const users = events.filter(({ type }) => type === "user");
    assert.deepEqual(users.map(({ session, text }) => [session, text]), [[THREAD, "Plant the beans."]]);
  });
}

for (const [name, content, why] of REFUSED) {
  Deno.test(`kato export --file refuses ${name}: ${why.source}`, async () => {
    using home = makeHome();
    const ran = await exportLog(keep(home, name, content), home);
    assert.deepEqual([ran.ended, ran.out], ["failed", ""]);
    assert.match(ran.err, why);
    assert.equal(ran.err.trim().split("\n").length, 1, "a sentence");
  });
}
