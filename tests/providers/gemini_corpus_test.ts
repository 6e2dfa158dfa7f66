import assert from "node:assert/strict";
import { type Event, MAIN_AGENT } from "../../src/protocol/event.ts";
import type { Out, Source } from "../../src/providers/provider.ts";
import { gemini } from "../../src/providers/gemini/gemini.ts";
import { onlyWith } from "../needs.ts";
import { corpusCases, filesBelow } from "./corpus.ts";
import { placeEvents } from "./read_log.ts";
import { compareWithThreadManifest, type ThreadManifest } from "./thread_manifest.ts";

const ROOT = "tmp/";

type Log = Extract<Source, { kind: "session" }> & { readonly records: readonly unknown[] };

/** The sessions' logs of a case in order: of several that hold the same part, the one of the highest rank. */
function logsOf(path: string): Log[] {
  const logs = new Map<string, Log>();
  for (const file of filesBelow(path).filter((name) => name.startsWith(ROOT))) {
    const relative = file.slice(ROOT.length);
    if (gemini.classify(relative)?.kind !== "unnamed") continue;
    const records = recordsIn(`${path}/${file}`);
    const source = gemini.introduce?.(relative, records) ?? null;
    if (source?.kind !== "session") continue;
    const key = `${source.part} ${source.session}`;
    if ((logs.get(key)?.rank ?? -1) < (source.rank ?? 0)) logs.set(key, { ...source, records });
  }
  return [...logs.values()].sort((a, b) => startOf(a) < startOf(b) ? -1 : 1);
}

/** A case is one conversation after another. */
function startOf({ records }: Log): string {
  const times = records.flatMap((value) => gemini.timeOf({ value, line: 0 }) ?? []);
  return times.sort()[0] ?? "";
}

function recordsIn(file: string): readonly unknown[] {
  const text = Deno.readTextFileSync(file);
  if (file.endsWith(".json")) return gemini.recordsOf?.(JSON.parse(text)) ?? [];
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

function readOuts({ records }: Log): Out[] {
  let state = gemini.begin(MAIN_AGENT);
  return records.flatMap((value, line) => {
    // The state must be as good after it was kept in a checkpoint.
    state = JSON.parse(JSON.stringify(state));
    return [...gemini.read(state, { value, line }).outs];
  });
}

for (const { name, path, need } of corpusCases("gemini")) {
  Deno.test(onlyWith(`read() finds the conversation of ${name}`, need), () => {
    const manifest: ThreadManifest = JSON.parse(Deno.readTextFileSync(`${path}/manifest.json`));
    const logs = logsOf(path);
    const events: Event[] = [];
    for (const log of logs) {
      const outs = readOuts(log);
      assert.deepEqual(outs.filter((out) => out.out === "unknown"), []);
      const own = placeEvents(gemini, log.session, MAIN_AGENT, outs);
      assert.equal(new Set(own.map((event) => event.id)).size, own.length, "an event id occurs twice");
      events.push(...own);
    }
    assert.deepEqual(compareWithThreadManifest(manifest, events), []);
  });
}

for (const { path, need } of corpusCases("gemini").filter(({ name }) => name === "gem-long")) {
  Deno.test(
    onlyWith("read() finds each text of gem-long once, however often the history was replayed", need),
    () => {
      const outs = logsOf(path).flatMap(readOuts);
      assert.equal(outs.filter((out) => out.out === "event" && out.said?.evidence === "typed").length, 30);
      const events = placeEvents(gemini, "s", MAIN_AGENT, outs);
      const count = (type: string) => events.filter((event) => event.type === type).length;
      assert.deepEqual(
        [count("user"), count("assistant"), count("tool_call"), count("tool_result")],
        [30, 120, 90, 90],
      );
    },
  );
}
