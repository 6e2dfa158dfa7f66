import assert from "node:assert/strict";
import { zstdDecompressSync } from "node:zlib";
import { type Event, MAIN_AGENT } from "../../src/protocol/event.ts";
import { codex } from "../../src/providers/codex/codex.ts";
import type { Source } from "../../src/providers/provider.ts";
import { onlyWith } from "../needs.ts";
import { allCorpusCases, corpusCases, filesBelow } from "./corpus.ts";
import { placeEvents, readRecords, unknownTypes } from "./read_log.ts";
import { readServed } from "./served_manifest.ts";
import { compareWithThreadManifest, type ThreadManifest } from "./thread_manifest.ts";

const ROOT = /^(?:sessions|archived_sessions)\//;

interface Log {
  readonly file: string;
  readonly text: string;
  readonly source: Source;
}

function readText(path: string): string {
  const bytes = Deno.readFileSync(path);
  return new TextDecoder().decode(path.endsWith(".zst") ? zstdDecompressSync(bytes) : bytes);
}

/** The logs of a case as their first lines introduce them; segments of a session in their order. */
function logsOf(path: string): Log[] {
  const logs = filesBelow(path).flatMap((file) => {
    const relative = file.replace(ROOT, "");
    if (relative === file || codex.classify(relative)?.kind !== "unnamed") return [];
    const text = readText(`${path}/${file}`);
    const head = text.split("\n", 8).filter((line) => line !== "").map((line) => JSON.parse(line));
    const source = codex.introduce?.(relative, head) ?? null;
    return source === null ? [] : [{ file, text, source }];
  });
  return logs.sort((a, b) => partOf(a.source) < partOf(b.source) ? -1 : 1);
}

function partOf(source: Source): string {
  return source.kind === "session" ? source.part ?? "" : "";
}

function readLog({ file, text, source }: Log): Event[] {
  assert.ok(source.kind === "session" || source.kind === "agent");
  const agent = source.kind === "agent" ? source.agent : MAIN_AGENT;
  const records = readRecords(codex, agent, text, partOf(source));
  assert.deepEqual(unknownTypes(records), [], `unknown types in ${file}`);
  return placeEvents(codex, source.session, agent, records.flatMap((record) => record.reading.outs));
}

const CASES = allCorpusCases("codex");

/** What was typed and served in a case, by thread. */
function readManifest(path: string): ThreadManifest {
  const manifest: ThreadManifest = JSON.parse(Deno.readTextFileSync(`${path}/manifest.json`));
  if (manifest.events.every((item) => item.kind !== undefined)) return manifest;
  return readServed(manifest, new Set(logsOf(path).map(({ source }) => threadOf(source))));
}

function threadOf(source: Source): string {
  return source.kind === "agent" ? source.agent : source.kind === "session" ? source.session : "";
}

for (const { name, path, need } of CASES) {
  Deno.test(onlyWith(`read() finds the conversations of ${name}`, need), () => {
    const events = logsOf(path).flatMap(readLog);
    assert.deepEqual(compareWithThreadManifest(readManifest(path), events), []);
  });

  Deno.test(onlyWith(`isState() is true of nothing in ${name} that says something`, need), () => {
    for (const log of logsOf(path)) {
      const lines = log.text.split("\n");
      const kept = lines.map((line) => codex.isState?.(line, 0, line.length) === true ? "" : line).join("\n");
      assert.ok(kept.length < log.text.length, `nothing is ignored in ${log.file}`);
      assert.deepEqual(readLog({ ...log, text: kept }), readLog(log));
    }
  });
}

for (const { name, path, need } of CASES.filter(({ name }) => name.startsWith("later/"))) {
  Deno.test(onlyWith(`read() tells how each message of ${name} was given`, need), () => {
    const given = new Map(
      readManifest(path).events.filter(({ kind }) => kind === "user")
        .map((item) => [item["sent"], item["via"] === "keys" ? "typed" : "prompt"]),
    );
    for (const { file, text } of logsOf(path).filter(({ source }) => source.kind === "session")) {
      for (const { reading } of readRecords(codex, MAIN_AGENT, text)) {
        for (const out of reading.outs) {
          if (out.out !== "event" || out.event.type !== "user") continue;
          // A review's words are not among what was typed.
          assert.equal(
            out.said?.evidence,
            given.get(out.event.text) ?? "unproven",
            `${file}: ${out.event.text}`,
          );
        }
      }
    }
  });
}

for (const { path, need } of corpusCases("codex").filter(({ name }) => name === "legacy-migrated")) {
  Deno.test(
    onlyWith("a log that was rewritten in the new form has the event ids that it had before", need),
    () => {
      const before = logsOf(path.replace("legacy-migrated", "old-0.144.6")).flatMap(readLog);
      const after = logsOf(path).flatMap(readLog);
      assert.deepEqual(after.slice(0, before.length), before);
    },
  );
}
