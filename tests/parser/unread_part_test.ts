/** A line may be longer than kato keeps because of a part that nobody looks at: nothing of the rest is lost for it. */
import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { walkLog } from "../../src/parser/log_walker.ts";
import { WHOLE_LINE } from "../../src/protocol/limits.ts";
import { codex } from "../../src/providers/codex/codex.ts";
import { makeStage } from "./stage.ts";

const start = '{"timestamp":"2026-11-23T02:02:53.886Z","ordinal":1,"type":"compacted","payload":{"message":';
const message = (text: string) =>
  `{"type":"message","role":"user","content":[{"type":"input_text","text":"${text}"}]}`;

/** Longer than what is kept of a line. */
function repeat(text: string): string {
  return Array.from({ length: Math.ceil((WHOLE_LINE + 1) / text.length) }, () => text).join(",");
}

const HISTORIES: readonly [string, string][] = [
  ["many short texts", repeat(message("y".repeat(100)))],
  ["texts that are each too long", repeat(message("z".repeat(1_000_000)))],
];

for (const [what, history] of HISTORIES) {
  for (const name of ["log.jsonl", "log.jsonl.zst"]) {
    Deno.test(`walkLog() reads a compaction in front of ${what} (${name}), and reports nothing`, () => {
      using stage = makeStage();
      const lines = [
        `${start}"THE SUMMARY","replacement_history":[${history}]}}`,
        '{"timestamp":"2026-11-23T02:02:54.886Z","type":"event_msg","payload":{"type":"user_message","message":"on"}}',
      ];
      const path = stage.write(name, `${lines.join("\n")}\n`);
      if (name.endsWith(".zst")) Deno.writeFileSync(path, zstdCompressSync(Deno.readFileSync(path)));
      const walker = walkLog(codex, "main", path, null);
      const troubles: string[] = [];
      const texts: string[] = [];
      for (;;) {
        const next = walker.peek(({ what }) => void troubles.push(what));
        if (next.peek === "more") continue;
        if (next.peek !== "record") break;
        for (const out of codex.read(walker.fold, next.record).outs) {
          if (out.out === "event" && "text" in out.event) texts.push(out.event.text);
        }
        walker.take();
      }
      assert.deepEqual(texts, ["THE SUMMARY", "on"]);
      assert.deepEqual(troubles, []);
      assert.equal(walker.offset(), lines.join("\n").length + 1);
    });
  }
}
