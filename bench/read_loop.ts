/**
 * Half of an export: a session is read into events, and none is rendered or written. What an export costs beyond
 * this is what it writes. Run with the log's path. Room: bench; edge.
 */
import { basename } from "@std/path";
import { readSession } from "../src/parser/session_reader.ts";
import { claudeCode } from "../src/providers/claude_code.ts";

const [path = ""] = Deno.args;
const reader = readSession({
  provider: claudeCode,
  session: basename(path, ".jsonl"),
  locate: () => ({ main: path, agents: new Map(), callers: new Map() }),
  from: null,
  whole: true,
  report: () => {},
});
let events = 0;
for (let advance = reader.advance(); advance !== "wait" && advance !== "gone"; advance = reader.advance()) {
  if (typeof advance === "object") events += advance.events.length;
}
console.log(events);
