/** Logs that a person names by their path, whichever client wrote them. */
import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { conversation, keepLog, SESSION_A } from "./stage/logs.ts";
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
const qwenSaid = {
  uuid: "u1",
  sessionId: THREAD,
  timestamp: TIME,
  type: "user",
  provenance: "real_user",
  cwd: "/w",
  version: "0.24.4",
  message: { role: "user", parts: [{ text: "Plant the beans." }] },
};

const kimiSaid = {
  type: "turn.prompt",
  agentId: "main",
  input: [{ type: "text", text: "Plant the beans." }],
  origin: { kind: "user" },
  promptId: "msg_01M8MB71G23T6K3XXF9N9H8D5Y",
  turnId: 0,
  time: Date.parse(TIME),
};

/** Names as the clients give them, in a folder that is nobody's root. */
const CODEX_NAME = `rollout-2026-11-23T02-08-00-${THREAD}`;
const GEMINI_NAME = "garden/chats/session-2026-11-23T02-08-01a20000";

const READ: readonly (readonly [name: string, content: string | Uint8Array])[] = [
  [`${CODEX_NAME}.jsonl`, CODEX],
  [`${CODEX_NAME}.jsonl.zst`, new Uint8Array(zstdCompressSync(CODEX))],
  [`${CODEX_NAME}_01a20000-5555-7000-8000-000000000005.jsonl`, CODEX],
  [`${GEMINI_NAME}.jsonl`, GEMINI],
  [`${GEMINI_NAME}.json`, JSON.stringify({ ...geminiMeta, messages: [geminiSaid] })],
  // Claude Code's logs have such names, too.
  [`-w-garden/chats/${THREAD}.jsonl`, linesOf([qwenSaid])],
  [`elsewhere/${THREAD}.jsonl`, linesOf([qwenSaid])],
  [`wd_garden/${THREAD}/agents/main/wire.jsonl`, linesOf([kimiSaid])],
  [`elsewhere/${THREAD}.jsonl`, linesOf([kimiSaid])],
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
  ...[
    { sessionId: THREAD, type: "user" },
    { sessionId: THREAD },
    { type: "user" },
    { type: "user", id: "u1", timestamp: TIME },
    { type: "message", session_id: THREAD },
    { id: THREAD, payload: {} },
    {},
    [],
    "words",
    7,
    null,
  ].flatMap((row) =>
    ([["json", JSON.stringify([row])], ["jsonl", `${JSON.stringify(row)}\n`]] as const)
      .map(([end, content]) => [`garden/logs.${end}`, content, /does not recognise it/] as const)
  ),
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
  const shown = typeof content === "string" ? content.slice(0, 60).trim() : "compressed";
  Deno.test(`kato export --file refuses ${name} (${shown}): ${why.source}`, async () => {
    using home = makeHome();
    const ran = await exportLog(keep(home, name, content), home);
    assert.deepEqual([ran.ended, ran.out], ["failed", ""]);
    assert.match(ran.err, why);
    assert.equal(ran.err.trim().split("\n").length, 1, "a sentence");
  });
}

/** Lines that name one log or session of which nothing is left to show, and the end of what a person reads then. */
const EMPTY: readonly (readonly [line: string, advice: RegExp])[] = [
  ["--file renamed.jsonl --provider claude-code", /name the client that wrote it with --provider\.$/],
  [`--file ${THREAD}.jsonl`, /name the client that wrote it with --provider\.$/],
  [THREAD, /Try again when something was said in it\.$/],
];
const BEGUN = linesOf([{ type: "summary", summary: "The garden", leafUuid: "u1" }]);

for (const [line, advice] of EMPTY) {
  for (const format of ["md", "html", "jsonl"]) {
    Deno.test(`kato export ${line} as ${format} fails where there is no conversation, and leaves nothing`, async () => {
      using home = makeHome();
      keep(home, "renamed.jsonl", BEGUN);
      keepLog(home.home, THREAD, BEGUN);
      keep(home, `-w/${THREAD}.jsonl`, BEGUN);
      const typed = line.replace(`--file ${THREAD}`, `--file -w/${THREAD}`).split(" ");
      const exportTo = (output: string, ...more: string[]) =>
        runLine(["export", ...typed, "--format", format, "--output", output, ...more], home);
      const printed = await exportTo("-");
      assert.deepEqual([printed.ended, printed.out], ["failed", ""]);
      assert.match(printed.err, /has no conversation yet\. /);
      assert.match(printed.err.trim(), advice);

      const written = await exportTo(`new.${format}`);
      assert.deepEqual([written.ended, written.out], ["failed", ""]);
      assert.match(written.err, /The unfinished file was removed\.\n$/);
      keep(home, `old.${format}`, "mine");
      const forced = await exportTo(`old.${format}`, "--force");
      assert.match(forced.err, /is as it was\.\n$/);
      assert.equal(Deno.readTextFileSync(`${home.cwd}/old.${format}`), "mine");
      const left = [...Deno.readDirSync(home.cwd)].filter(({ isFile }) => isFile).map(({ name }) => name);
      assert.deepEqual(left.sort(), [`old.${format}`, "renamed.jsonl"]);
    });
  }
}

Deno.test("kato export of several sessions writes those that have a conversation, and says how many have none", async () => {
  using home = makeHome();
  keepLog(home.home, THREAD, BEGUN);
  keepLog(home.home, SESSION_A, conversation(SESSION_A));
  const named = await runLine(["export", THREAD, SESSION_A, "--format", "jsonl", "--output", "-"], home);
  assert.equal(named.ended, "failed");
  assert.match(named.out, /Plant the beans\./);
  assert.match(named.err, /no conversation yet[^]*1 session of 2 could not be exported\.\n$/);
  const all = await runLine(["export", "--all", "--format", "jsonl", "--output", "-"], home);
  assert.equal(all.ended, "done", "among all of them, one has often just begun");
  assert.match(all.err, /has no conversation yet\.\n$/);
});
