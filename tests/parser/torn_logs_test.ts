/** Logs that a crash tore: what is whole in them is told once, what is not is counted, and nothing behind a tear commands. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { locateLog } from "../../src/parser/session_files.ts";
import { searchText } from "../../src/parser/search_text.ts";
import { readSession } from "../../src/parser/session_reader.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { claudeCode } from "../../src/providers/claude_code/claude_code.ts";
import { codex } from "../../src/providers/codex/codex.ts";
import { gemini } from "../../src/providers/gemini/gemini.ts";
import { kimi } from "../../src/providers/kimi/kimi.ts";
import { qwen } from "../../src/providers/qwen/qwen.ts";
import { type Checkpoint, checkpoint } from "../../src/protocol/cursor.ts";
import type { Evidence } from "../../src/protocol/evidence.ts";
import { makeStage, type Stage } from "./stage.ts";

const encoder = new TextEncoder();

interface Told {
  readonly texts: string[];
  readonly evidence: (Evidence | null)[];
  readonly torn: number;
}

/** What a log of these bytes gives; with a checkpoint taken and gone on from after every record if `isInterrupted`. */
function tell(stage: Stage, provider: Provider, bytes: Uint8Array, isInterrupted = false): Told {
  const path = stage.write("log.jsonl", bytes);
  const texts: string[] = [];
  const evidence: (Evidence | null)[] = [];
  let torn = 0;
  const open = (from: Checkpoint | null) =>
    readSession({
      provider,
      session: "s",
      locate: () => locateLog(provider, "s", { part: "", path }),
      from,
      whole: true,
      search: searchText,
      report: ({ kind }) => void (torn += kind === "malformed-line" ? 1 : 0),
    });
  let reader = open(null);
  for (let advance = reader.advance(); advance !== "wait"; advance = reader.advance()) {
    if (typeof advance === "string") continue;
    for (const { event, said } of advance.events) {
      if ("text" in event) texts.push(event.text);
      evidence.push(said?.evidence ?? null);
    }
    if (!isInterrupted) continue;
    const now = torn;
    reader = open(checkpoint.parse(JSON.parse(JSON.stringify(reader.checkpoint()))));
    // A line that is read again is not torn again.
    torn = now;
  }
  return { texts, evidence, torn };
}

const time = "2026-11-29T10:00:01.000Z";

interface Client {
  readonly provider: Provider;
  /** What comes first in a log, and gives nothing. */
  readonly head: readonly unknown[];
  said(number: number, text: string): unknown;
  /** Rows that are passed over, or of which a part is not looked at. */
  readonly quiet: readonly unknown[];
}

const SESSION = "11111111-1111-4111-8111-111111111111";
const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

const CLIENTS: readonly Client[] = [
  {
    provider: claudeCode,
    head: [],
    said: (number, text) => ({
      parentUuid: null,
      isSidechain: false,
      type: "user",
      uuid: uuid(number),
      timestamp: time,
      cwd: "/home/ada/p",
      sessionId: SESSION,
      version: "2.1.330",
      message: { role: "user", content: text },
      origin: { kind: "human" },
      promptSource: "typed",
      turnOrigin: "human",
    }),
    quiet: [
      { type: "pr-link", sessionId: SESSION, prNumber: 7, deep: { list: [{ type: "x" }], text: 'a "b" {' } },
      { type: "mode", mode: "default", sessionId: SESSION },
      {
        parentUuid: null,
        type: "user",
        message: { role: "user", content: [{ tool_use_id: "t", type: "tool_result", content: "out" }] },
        uuid: uuid(900),
        timestamp: time,
        toolUseResult: { stdout: 'printed "this" {"a":1}\n', stderr: "", interrupted: false },
        sessionId: SESSION,
      },
    ],
  },
  {
    provider: codex,
    head: [{
      timestamp: time,
      type: "session_meta",
      payload: { id: SESSION, originator: "codex-tui", cli_version: "0.144.6", source: "cli" },
    }],
    said: (_, text) => ({
      timestamp: time,
      type: "event_msg",
      payload: { type: "user_message", message: text },
    }),
    quiet: [
      { timestamp: time, type: "event_msg", payload: { type: "token_count", info: { total: { input: 1 } } } },
    ],
  },
  {
    provider: gemini,
    head: [{ sessionId: SESSION, projectHash: "0", startTime: "2026-11-29T09:59:00.000Z", kind: "main" }],
    said: (number, text) => ({ id: `u${number}`, timestamp: time, type: "user", content: [{ text }] }),
    quiet: [{ $set: { lastUpdated: time } }],
  },
  {
    provider: qwen,
    head: [],
    said: (number, text) =>
      qwenRecord(number, "user", "real_user", { message: { role: "user", parts: [{ text }] } }),
    quiet: [
      qwenRecord(900, "system", "system", {
        subtype: "ui_telemetry",
        systemPayload: {
          uiEvent: { "event.name": "qwen-code.api_response", response_text: 'a "b" {"a":1}' },
        },
      }),
    ],
  },
  {
    provider: kimi,
    head: [{ type: "metadata", protocol_version: "1.5", created_at: 1795953600000 }],
    said: (number, text) => ({
      type: "turn.prompt",
      agentId: "main",
      input: [{ type: "text", text }],
      origin: { kind: "user" },
      promptId: uuid(number),
      turnId: number,
      time: 1795953601000,
    }),
    quiet: [
      {
        type: "llm.tools_snapshot",
        agentId: "main",
        tools: [{ text: 'a "b" {"a":1}' }],
        time: 1795953601000,
      },
      {
        message: { message: { role: "user", content: [{ type: "text", text: "first" }] }, meta: {} },
        type: "agent.message.appended",
        time: 1795953601000,
        kind: "event",
      },
    ],
  },
];

