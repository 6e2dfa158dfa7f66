import assert from "node:assert/strict";
import { MAIN_AGENT } from "../../src/protocol/event.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { providers } from "../../src/providers/registry.ts";
import { filesBelow } from "./corpus.ts";
import { checkMessages } from "./evidence_contract.ts";
import { placeEvents, readRecords } from "./read_log.ts";

// Each case is a log, what it is where its name does not say, and what each of its records must give; README.md in each
// folder says what it shows. KATO_UPDATE_GOLDEN=1 writes events.json anew: review the difference, it is the specification.
const FIXTURES = new URL("../../fixtures/", import.meta.url).pathname;
const update = Deno.env.get("KATO_UPDATE_GOLDEN") === "1";

function casesOf(folder: string): string[] {
  return [...Deno.readDirSync(folder)].filter((entry) => entry.isDirectory).map(({ name }) => name).sort();
}

/** The log as lines, also where it is one document. */
function readLines(provider: Provider, path: string): string {
  const text = Deno.readTextFileSync(path);
  if (!path.endsWith(".json")) return text;
  return (provider.recordsOf?.(JSON.parse(text)) ?? []).map((record) => JSON.stringify(record)).join("\n");
}

/** What the log says of itself at its beginning, and whose it is. */
function identify(provider: Provider, log: string, lines: string) {
  const source = provider.introduce?.(log, [JSON.parse(lines.split("\n")[0] ?? "")]) ?? null;
  const named = log.startsWith("in.") ? null : provider.classifyAgent(log);
  const agent = source?.kind === "agent" ? source.agent : named?.agent ?? MAIN_AGENT;
  return { source, agent, part: source?.kind === "session" ? source.part : undefined };
}

for (const provider of providers) {
  const folder = `${FIXTURES}${provider.id}/`;
  const cases = casesOf(folder);

  for (const name of cases) {
    Deno.test(`read() of ${provider.id} gives what is expected of ${name}`, () => {
      const log = filesBelow(`${folder}${name}`)
        .find((file) => file !== "events.json" && /\.jsonl?$/.test(file) && !file.endsWith(".meta.json"));
      assert.ok(log !== undefined);
      const lines = readLines(provider, `${folder}${name}/${log}`);
      const { source, agent, part } = identify(provider, log, lines);
      const read = readRecords(provider, agent, lines, part);
      const records = read.map(({ line, handBack, reading }) => ({
        line,
        origin: reading.origin,
        ...(handBack === null ? {} : { handBack }),
        outs: reading.outs,
      }));
      const found = source === null ? records : { source, records };
      checkMessages(read.flatMap((record) => record.reading.outs));
      // Placing validates each event by its schema.
      for (const { reading } of read) {
        const events = placeEvents(provider, "s", agent, reading.outs);
        // A client or a service may use an id again; one record has it once.
        assert.equal(new Set(events.map((event) => event.id)).size, events.length, "an id occurs twice");
      }
      const golden = `${folder}${name}/events.json`;
      if (update) Deno.writeTextFileSync(golden, `${JSON.stringify(found, null, 2)}\n`);
      assert.deepEqual(JSON.parse(JSON.stringify(found)), JSON.parse(Deno.readTextFileSync(golden)));
    });
  }

  Deno.test(`every fixture of ${provider.id} is explained`, () => {
    const readme = Deno.readTextFileSync(`${folder}README.md`);
    assert.deepEqual(cases.filter((name) => !readme.includes(`\`${name}\``)), []);
  });
}
