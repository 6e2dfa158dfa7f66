/** Poisoned logs of every client but Claude Code: kato stays up, says what it met, and nobody else's recording notices. */
import assert from "node:assert/strict";
import { engineFlags, memoryFlags } from "../../tools/runtime_flags.ts";
import type { Status } from "../../src/protocol/status.ts";
import { append } from "../daemon/stage/claude_rows.ts";
import {
  CLAUDE,
  type Client,
  CODEX,
  COPILOT,
  findLogs,
  GEMINI,
  GEMINI_DOCUMENT,
  KIMI,
  logOf,
  PI,
  QWEN,
} from "../daemon/stage/clients.ts";
import { makeHome, startDaemon } from "../daemon/stage/harness.ts";
import { renderCapture } from "../daemon/stage/one_shot.ts";
import { readExport } from "../daemon/stage/stage.ts";
import { until } from "../daemon/stage/until.ts";

const MEGABYTE = 1024 * 1024;
const encoder = new TextEncoder();

/** Appends `bytes` bytes of `filling` in pieces, as a client's one large write is seen by a reader. */
function appendMany(log: string, filling: string, bytes: number): void {
  const piece = encoder.encode(filling.repeat(Math.ceil(8 * MEGABYTE / filling.length)));
  using file = Deno.openSync(log, { append: true, create: true });
  for (let written = 0; written < bytes; written += piece.length) file.writeSync(piece);
}

/** Puts `pour` in the place of `MARK` in a text that is written to a log. */
function around(log: string, text: string, pour: () => void): void {
  const [before = "", after = ""] = text.split("MARK");
  append(log, before);
  pour();
  append(log, after);
}

interface Poison {
  readonly name: string;
  readonly client: Client;
  /** Appends it to `log`; `rows` make whole rows of the same session. */
  pour(log: string, rows: ReturnType<Client["createRows"]>): void;
  /** A trouble that the status must tell of. */
  readonly kind: string;
}

const SCALARS = ["null", "true", "0", '""', "[]", "{}", '[{"a":[]}]'];

/** Every key of a client's records with every type of value, in every frame. */
function wrongTypes(frames: readonly string[], keys: readonly string[]): string {
  const rows = keys.flatMap((key) => SCALARS.map((value) => `"${key}":${value}`));
  return [
    ...SCALARS,
    ...frames.flatMap((frame) => rows.map((row) => frame.replace("MARK", row))),
  ].map((line) => `${line}\n`).join("");
}

const CODEX_TYPES = wrongTypes(
  [
    '{"type":"event_msg","payload":{"type":"item_completed",MARK}}',
    '{"type":"event_msg","payload":{"type":"item_completed","item":{"type":"UserMessage",MARK}}}',
    '{"type":"event_msg","payload":{"type":"item_completed","item":{"type":"CommandExecution",MARK}}}',
    '{"type":"response_item","payload":{"type":"function_call",MARK}}',
    '{"type":"response_item","payload":{"type":"message","role":"user",MARK}}',
    '{"type":"compacted",MARK}',
    '{"type":"a type of next year",MARK}',
  ],
  ["payload", "item", "content", "id", "call_id", "output", "arguments", "command", "replacement_history"],
);

const GEMINI_TYPES = wrongTypes(
  [
    '{"type":"user","id":"u",MARK}',
    '{"type":"gemini",MARK}',
    '{"type":"gemini","id":"g","toolCalls":[{MARK}]}',
    '{"$set":{MARK}}',
    '{"$rewindTo":7,MARK}',
    '{"type":"a type of next year",MARK}',
  ],
  ["id", "content", "displayContent", "toolCalls", "thoughts", "result", "args", "messages", "sessionId"],
);

const COPILOT_TYPES = wrongTypes(
  [
    '{"type":"user.message","id":"u","data":{MARK}}',
    '{"type":"assistant.message","id":"a","data":{MARK}}',
    '{"type":"tool.execution_start","id":"s","data":{MARK}}',
    '{"type":"tool.execution_complete","id":"e","data":{"toolCallId":"c",MARK}}',
    '{"type":"session.start","id":"b",MARK}',
    '{"type":"a type of next year",MARK}',
  ],
  ["data", "content", "attachments", "toolRequests", "toolCallId", "arguments", "result", "id", "timestamp"],
);

const QWEN_TYPES = wrongTypes(
  [
    '{"type":"user","uuid":"u","provenance":"real_user",MARK}',
    '{"type":"user","uuid":"u","message":{"role":"user",MARK}}',
    '{"type":"assistant","uuid":"a","message":{"parts":[{MARK}]}}',
    '{"type":"tool_result","uuid":"r","toolCallResult":{MARK}}',
    '{"type":"system","uuid":"s","subtype":"rewind",MARK}',
    '{"type":"a type of next year",MARK}',
  ],
  [
    "uuid",
    "message",
    "parts",
    "text",
    "functionCall",
    "systemPayload",
    "resultDisplay",
    "status",
    "timestamp",
  ],
);

