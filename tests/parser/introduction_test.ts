import assert from "node:assert/strict";
import { introduce } from "../../src/parser/introduction.ts";
import { indexSessions } from "../../src/parser/session_index.ts";
import { codex } from "../../src/providers/codex/codex.ts";
import { gemini } from "../../src/providers/gemini/gemini.ts";
import type { Source } from "../../src/providers/provider.ts";
import { INTRODUCTION_BYTES, INTRODUCTION_RECORDS } from "../../src/protocol/limits.ts";
import { compress, linesOf, makeProvider, makeStage } from "./stage.ts";

const provider = makeProvider();
const SESSION: Source = { kind: "session", session: "s1" };
const own = (log: Source) => linesOf([{ log }]);
const ask = (path: string) => introduce(provider, path.slice(path.lastIndexOf("/") + 1), path);

Deno.test("a log says what it is in any of its forms, past what is no JSON", () => {
  using stage = makeStage();
  const text = `\n{half\n{}\n${own(SESSION)}`;
  assert.deepEqual(ask(stage.write("a.jsonl", text)), SESSION);
  assert.deepEqual(ask(stage.write("a.jsonl.zst", compress(text))), SESSION);
  assert.deepEqual(ask(stage.write("a.json", JSON.stringify([{}, { log: SESSION }]))), SESSION);
  assert.deepEqual(
    ask(stage.write("b.jsonl", JSON.stringify({ log: SESSION }))),
    SESSION,
    "without a newline",
  );
});

const SILENT: readonly (readonly [what: string, name: string, content: string | Uint8Array])[] = [
  ["is empty", "a.jsonl", ""],
  ["is being written", "a.jsonl", '{"log":{"kind":"sess'],
  ["is a document that is being written", "a.json", '[{"log":{"kind":"session","session":"s1"}}'],
  ["is damaged", "a.jsonl.zst", compress(own(SESSION)).subarray(0, 20)],
  ["says it too late", "a.jsonl", "{}\n".repeat(INTRODUCTION_RECORDS) + own(SESSION)],
  ["says it too far in", "a.jsonl", `"${"x".repeat(INTRODUCTION_BYTES)}"\n${own(SESSION)}`],
];

for (const [what, name, content] of SILENT) {
  Deno.test(`a log that ${what} says nothing`, () => {
    using stage = makeStage();
    assert.equal(ask(stage.write(name, content)), null);
  });
}

Deno.test("a log that is gone says nothing", () => assert.equal(ask("/nowhere/a.jsonl"), null));

Deno.test("a line without an end is not read to its end", () => {
  using stage = makeStage();
  const path = stage.write("a.jsonl", "");
  {
    using file = Deno.openSync(path, { write: true });
    // A file of holes: it costs nothing but to whoever reads it.
    file.truncateSync(200 * 1024 ** 3);
  }
  assert.equal(ask(path), null);
});

const ODD_IDS: readonly string[] = [
  "",
  "../../../../etc",
  "..",
  "a/b",
  "a b",
  "a\u001b[31mb",
  "a\nb",
  "ａ",
  "-o",
  "__proto__",
  "x".repeat(129),
  "x".repeat(1024 * 1024),
];

for (const id of ODD_IDS) {
  const shown = JSON.stringify(id.slice(0, 16));
  Deno.test(`a log that calls its session ${shown} is none of ours`, () => {
    using stage = makeStage();
    assert.equal(ask(stage.write("a.jsonl", own({ kind: "session", session: id }))), null);
    assert.equal(ask(stage.write("b.jsonl", own({ kind: "agent", session: id, agent: "a" }))), null);
    assert.equal(ask(stage.write("c.jsonl", own({ kind: "agent", session: "s1", agent: id }))), null);
  });
}

Deno.test("a sub-agent does not pass for the main one, and what it is called has bounds", () => {
  using stage = makeStage();
  assert.equal(ask(stage.write("a.jsonl", own({ kind: "agent", session: "s1", agent: "main" }))), null);
  const caller = "/root/x".repeat(200);
  assert.equal(ask(stage.write("b.jsonl", own({ kind: "agent", session: "s1", agent: "a", caller }))), null);
});

Deno.test("no client's log is in another folder, or of an id that no message may hold", () => {
  using stage = makeStage();
  const said = { id: "1", type: "user", content: [{ text: "hi" }] };
  for (const id of ["../../../../..", "x".repeat(300)]) {
    stage.write("gemini/p/chats/session-a.jsonl", linesOf([{ sessionId: id, startTime: "x" }, said]));
    const meta = { type: "session_meta", payload: { id, cwd: "/x" } };
    stage.write("codex/2026/rollout-2026-01-01T00-00-00.jsonl", linesOf([meta]));
    for (const [client, name] of [[gemini, "gemini"], [codex, "codex"]] as const) {
      const root = `${stage.root}/${name}`;
      assert.deepEqual([...indexSessions(client, [root]).scan(root)], []);
    }
  }
});
