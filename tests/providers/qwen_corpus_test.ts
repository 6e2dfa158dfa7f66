import assert from "node:assert/strict";
import { type Event, MAIN_AGENT } from "../../src/protocol/event.ts";
import { qwen } from "../../src/providers/qwen/qwen.ts";
import { onlyWith } from "../needs.ts";
import { corpusCases, filesBelow } from "./corpus.ts";
import { placeEvents, readRecords, unknownTypes } from "./read_log.ts";
import { compareWithTalk, type RecordedTalk } from "./recorded_talk.ts";

const ROOT = "projects/";

/** The logs of a case as the provider classifies them. */
function logsOf(path: string) {
  return filesBelow(path).filter((file) => file.startsWith(ROOT)).flatMap((file) => {
    const source = qwen.classify(file.slice(ROOT.length));
    if (source?.kind !== "session" && source?.kind !== "agent") return [];
    const agent = source.kind === "agent" ? source.agent : MAIN_AGENT;
    return [{ file, session: source.session, agent, text: Deno.readTextFileSync(`${path}/${file}`) }];
  });
}

for (const { name, path, need } of corpusCases("qwen")) {
  Deno.test(onlyWith(`read() finds the conversations of Qwen Code's ${name}`, need), () => {
    const events: Event[] = [];
    for (const { file, session, agent, text } of logsOf(path)) {
      const records = readRecords(qwen, agent, text);
      assert.deepEqual(unknownTypes(records), [], `unknown types in ${file}`);
      events.push(...placeEvents(qwen, session, agent, records.flatMap((record) => record.reading.outs)));
    }
    const talk: RecordedTalk = JSON.parse(Deno.readTextFileSync(`${path}/manifest.json`));
    assert.deepEqual(compareWithTalk(talk, events), []);
    const ids = events.map((event) => `${event.session} ${event.agent} ${event.id}`);
    assert.equal(new Set(ids).size, ids.length, "an event id occurs twice");
  });

  Deno.test(onlyWith(`isState() is true of nothing in Qwen Code's ${name} that says something`, need), () => {
    for (const { file, agent, text } of logsOf(path)) {
      const lines = text.trimEnd().split("\n");
      const isState = (line: string) => qwen.isState?.(line, 0, line.length) === true;
      const kept = lines.map((line) => isState(line) ? "" : line).join("\n");
      const read = (log: string) =>
        readRecords(qwen, agent, log).flatMap(({ reading }) => reading.outs)
          .filter(({ out }) => out === "event");
      assert.deepEqual(read(kept), read(text), file);
      if (agent === MAIN_AGENT) assert.ok(lines.some(isState), file);
    }
  });
}