const PI_TYPES = wrongTypes(
  [
    '{"type":"message","id":"m",MARK}',
    '{"type":"message","id":"u","message":{"role":"user",MARK}}',
    '{"type":"message","id":"a","message":{"role":"assistant","content":[{MARK}]}}',
    '{"type":"message","id":"t","message":{"role":"toolResult",MARK}}',
    '{"type":"session",MARK}',
    '{"type":"a type of next year",MARK}',
  ],
  ["id", "parentId", "message", "content", "type", "text", "arguments", "toolCallId", "timestamp"],
);

const KIMI_TYPES = wrongTypes(
  [
    '{"type":"turn.prompt","agentId":"main",MARK}',
    '{"type":"context.append_message","agentId":"main","message":{"role":"user",MARK}}',
    '{"type":"context.append_loop_event","agentId":"main","event":{"type":"content.part",MARK}}',
    '{"type":"context.append_loop_event","agentId":"main","event":{"type":"tool.result",MARK}}',
    '{"type":"context.undo","agentId":"main",MARK}',
    '{"type":"a type of next year",MARK}',
  ],
  ["input", "origin", "promptId", "content", "part", "uuid", "toolCallId", "result", "count", "time"],
);

const DEPTH = 100_000;

/** Poisons that any log of lines can hold. */
function poisonsOf(client: Client, types: string): Poison[] {
  return [
    {
      name: "malformed JSON, NUL bytes and invalid UTF-8",
      client,
      kind: "malformed-line",
      pour(log) {
        append(log, '{"type":"event_msg",\n', "]\n", "nonsense\n", `${"\0".repeat(4096)}\n`, '{"a":"\0"}\n');
        const invalid = new Uint8Array([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0x0a]);
        Deno.writeFileSync(log, invalid, { append: true });
      },
    },
    {
      name: "a line of 200 MB, nearly all of it one string",
      client,
      kind: "elided-value",
      pour: (log, rows) =>
        around(
          log,
          rows.assistant("MARK").split(/(?<=\n)/).find((line) => line.includes("MARK")) ?? "",
          () => appendMany(log, "x", 200 * MEGABYTE),
        ),
    },
    {
      name: "nesting a hundred thousand deep",
      client,
      kind: "malformed-line",
      pour(log, rows) {
        const deep = `${"[".repeat(DEPTH)}${"]".repeat(DEPTH)}`;
        append(log, rows.call("deep", "run", "MARK").replace(/\\?"MARK\\?"/, deep), `${"{".repeat(DEPTH)}\n`);
      },
    },
    { name: "wrong types everywhere", client, kind: "unknown-record", pour: (log) => append(log, types) },
    {
      name: "keys of the prototype",
      client,
      kind: "unknown-record",
      pour: (log) =>
        append(
          log,
          '{"__proto__":{"type":"user"},"type":"__proto__","payload":{"constructor":{"prototype":{}}}}\n',
          '{"type":"constructor","id":"__proto__","content":"__proto__"}\n',
        ),
    },
    {
      name: "a million tiny lines",
      client,
      kind: "malformed-line",
      pour: (log) => append(log, "{\n".repeat(1_000_000)),
    },
  ];
}

/** How often the status tells of this trouble in logs of the client. */
function countOf({ providers }: Status, { provider }: Client, kind: string): number {
  return providers.filter((own) => own.provider === provider.id).flatMap(({ troubles }) => troubles)
    .filter((trouble) => trouble.kind === kind).reduce((sum, { count }) => sum + count, 0);
}

/** All of them in one daemon, beside a session of another client. */
async function swallow(t: Deno.TestContext, poisons: readonly Poison[]): Promise<void> {
  await using home = await makeHome();
  await using daemon = startDaemon(home, { runtime: engineFlags(memoryFlags("daemon")) });
  await daemon.whenUp();
  const good = CLAUDE.createRows();
  const goodLog = logOf(CLAUDE, home, good.session);
  append(goodLog, good.user("::capture good.md"), good.assistant("before"));
  await daemon.whenRecording("good.md", "active");

  for (const [index, { name, client, pour, kind }] of poisons.entries()) {
    await t.step(name, async () => {
      const status = await daemon.whenStatus("it runs", () => true);
      const before = countOf(status, client, kind);
      const rows = client.createRows();
      const log = logOf(client, home, rows.session);
      append(log, rows.user(`::capture p${index}.md`));
      pour(log, rows);
      append(log, rows.assistant(`after ${name}`));
      append(goodLog, good.assistant(`meanwhile ${index}`));
      await until(
        `${name} is recorded to its end`,
        () => readExport(home, `p${index}.md`).includes(`after ${name}`),
        { saw: daemon.said },
      );
      await daemon.whenStatus(`${kind} is told`, (status) => countOf(status, client, kind) > before);
    });
  }

  await t.step("the other session is whole", async () => {
    append(goodLog, good.user("::stop"));
    await daemon.whenRecording("good.md", "stopped");
    assert.equal(readExport(home, "good.md"), renderCapture(goodLog, "::capture good.md", "::stop"));
    for (const index of poisons.keys()) assert.ok(readExport(home, "good.md").includes(`meanwhile ${index}`));
  });
  const peak = daemon.peakMemory() / MEGABYTE;
  console.log(`peak memory ${Math.round(peak)} MiB`);
  assert.ok(peak < 512, `peak memory ${peak} MiB`);
  assert.equal(await daemon.stop(), 0);
}

