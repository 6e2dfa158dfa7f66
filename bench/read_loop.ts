/**
 * Half of an export: reads a session into events, and renders and writes none. The rest of an export's cost is its
 * writing. Run with the client and the log's path.
 */
import { basename } from "@std/path";
import { locateLog } from "../src/parser/session_files.ts";
import { searchText } from "../src/parser/search_text.ts";
import { readSession } from "../src/parser/session_reader.ts";
import { clientOf } from "./client.ts";

const [name, path = ""] = Deno.args;
const { provider } = clientOf(name ?? "");
const session = basename(path, ".jsonl");
const reader = readSession({
  provider,
  session,
  locate: () => locateLog(provider, session, { part: "", path }),
  from: null,
  whole: true,
  search: searchText,
  report: () => {},
});
let events = 0;
for (let advance = reader.advance(); advance !== "wait" && advance !== "gone"; advance = reader.advance()) {
  if (typeof advance === "object") events += advance.events.length;
}
console.log(events);
