import assert from "node:assert/strict";
import { codex } from "../../src/providers/codex/codex.ts";
import { ID_CHARS } from "../../src/protocol/limits.ts";
import { follow, SESSION } from "./read_session.ts";
import { linesOf, makeStage } from "./stage.ts";

const LONG = "x".repeat(1024 * 1024);
const HEAD = { log: { kind: "session", session: SESSION } };

Deno.test("an event whose id is no id is counted and not kept, and what is remembered stays small", () => {
  using stage = makeStage();
  const odd = Array.from({ length: 20 }, (_, index) => ({ id: `${LONG}${index}`, say: "odd" }));
  const longest = { id: "y".repeat(ID_CHARS), say: "kept" };
  stage.write("part.jsonl", linesOf([HEAD, ...odd, longest]));
  const followed = follow(stage);
  const { texts, troubles } = followed.read();
  assert.deepEqual(texts, ["kept"]);
  assert.deepEqual(new Set(troubles), new Set(["malformed-line: an id that is too long"]));
  assert.equal(troubles.length, 20);
  assert.ok(JSON.stringify(followed.reader.checkpoint()).length < 4096);
});

const lineOf = (type: string, payload: unknown) => ({ timestamp: "2026-11-23T02:08:00.000Z", type, payload });
const itemOf = (item: unknown) => lineOf("event_msg", { type: "item_completed", turn_id: "t", item });

const HOSTILE: readonly unknown[] = [
  itemOf({ type: "AgentMessage", id: LONG, content: [{ type: "Text", text: "said" }] }),
  itemOf({ type: "UserMessage", id: LONG, content: [{ type: "text", text: "said" }] }),
  itemOf({ type: "CommandExecution", id: LONG, status: "failed", command: ["x"] }),
  lineOf("response_item", { type: "function_call", name: "x", call_id: LONG, arguments: "{}" }),
  lineOf("response_item", { type: "function_call_output", call_id: LONG, output: "x" }),
];

Deno.test("Codex's reader says what has no id of any client's under its place, and remembers none of it", () => {
  const fold = codex.begin("main");
  codex.read(fold, { value: lineOf("session_meta", { id: "thread", originator: "codex-tui" }), line: 0 });
  const ids = HOSTILE.flatMap((value, index) =>
    codex.read(fold, { value, line: index + 1 }).outs.flatMap((out) =>
      out.out === "event" ? [out.event.id] : []
    )
  );
  assert.ok(JSON.stringify(fold).length < 4096);
  assert.deepEqual(ids.filter((id) => id.length <= ID_CHARS).slice(0, 2), ["thread:1", "thread:2"]);
});
