import assert from "node:assert/strict";
import { type Event, MAIN_AGENT } from "../../src/protocol/event.ts";
import { pi } from "../../src/providers/pi/pi.ts";
import { onlyWith } from "../needs.ts";
import { corpusCases, filesBelow } from "./corpus.ts";
import { placeEvents, readRecords, unknownTypes } from "./read_log.ts";
import { compareWithTalk, type RecordedTalk } from "./recorded_talk.ts";

const ROOT = "sessions/";

for (const { name, path, need } of corpusCases("pi")) {
  Deno.test(onlyWith(`read() finds the conversations of pi's ${name}`, need), () => {
    const talk: RecordedTalk = JSON.parse(Deno.readTextFileSync(`${path}/manifest.json`));
    const prompts = new Set(
      talk.events.filter(({ kind, how }) => kind === "typed" && (how === "argument" || how === "stdin"))
        .flatMap(({ text }) => `${text}`.split(" | ")),
    );
    const events = filesBelow(path).filter((file) => file.startsWith(ROOT)).flatMap((file): Event[] => {
      const source = pi.classify(file.slice(ROOT.length));
      if (source?.kind !== "session") return [];
      const records = readRecords(pi, MAIN_AGENT, Deno.readTextFileSync(`${path}/${file}`));
      assert.deepEqual(unknownTypes(records), [], `unknown types in ${file}`);
      const outs = records.flatMap(({ reading }) => reading.outs);
      for (const out of outs) {
        if (out.out !== "event" || out.said === undefined) continue;
        const { evidence, typed } = out.said;
        if (evidence === "typed") assert.ok(typed.split("\n").every((line) => /^::|^\s*$/.test(line)), typed);
        if (prompts.has(typed)) assert.notEqual(evidence, "typed", typed);
      }
      const own = placeEvents(pi, source.session, MAIN_AGENT, outs);
      assert.equal(new Set(own.map(({ id }) => id)).size, own.length, "an event id occurs twice");
      return own;
    });
    assert.deepEqual(compareWithTalk(talk, events), []);
  });
}