Deno.test("poisoned logs of Codex neither stop the daemon nor touch another client's session", (t) =>
  swallow(t, poisonsOf(CODEX, CODEX_TYPES)));
Deno.test("poisoned logs of Gemini CLI neither stop the daemon nor touch another client's session", (t) =>
  swallow(t, poisonsOf(GEMINI, GEMINI_TYPES)));

const FURTHER = [
  [COPILOT, COPILOT_TYPES],
  [QWEN, QWEN_TYPES],
  [PI, PI_TYPES],
  [KIMI, KIMI_TYPES],
] as const;
for (const [client, types] of FURTHER) {
  Deno.test(`poisoned logs of ${client.name} neither stop the daemon nor touch another client's session`, (t) =>
    swallow(t, poisonsOf(client, types)));
}

/** What becomes of a document, from a whole one. */
const DOCUMENTS: Readonly<Record<string, (log: string, whole: string) => void>> = {
  "is cut in its middle": (log, whole) => Deno.writeTextFileSync(log, whole.slice(0, whole.length / 2)),
  "is no JSON": (log) => Deno.writeTextFileSync(log, "nonsense\n"),
  "is empty": (log) => Deno.writeTextFileSync(log, ""),
  "is another type of value": (log) => Deno.writeTextFileSync(log, "[1, 2]"),
  "has no messages": (log) => Deno.writeTextFileSync(log, '{"sessionId":"x","messages":{"a":7}}'),
  "is nested a hundred thousand deep": (log) =>
    Deno.writeTextFileSync(log, `{"sessionId":"x","messages":${"[".repeat(DEPTH)}${"]".repeat(DEPTH)}}`),
  "is nested three million deep": (log) =>
    Deno.writeTextFileSync(log, `{"sessionId":"x","messages":${"[".repeat(3e6)}${"]".repeat(3e6)}}`),
  "is 16 MB of empty arrays": (log) =>
    Deno.writeTextFileSync(log, `{"sessionId":"x","messages":[${"[],".repeat(5e6)}0]}`),
  "is 100 MB long, nearly all of it one string"(log, whole) {
    Deno.writeTextFileSync(log, "");
    around(log, whole.replace("hello", "MARK"), () => appendMany(log, "x", 100 * MEGABYTE));
  },
  "is 100 MB of short values"(log, whole) {
    Deno.writeTextFileSync(log, "");
    around(log, whole.replace('"hello"', '["a"MARK]'), () => appendMany(log, ',"a"', 100 * MEGABYTE));
  },
};

for (const [name, write] of Object.entries(DOCUMENTS)) {
  Deno.test(`a document of Gemini that ${name} takes nothing with it, and is read when it is whole`, async () => {
    await using home = await makeHome();
    await using daemon = startDaemon(home, { runtime: engineFlags(memoryFlags("daemon")) });
    await daemon.whenUp();
    const good = GEMINI.createRows();
    const goodLog = logOf(GEMINI, home, good.session);
    append(goodLog, good.user("::capture good.md"), good.assistant("before"));
    const rows = GEMINI_DOCUMENT.createRows();
    const log = logOf(GEMINI_DOCUMENT, home, rows.session);
    GEMINI_DOCUMENT.put(log, rows.user("hello"), rows.user("::capture doc.md"), rows.assistant("one"));
    await daemon.whenRecording("doc.md");
    const logs = findLogs(GEMINI_DOCUMENT.provider, home, rows.session);
    await until("it is recorded", () => readExport(home, "doc.md").includes("\none\n"), { saw: daemon.said });
    const recorded = renderCapture(logs, "::capture doc.md");

    write(log, rows.assistant("two"));
    append(goodLog, good.assistant("meanwhile"), good.user("::stop"));
    await daemon.whenRecording("good.md", "stopped");
    const goodLogs = findLogs(GEMINI.provider, home, good.session);
    assert.equal(readExport(home, "good.md"), renderCapture(goodLogs, "::capture good.md", "::stop"));

    GEMINI_DOCUMENT.put(log, rows.assistant("three"));
    await until("it is recorded again", () => readExport(home, "doc.md").includes("\nthree\n"), {
      saw: daemon.said,
    });
    const text = readExport(home, "doc.md");
    assert.ok(text.startsWith(recorded), "nothing that was recorded is changed");
    for (const word of ["one", "two", "three"]) assert.equal(text.split(`\n${word}\n`).length, 2, word);
    const peak = daemon.peakMemory() / MEGABYTE;
    console.log(`peak memory ${Math.round(peak)} MiB`);
    assert.ok(peak < 512, `peak memory ${peak} MiB`);
    assert.equal(await daemon.stop(), 0);
  });
}
