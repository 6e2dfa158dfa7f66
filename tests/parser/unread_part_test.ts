/** A line may be longer than kato keeps because of a part that nobody looks at: nothing of the rest is lost for it. */
import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { walkLog } from "../../src/parser/log_walker.ts";
import { WHOLE_LINE } from "../../src/protocol/limits.ts";
import { codex } from "../../src/providers/codex/codex.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { qwen } from "../../src/providers/qwen/qwen.ts";
import { makeStage } from "./stage.ts";

interface Compaction {
  readonly client: Provider;
  /** A message of the history. */
  message(text: string): string;
  /** The line of a compaction. */
  line(summary: string, history: string): string;
  /** The line of a prompt. */
  prompt(text: string): string;
}

const CODEX: Compaction = {
  client: codex,
  message: (text) => `{"type":"message","role":"user","content":[{"type":"input_text","text":"${text}"}]}`,
  line: (summary, history) =>
    `{"timestamp":"2026-11-23T02:02:53.886Z","ordinal":1,"type":"compacted","payload":{"message":"${summary}","replacement_history":[${history}]}}`,
  prompt: (text) =>
    `{"timestamp":"2026-11-23T02:02:54.886Z","type":"event_msg","payload":{"type":"user_message","message":"${text}"}}`,
};

/** The folder's name is as long as people have them: the kind of a record stands behind it. */
const FIELDS = (uuid: string, type: string) =>
  `{"uuid":"${uuid}","parentUuid":"5b0c2f14-7a61-4d0e-9b1f-3c2a7e5d9a1f","sessionId":"5b0c2f14-7a61-4d0e-9b1f-3c2a7e5d9a10","timestamp":"2026-11-29T10:00:04.000Z",${type},"cwd":"/home/dev/${
    "folder/".repeat(40)
  }work","version":"0.24.4","gitBranch":"main"`;

const QWEN: Compaction = {
  client: qwen,
  message: (text) => `{"role":"user","parts":[{"text":"${text}"}]}`,
  line: (summary, history) =>
    `${
      FIELDS("u1", '"type":"system","provenance":"system"')
    },"subtype":"chat_compression","systemPayload":{"info":{"newTokenCount":3},"compressedHistory":[{"role":"user","parts":[{"text":"${summary}"}]},${history}]}}`,
  prompt: (text) =>
    `${
      FIELDS("u2", '"type":"user","provenance":"real_user"')
    },"message":{"role":"user","parts":[{"text":"${text}"}]}}`,
};

/** Longer than what is kept of a line. */
function repeat(text: string): string {
  return Array.from({ length: Math.ceil((WHOLE_LINE + 1) / text.length) }, () => text).join(",");
}

const TEXTS: readonly [string, string][] = [
  ["many short texts", "y".repeat(100)],
  ["texts that are each too long", "z".repeat(1_000_000)],
];

/** The texts of a log, and what its reading reported. */
function readLog(client: Provider, path: string) {
  const walker = walkLog(client, "main", path, null);
  const troubles: string[] = [];
  const texts: string[] = [];
  for (;;) {
    const next = walker.peek(({ what }) => void troubles.push(what));
    if (next.peek === "more") continue;
    if (next.peek !== "record") break;
    for (const out of client.read(walker.fold, next.record).outs) {
      if (out.out === "event" && "text" in out.event) texts.push(out.event.text);
    }
    walker.take();
  }
  return { texts, troubles, offset: walker.offset() };
}

for (const { client, message, line, prompt } of [CODEX, QWEN]) {
  for (const [what, text] of TEXTS) {
    for (const name of ["log.jsonl", "log.jsonl.zst"]) {
      Deno.test(`walkLog() reads a compaction of ${client.id} in front of ${what} (${name}), and reports nothing`, () => {
        using stage = makeStage();
        const log = `${line("THE SUMMARY", repeat(message(text)))}\n${prompt("on")}\n`;
        const path = stage.write(name, log);
        if (name.endsWith(".zst")) Deno.writeFileSync(path, zstdCompressSync(Deno.readFileSync(path)));
        assert.deepEqual(readLog(client, path), {
          texts: ["THE SUMMARY", "on"],
          troubles: [],
          offset: log.length,
        });
      });
    }
  }
}
