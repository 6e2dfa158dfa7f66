// Reports events as the daemon does: `report_events.ts LEVEL JOURNAL FILE` with one JSON array `[event, fields]` a line on
// standard input. FILE may be `-` for none. A line `!PROGRAM ARGUMENT…` runs a program in between.
import { openLog } from "../../../src/daemon/log.ts";
import type { Config } from "../../../src/settings/policy.ts";

const [level = "info", journal, file = "-"] = Deno.args;
const log = await openLog({
  level: level as Config["log"]["level"],
  toJournal: journal === "journal",
  file: file === "-" ? null : file,
});
const input = await new Response(Deno.stdin.readable).text();
for (const line of input.split("\n").filter((line) => line !== "")) {
  if (line.startsWith("!")) {
    const [program = "", ...args] = line.slice(1).split(" ");
    new Deno.Command(program, { args }).outputSync();
  } else {
    const [event, fields] = JSON.parse(line);
    log.report(event, fields);
  }
}
await log.close();
