import assert from "node:assert/strict";
import { type Event, MAIN_AGENT } from "../../src/protocol/event.ts";
import { copilot } from "../../src/providers/copilot/copilot.ts";
import { onlyWith } from "../needs.ts";
import { corpusCases, filesBelow } from "./corpus.ts";
import { placeEvents, readRecords, unknownTypes } from "./read_log.ts";
import { compareWithTalk, type RecordedTalk } from "./recorded_talk.ts";

const ROOT = "session-state/";

/** The logs of a case as the provider classifies them. */
function logsOf(path: string) {
  return filesBelow(path).filter((file) => file.startsWith(ROOT)).flatMap((file) => {
    const source = copilot.classify(file.slice(ROOT.length));
    if (source?.kind !== "session") return [];
    return [{ file, session: source.session, text: Deno.readTextFileSync(`${path}/${file}`) }];
  });
}

for (const { name, path, need } of corpusCases("copilot")) {
  Deno.test(onlyWith(`read() finds the conversations of Copilot's ${name}`, need), () => {
    const events = logsOf(path).flatMap(({ file, session, text }): Event[] => {
      const records = readRecords(copilot, MAIN_AGENT, text);
      assert.deepEqual(unknownTypes(records), [], `unknown types in ${file}`);
      const own = placeEvents(copilot, session, MAIN_AGENT, records.flatMap(({ reading }) => reading.outs));
      assert.equal(new Set(own.map(({ id }) => id)).size, own.length, "an event id occurs twice");
      return own;
    });
    const talk: RecordedTalk = JSON.parse(Deno.readTextFileSync(`${path}/manifest.json`));
    assert.deepEqual(compareWithTalk(talk, events), []);
  });

  Deno.test(onlyWith(`Copilot's ${name} says how each message was given`, need), () => {
    const talk: RecordedTalk = JSON.parse(Deno.readTextFileSync(`${path}/manifest.json`));
    const given = new Map(
      talk.events.filter(({ kind }) => kind === "typed").map((item) => [
        `${item["text"]}`,
        item["how"] === "argument" || item["how"] === "stdin" ? "prompt" : "typed",
      ]),
    );
    for (const { file, text } of logsOf(path)) {
      for (const { reading } of readRecords(copilot, MAIN_AGENT, text)) {
        for (const out of reading.outs) {
          if (out.out !== "event" || out.event.type !== "user" || out.said?.why === "replayed") continue;
          const how = given.get(out.event.text);
          if (how !== undefined) assert.equal(out.said?.evidence, how, `${file}: ${out.event.text}`);
        }
      }
    }
  });

  Deno.test(onlyWith(`isState() is true of nothing in Copilot's ${name} that says something`, need), () => {
    for (const { file, text } of logsOf(path)) {
      const lines = text.trimEnd().split("\n");
      const isState = (line: string) => copilot.isState?.(line, 0, line.length) === true;
      const read = (log: string) =>
        readRecords(copilot, MAIN_AGENT, log).flatMap(({ reading }) => reading.outs);
      assert.deepEqual(read(lines.map((line) => isState(line) ? "" : line).join("\n")), read(text), file);
    }
  });
}
