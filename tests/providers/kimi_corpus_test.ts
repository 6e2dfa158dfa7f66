import assert from "node:assert/strict";
import { type Event, MAIN_AGENT } from "../../src/protocol/event.ts";
import { kimi } from "../../src/providers/kimi/kimi.ts";
import { onlyWith } from "../needs.ts";
import { corpusCases, filesBelow } from "./corpus.ts";
import { asWritten } from "./kimi_talk.ts";
import { placeEvents, readRecords, unknownTypes } from "./read_log.ts";
import { compareWithTalk } from "./recorded_talk.ts";

const ROOT = "kimi-code/sessions/";

/** The logs of a case as the provider classifies them. */
function logsOf(path: string) {
  return filesBelow(path).filter((file) => file.startsWith(ROOT)).flatMap((file) => {
    const source = kimi.classify(file.slice(ROOT.length));
    if (source?.kind !== "session" && source?.kind !== "agent") return [];
    const agent = source.kind === "agent" ? source.agent : MAIN_AGENT;
    return [{ file, session: source.session, agent, text: Deno.readTextFileSync(`${path}/${file}`) }];
  });
}

for (const { name, path, need } of corpusCases("kimi")) {
  Deno.test(onlyWith(`read() finds the conversations of Kimi Code's ${name}`, need), () => {
    const events: Event[] = [];
    for (const { file, session, agent, text } of logsOf(path)) {
      const records = readRecords(kimi, agent, text);
      assert.deepEqual(unknownTypes(records), [], `unknown types in ${file}`);
      const own = placeEvents(kimi, session, agent, records.flatMap(({ reading }) => reading.outs));
      assert.equal(new Set(own.map(({ id }) => id)).size, own.length, "an event id occurs twice");
      events.push(...own);
    }
    const talk = asWritten(JSON.parse(Deno.readTextFileSync(`${path}/manifest.json`)));
    assert.deepEqual(compareWithTalk(talk, events), []);
  });

  Deno.test(onlyWith(`isState() is true of nothing in Kimi Code's ${name} that says something`, need), () => {
    for (const { file, agent, text } of logsOf(path)) {
      const lines = text.trimEnd().split("\n");
      const isState = (line: string) => kimi.isState?.(line, 0, line.length) === true;
      const kept = lines.map((line) => isState(line) ? "" : line).join("\n");
      const read = (log: string) => readRecords(kimi, agent, log).flatMap(({ reading }) => reading.outs);
      assert.deepEqual(read(kept), read(text), file);
      assert.ok(lines.filter(isState).length > lines.length / 5, file);
    }
  });
}
