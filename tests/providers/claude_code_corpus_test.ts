import assert from "node:assert/strict";
import { type Event, MAIN_AGENT } from "../../src/protocol/event.ts";
import type { Evidence } from "../../src/protocol/evidence.ts";
import { claudeCode } from "../../src/providers/claude_code/claude_code.ts";
import { onlyWith } from "../needs.ts";
import { allCorpusCases, filesBelow } from "./corpus.ts";
import { amendManifest, type Amendment, compareWithManifest, type Manifest, type Turn } from "./manifest.ts";
import { placeEvents, readEvents, readRecords, unknownTypes } from "./read_log.ts";

const PROJECTS = ".claude/projects/";

function readManifest(path: string): Manifest {
  return JSON.parse(Deno.readTextFileSync(`${path}/manifest.json`));
}

const QUEUED =
  "typed while a tool ran: before 2.1.97 it stands in the queue's rows only, where it is taken out";
const TOLD = "the client put what was queued behind the result that it sent, not behind the one in its log";

/** Where logs differ from what was typed and served, by the client's own doing. */
const AMENDMENTS: Readonly<Record<string, readonly Amendment[]>> = {
  "later/old-2.0.55": [
    { turn: "this was queued", line: 8, why: QUEUED },
    { turn: "slow-done", text: "slow-done", why: TOLD },
  ],
  "later/old-2.1.30": [
    {
      turn: "plain prompt",
      text: "plain prompt\ndo slow work",
      why: "the client took two lines for one paste",
    },
    { turn: "this was queued", line: 10, why: QUEUED },
    { turn: "slow-done", text: "slow-done", why: TOLD },
  ],
};

/** A message that has a record of its own; commands of the client have records of many kinds. */
function isMessage({ kind, text, log_note }: Turn): boolean {
  const isCommand = typeof text === "string" && /^[/!]/.test(text);
  return kind === "user" && !isCommand && log_note?.includes("system/") !== true;
}

function evidenceOf({ raw, via }: Turn): Evidence {
  if (Object.values(raw ?? {}).includes(true)) return "not-typed";
  return /^(?:typed|pasted)/.test(via ?? "") ? "typed" : "prompt";
}

const CASES = allCorpusCases("claude-code");

/** The logs of a case as the provider classifies them. */
function logsOf(path: string): { file: string; session: string; agent: string }[] {
  return filesBelow(path).flatMap((file) => {
    const source = file.startsWith(PROJECTS) ? claudeCode.classify(file.slice(PROJECTS.length)) : null;
    if (source?.kind !== "session" && source?.kind !== "agent") return [];
    return [{ file, session: source.session, agent: source.kind === "agent" ? source.agent : MAIN_AGENT }];
  });
}

for (const { name, path, need } of CASES) {
  Deno.test(onlyWith(`read() finds the conversation of ${name}`, need), () => {
    const logs = logsOf(path);
    const events: Event[] = [];
    for (const { file, session, agent } of logs) {
      const records = readRecords(claudeCode, agent, Deno.readTextFileSync(`${path}/${file}`));
      assert.deepEqual(unknownTypes(records), [], `unknown types in ${file}`);
      const outs = records.flatMap((record) => record.reading.outs);
      events.push(...placeEvents(claudeCode, session, agent, outs));
    }
    const manifest = amendManifest(readManifest(path), AMENDMENTS[name] ?? []);
    assert.deepEqual(compareWithManifest(manifest, events), []);
    const ids = events.map((event) => `${event.session} ${event.agent} ${event.id}`);
    assert.equal(new Set(ids).size, ids.length, "an event id occurs twice");
  });

  Deno.test(onlyWith(`read() tells how each message of ${name} was given`, need), () => {
    const manifest = amendManifest(readManifest(path), AMENDMENTS[name] ?? []);
    const logs = new Map(
      logsOf(path).map(({ file, agent }) => [
        file,
        new Map(
          readRecords(claudeCode, agent, Deno.readTextFileSync(`${path}/${file}`))
            .map(({ line, reading }) => [line, reading.outs]),
        ),
      ]),
    );
    for (const turn of manifest.turns.filter(isMessage)) {
      for (const { file, line } of turn.log ?? []) {
        const outs = logs.get(file)?.get(line);
        if (outs === undefined) continue;
        const told = outs.flatMap((out) =>
          out.out === "event" && out.said !== undefined ? [out.said.evidence] : []
        );
        assert.deepEqual(told, [evidenceOf(turn)], `${file}, line ${line}`);
      }
    }
  });

  Deno.test(onlyWith(`handBack() names each sub-agent of ${name} once, or its call`, need), () => {
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

for (const { path, need } of CASES.filter(({ name }) => name === "18b-gc-rewrite")) {
  Deno.test(
    onlyWith("read() finds the conversation as it was before the client rewrote its log", need),
    () => {
      const text = Deno.readTextFileSync(`${path}/before-gc.jsonl`);
      const events = readEvents(claudeCode, "before-gc", MAIN_AGENT, text);
      assert.deepEqual(compareWithManifest(readManifest(path), events, ["before-gc.jsonl"]), []);
    },
  );
}

for (const { name, path, need } of CASES) {
  Deno.test(onlyWith(`isState() is true of nothing in ${name} that says something`, need), () => {
    for (const { file, agent } of logsOf(path)) {
      const lines = Deno.readTextFileSync(`${path}/${file}`).trimEnd().split("\n");
      const isState = (line: string) => claudeCode.isState?.(line, 0, line.length) === true;
      const kept = lines.map((line) => isState(line) ? "" : line).join("\n");
      const read = (text: string) =>
        readRecords(claudeCode, agent, text).flatMap(({ reading }) => reading.outs)
          .filter(({ out }) => out === "event");
      // Of older clients the queue is read, which is state to newer ones.
      if (!name.startsWith("later/old-")) assert.deepEqual(read(kept), read(lines.join("\n")), file);
    }
  });
}

for (
  const [name, session] of [["later/37-continued", "775ad32a-4ed0-4bb1-badf-924f33f3be0c"], [
    "later/33-background",
    null,
  ]] as const
) {
  for (const { path, need } of CASES.filter((one) => one.name === name)) {
    Deno.test(onlyWith(`read() says where the session of ${name} goes on, if it does`, need), () => {
      const continues = logsOf(path).flatMap(({ file, agent }) =>
        readRecords(claudeCode, agent, Deno.readTextFileSync(`${path}/${file}`))
          .flatMap(({ reading }) => reading.outs)
          .flatMap((out) => out.out === "meta" && out.continues !== undefined ? [out.continues] : [])
      );
      assert.deepEqual(continues, session === null ? [] : [session]);
    });
  }
}
