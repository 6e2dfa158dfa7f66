import assert from "node:assert/strict";
import { type Event, MAIN_AGENT } from "../../src/protocol/event.ts";
import { claudeCode } from "../../src/providers/claude_code.ts";
import { corpusCases, filesBelow } from "./corpus.ts";
import { compareWithManifest, type Manifest } from "./manifest.ts";
import { placeEvents, readEvents, readRecords, unknownTypes } from "./read_log.ts";

const PROJECTS = ".claude/projects/";

function readManifest(path: string): Manifest {
  return JSON.parse(Deno.readTextFileSync(`${path}/manifest.json`));
}

/** The logs of a case as the provider classifies them. */
function logsOf(path: string): { file: string; session: string; agent: string }[] {
  return filesBelow(path).flatMap((file) => {
    const source = file.startsWith(PROJECTS) ? claudeCode.classify(file.slice(PROJECTS.length)) : null;
    if (source?.kind !== "session" && source?.kind !== "agent") return [];
    return [{ file, session: source.session, agent: source.kind === "agent" ? source.agent : MAIN_AGENT }];
  });
}

for (const { name, path } of corpusCases("claude-code")) {
  Deno.test(`read() finds the conversation of ${name}`, () => {
    const logs = logsOf(path);
    const events: Event[] = [];
    for (const { file, session, agent } of logs) {
      const records = readRecords(claudeCode, agent, Deno.readTextFileSync(`${path}/${file}`));
      assert.deepEqual(unknownTypes(records), [], `unknown types in ${file}`);
      const outs = records.flatMap((record) => record.reading.outs);
      events.push(...placeEvents(claudeCode, session, agent, outs));
    }
    assert.deepEqual(compareWithManifest(readManifest(path), events), []);
    const ids = events.map((event) => `${event.agent} ${event.id}`);
    assert.equal(new Set(ids).size, ids.length, "an event id occurs twice");
  });

  Deno.test(`handBack() names each sub-agent of ${name} once, or its call`, () => {
    const logs = logsOf(path);
    const named = logs.flatMap(({ file, agent }) =>
      readRecords(claudeCode, agent, Deno.readTextFileSync(`${path}/${file}`))
        .flatMap((record) => record.handBack === null ? [] : [record.handBack])
    );
    const calls = new Map(
      filesBelow(path).filter((file) => file.endsWith(".meta.json")).map((file) => [
        claudeCode.startingCall(JSON.parse(Deno.readTextFileSync(`${path}/${file}`))),
        claudeCode.classifyAgent(file.slice(file.lastIndexOf("/") + 1))?.agent,
      ]),
    );
    const found = named.map((handBack) => handBack.agent ?? calls.get(handBack.call)).sort();
    const expected = logs.map((log) => log.agent).filter((agent) => agent !== MAIN_AGENT).sort();
    assert.deepEqual(found, expected);
  });
}

for (const { path } of corpusCases("claude-code").filter(({ name }) => name === "18b-gc-rewrite")) {
  Deno.test("read() finds the conversation as it was before the client rewrote its log", () => {
    const text = Deno.readTextFileSync(`${path}/before-gc.jsonl`);
    const events = readEvents(claudeCode, "s", MAIN_AGENT, text);
    assert.deepEqual(compareWithManifest(readManifest(path), events, ["before-gc.jsonl"]), []);
  });
}
