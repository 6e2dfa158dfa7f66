/**
 * Half of an export: a session is read into events, and none is rendered or written. What an export costs beyond
 * this is what it writes. Run with the log's path. Room: bench; edge.
 */
import { basename } from "@std/path";
import { locateLog } from "../src/parser/session_files.ts";
import { readSession } from "../src/parser/session_reader.ts";
import { claudeCode } from "../src/providers/claude_code.ts";

const [path = ""] = Deno.args;
const session = basename(path, ".jsonl");
const reader = readSession({
  provider: claudeCode,
  session,
  locate: () => locateLog(claudeCode, session, { part: "", path }),
  from: null,
  whole: true,
  report: () => {},
});
let events = 0;
for (let advance = reader.advance(); advance !== "wait" && advance !== "gone"; advance = reader.advance()) {
  if (typeof advance === "object") events += advance.events.length;
}
console.log(events);