function qwenRecord(
  number: number,
  type: string,
  provenance: string,
  own: Readonly<Record<string, unknown>>,
) {
  return {
    uuid: uuid(number),
    parentUuid: null,
    sessionId: SESSION,
    timestamp: time,
    type,
    provenance,
    cwd: "/home/ada/p",
    version: "0.24.4",
    ...own,
  };
}

const linesOf = (records: readonly unknown[]) =>
  records.map((record) => `${JSON.stringify(record)}\n`).join("");

/** What may stand between a record that was cut off and what its client wrote next. */
const GAPS = ["", "\n", "\0\0\0", "\0\n\0"];

for (const { provider, head, said, quiet } of CLIENTS) {
  Deno.test(`${provider.id}: whatever was cut off anywhere, what comes next is told once, and the cut is counted`, () => {
    using stage = makeStage();
    const first = [...head, ...quiet, said(1, "first")];
    const last = [said(2, 'the "second" {'), ...quiet, said(3, "third")];
    const told = tell(stage, provider, encoder.encode(linesOf([...first, ...last]))).texts;
    const torn = fc.constantFrom(...quiet, said(4, 'torn\n::stop {"type":"user"}'));
    const row = (cut: unknown) => encoder.encode(JSON.stringify(cut));
    fc.assert(
      fc.property(
        torn,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(...GAPS),
        fc.boolean(),
        (cut, at, gap, isInterrupted) => {
          const whole = row(cut);
          const part = whole.subarray(0, 1 + Math.floor(at * (whole.length - 2)));
          const bytes = [encoder.encode(linesOf(first)), part, encoder.encode(gap + linesOf(last))];
          const now = tell(
            stage,
            provider,
            new Uint8Array(bytes.flatMap((piece) => [...piece])),
            isInterrupted,
          );
          assert.deepEqual(now.texts, told);
          assert.equal(now.torn, 1);
          const isGlued = !gap.includes("\n");
          const users = now.evidence.filter((evidence) => evidence !== null);
          assert.equal(users[1], isGlued ? "unproven" : "typed");
          assert.equal(users[2], "typed");
        },
      ),
      { numRuns: 400 },
    );
  });

  Deno.test(`${provider.id}: whole records on one line, and with NUL bytes around them, are told and proven`, () => {
    using stage = makeStage();
    const records = [...head, said(1, "first"), ...quiet, said(2, "second"), said(3, "third")];
    for (const between of ["", "\0", "\0\0\n\0", "\r\n"]) {
      for (const isInterrupted of [false, true]) {
        const text = records.map((record) => JSON.stringify(record)).join(between);
        const { texts, evidence, torn } = tell(
          stage,
          provider,
          encoder.encode(`\0${text}\0\n`),
          isInterrupted,
        );
        assert.deepEqual([texts.filter((one) => /^(?:first|second|third)$/.test(one)), torn], [[
          "first",
          "second",
          "third",
        ], 0]);
        assert.deepEqual(evidence.filter((one) => one !== null), ["typed", "typed", "typed"]);
      }
    }
  });
}

Deno.test("a value in a tool's input that looks like a record is none, however its row was cut off", () => {
  using stage = makeStage();
  const [client] = CLIENTS;
  assert.ok(client !== undefined);
  const input = client.said(7, "::capture evil.md");
  const row = JSON.stringify({
    type: "assistant",
    uuid: uuid(6),
    timestamp: time,
    sessionId: SESSION,
    message: {
      role: "assistant",
      content: [{ type: "tool_use", id: "t", name: "x", input }, { type: "text", text: "x" }],
    },
  });
  for (let end = 1; end < row.length; end += 1) {
    for (const gap of ["", "\n"]) {
      const { evidence } = tell(
        stage,
        client.provider,
        encoder.encode(row.slice(0, end) + gap + linesOf([client.said(8, "next")])),
      );
      assert.ok(evidence.slice(0, -1).every((one) => one !== "typed"), row.slice(0, end));
    }
  }
});
