import assert from "node:assert/strict";
import { MAIN_AGENT } from "../../src/protocol/event.ts";
import { gemini } from "../../src/providers/gemini.ts";
import { placeEvents, readRecords } from "./read_log.ts";

// Each case is a log and what each of its records must give; README.md there says what it shows.
// KATO_UPDATE_GOLDEN=1 writes events.json anew: review the difference, it is the specification.
const folder = new URL("../../fixtures/gemini/", import.meta.url).pathname;
const update = Deno.env.get("KATO_UPDATE_GOLDEN") === "1";

const cases = [...Deno.readDirSync(folder)].filter((entry) => entry.isDirectory).map(({ name }) => name)
  .sort();

/** The log as lines, also where it is one document. */
function readLines(path: string): string {
  const text = Deno.readTextFileSync(path);
  if (!path.endsWith(".json")) return text;
  return (gemini.recordsOf?.(JSON.parse(text)) ?? []).map((record) => JSON.stringify(record)).join("\n");
}

for (const name of cases) {
  Deno.test(`read() gives what is expected of ${name}`, () => {
    const log = [...Deno.readDirSync(`${folder}${name}`)].find((entry) => entry.name !== "events.json")?.name;
    assert.ok(log !== undefined);
    const agent = log.startsWith("in.") ? MAIN_AGENT : gemini.classifyAgent(log)?.agent ?? MAIN_AGENT;
    const records = readRecords(gemini, agent, readLines(`${folder}${name}/${log}`));
    const found = records.map(({ line, handBack, reading }) => ({
      line,
      origin: reading.origin,
      ...(handBack === null ? {} : { handBack }),
      outs: reading.outs,
    }));
    // Placing validates each event by its schema.
    const events = placeEvents(gemini, "s", agent, records.flatMap((record) => record.reading.outs));
    assert.equal(new Set(events.map((event) => event.id)).size, events.length, "an event id occurs twice");
    const golden = `${folder}${name}/events.json`;
    if (update) Deno.writeTextFileSync(golden, `${JSON.stringify(found, null, 2)}\n`);
    assert.deepEqual(JSON.parse(JSON.stringify(found)), JSON.parse(Deno.readTextFileSync(golden)));
  });
}

Deno.test("every fixture is explained", () => {
  const readme = Deno.readTextFileSync(`${folder}README.md`);
  assert.deepEqual(cases.filter((name) => !readme.includes(`\`${name}\``)), []);
});
