import assert from "node:assert/strict";
import fc from "fast-check";
import { watchSession } from "../../src/parser/watch_session.ts";
import { readSession, type SessionReader } from "../../src/parser/session_reader.ts";
import { type Checkpoint, checkpoint } from "../../src/protocol/cursor.ts";
import { codex } from "../../src/providers/codex/codex.ts";
import { follow, indexStage, later, readWhole, SESSION } from "./read_session.ts";
import type { SessionPart } from "../../src/parser/session_files.ts";
import type { Event } from "../../src/protocol/event.ts";
import { compress, linesOf, makeProvider, makeStage, type Stage } from "./stage.ts";

const nameOf = (part: number) => `part-${part}.jsonl`;
const head = (part: number) => ({ log: { kind: "session", session: SESSION, rank: 1, part: `0${part}` } });
const say = (text: string) => ({ id: text, say: text });

/** A part with so many texts, each with the part's number and its own. */
function partOf(part: number, count: number, start = 0): string {
  return linesOf(Array.from({ length: count }, (_, index) => say(`${part}.${start + index} é::record`)));
}

function keepPart(stage: Stage, part: number, count: number): string {
  return stage.write(nameOf(part), linesOf([head(part)]) + partOf(part, count));
}

const textsOf = (counts: readonly number[]) =>
  counts.flatMap((count, part) => Array.from({ length: count }, (_, index) => `${part}.${index} é::record`));

const counts = fc.array(fc.nat(6), { minLength: 1, maxLength: 4 });

Deno.test("a session of several parts is one sequence, and its offset is the size that the index tells", () => {
  fc.assert(
    fc.property(counts, (parts) => {
      using stage = makeStage();
      for (const [part, count] of parts.entries()) keepPart(stage, part, count);
      const followed = follow(stage);
      const { texts, seqs, end } = followed.read();
      assert.deepEqual(texts, textsOf(parts));
      assert.deepEqual(seqs, texts.map((_, seq) => seq));
      assert.equal(end, "wait");
      const found = followed.index.examine(`${stage.root}/${nameOf(0)}`);
      assert.ok(found.is === "session");
      assert.equal(followed.reader.offset(), found.found.size);
      assert.deepEqual(readWhole(stage).texts, texts);
    }),
    { numRuns: 30 },
  );
});

/** What happens to a session's files, and to whoever follows it. */
const step = fc.record({
  bytes: fc.integer({ min: 1, max: 90 }),
  reads: fc.boolean(),
  restarts: fc.boolean(),
  /** What was finished is compressed, as clients do when it has lain still. */
  compresses: fc.boolean(),
});

Deno.test("how a session grows, and where reading begins again, never shows in what is read", () => {
  fc.assert(
    fc.property(counts, fc.infiniteStream(step), (parts, steps) => {
      using stage = makeStage();
      const encoder = new TextEncoder();
      stage.write(nameOf(0), linesOf([head(0)]));
      const followed = follow(stage);
      const texts: string[] = [];
      for (const [part, count] of parts.entries()) {
        const bytes = encoder.encode(linesOf([head(part)]) + partOf(part, count));
        // The first record of a file is there at once.
        for (let at = Math.min(bytes.length, encoder.encode(linesOf([head(part)])).length);;) {
          stage.write(nameOf(part), bytes.subarray(0, at));
          const { bytes: more, reads, restarts, compresses } = steps.next().value as {
            bytes: number;
            reads: boolean;
            restarts: boolean;
            compresses: boolean;
          };
          if (reads) texts.push(...followed.read().texts);
          if (restarts) followed.restart();
          if (compresses && part > 0) compressPart(stage, part - 1);
          if (at === bytes.length) break;
          at = Math.min(bytes.length, at + more);
        }
      }
      texts.push(...followed.read().texts);
      assert.deepEqual(texts, textsOf(parts));
      assert.deepEqual(readWhole(stage).texts, texts);
    }),
    { numRuns: 150 },
  );
});

function compressPart(stage: Stage, part: number): void {
  const path = `${stage.root}/${nameOf(part)}`;
  try {
    stage.write(`${nameOf(part)}.zst`, compress(Deno.readFileSync(path)));
    Deno.removeSync(path);
  } catch (error) {
    // It was compressed before.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Texts with commands that are obeyed in a session of which `baseline` bytes are history. */
function obeyed(stage: Stage, baseline: number): string[] {
  const index = indexStage(stage);
  const reader = readSession({
    provider: makeProvider(),
    session: SESSION,
    locate: () => index.files(SESSION) ?? assert.fail("no log"),
    from: null,
    whole: false,
    report: () => {},
  });
  const watch = watchSession(SESSION, reader, null, baseline, new Set());
  const found: string[] = [];
  for (;;) {
    const result = watch.step();
    if (result === "more") continue;
    if (typeof result === "string") return found;
    found.push(result.event.replace(`${SESSION}:`, ""));
  }
}

function sizeOf(stage: Stage): number {
  const [found] = [...indexStage(stage).scan(stage.root)].slice(-1);
  return found?.size ?? assert.fail("no session");
}

const COMMAND = (name: string) => linesOf([{ id: name, say: "::stop" }]);

Deno.test("what a session of several parts held at first is history, and what comes after is obeyed", () => {
  using stage = makeStage();
  stage.write(nameOf(0), linesOf([head(0)]) + COMMAND("old-0"));
  stage.write(nameOf(1), linesOf([head(1)]) + COMMAND("old-1"));
  const baseline = sizeOf(stage);
  assert.deepEqual(obeyed(stage, baseline), []);
  stage.write(nameOf(1), linesOf([head(1)]) + COMMAND("old-1") + COMMAND("new-1"));
  stage.write(nameOf(2), linesOf([head(2)]) + COMMAND("new-2"));
  assert.deepEqual(obeyed(stage, baseline), ["new-1", "new-2"]);
});

Deno.test("nothing in a compressed log is obeyed, however small it became", () => {
  using stage = makeStage();
  const old = Array.from({ length: 200 }, (_, index) => COMMAND(`old-${index}`)).join("");
  stage.write(`${nameOf(0)}.zst`, compress(linesOf([head(0)]) + old));
  const alone = sizeOf(stage);
  assert.ok(alone < 2000);
  assert.deepEqual(obeyed(stage, alone), []);
  stage.write(nameOf(1), linesOf([head(1)]) + COMMAND("old-1"));
  const baseline = sizeOf(stage);
  assert.deepEqual(obeyed(stage, baseline), []);
  stage.write(nameOf(1), linesOf([head(1)]) + COMMAND("old-1") + COMMAND("new-1"));
  assert.deepEqual(obeyed(stage, baseline), ["new-1"]);
});

Deno.test("what a document held at first stays history when its client changes what it says of itself", () => {
  using stage = makeStage();
  const name = "document.json";
  const old = { id: "old", say: "::stop" };
  stage.write(name, JSON.stringify([head(0), old]));
  const baseline = sizeOf(stage);
  const retold = { ...head(0), summary: "A summary that came later." };
  stage.write(name, JSON.stringify([retold, old]));
  assert.deepEqual(obeyed(stage, baseline), []);
  stage.write(name, JSON.stringify([head(0), old, { id: "new", say: "::stop" }]));
  assert.deepEqual(obeyed(stage, baseline), ["new"]);
});

const AGENT = { log: { kind: "agent", session: SESSION, agent: "x" } };

const LATE_AGENTS: readonly (readonly [what: string, log: string])[] = [
  ["whose first record is long", linesOf([{ ...AGENT, pad: "x".repeat(3_000_000) }, say("late")])],
  ["that was cut behind its only record", JSON.stringify({ ...AGENT, ...say("late") })],
];

for (const [what, log] of LATE_AGENTS) {
  Deno.test(`a sub-agent that never handed back, ${what}, is read at the end`, () => {
    using stage = makeStage();
    stage.write(nameOf(0), linesOf([head(0), say("first")]));
    stage.write("agent.jsonl", log);
    assert.deepEqual(readWhole(stage).texts, ["first", "late"]);
  });
}

Deno.test("a log that was moved between its client's folders is read on there", () => {
  using stage = makeStage();
  const text = linesOf([head(0)]) + partOf(0, 3);
  const path = stage.write(`a/${nameOf(0)}`, text);
  const followed = follow(stage);
  assert.equal(followed.read().texts.length, 3);
  Deno.mkdirSync(`${stage.root}/b`);
  Deno.renameSync(path, `${stage.root}/b/${nameOf(0)}`);
  followed.index.examine(path);
  stage.write(`b/${nameOf(0)}`, text + partOf(0, 2, 3));
  const { texts, troubles } = followed.read();
  assert.deepEqual([texts.length, troubles], [2, []]);
});

Deno.test("a log that was rewritten after a long run of a sub-agent is not read twice", () => {
  using stage = makeStage();
  const before = Array.from({ length: 20 }, (_, index) => say(`before ${index}`));
  const start = [head(0), ...before, { handBack: "x" }];
  const path = stage.write(nameOf(0), linesOf(start));
  const run = Array.from({ length: 400 }, (_, index) => say(`agent ${index}`));
  stage.write("agent.jsonl", linesOf([AGENT, ...run, { ends: true }]));
  const followed = follow(stage);
  assert.equal(followed.read().texts.length, 420);
  Deno.renameSync(
    stage.write("new", linesOf([{ ...head(0), rewritten: true }, ...start.slice(1), say("new")])),
    path,
  );
  const { texts, seqs, troubles } = followed.read();
  assert.deepEqual([texts, seqs, new Set(troubles)], [
    ["new"],
    [420],
    new Set(["rewritten: replaced", "repeated: an event that was already read before its log was rewritten"]),
  ]);
  assert.equal(troubles.length, 1 + 20);
});

Deno.test("a long log that was rewritten is looked through a little at a time, also a sub-agent's, and across restarts", () => {
  using stage = makeStage();
  const said = (who: string) => Array.from({ length: 500 }, (_, index) => say(`${who} ${index}`));
  const main = (more: object) => linesOf([{ ...head(0), ...more }, ...said("main"), { handBack: "x" }]);
  const agent = (more: object) => linesOf([{ ...AGENT, ...more }, ...said("agent")]);
  const paths = [stage.write(nameOf(0), main({})), stage.write("agent.jsonl", agent({}))];
  const followed = follow(stage);
  assert.deepEqual([followed.read().texts.length, followed.read().end], [1000, "linger"]);
  const texts = [
    main({ anew: 1 }) + linesOf([say("new")]),
    agent({ anew: 1 }) + linesOf([say("more"), { ends: true }]),
  ];
  for (const [index, path] of paths.entries()) {
    Deno.renameSync(stage.write("new", texts[index] ?? ""), path);
  }
  let steps = 0;
  let read: string[] = [];
  for (; steps < 5000; steps += 1) {
    const advance = followed.reader.advance();
    if (advance === "wait" || advance === "linger") break;
    if (typeof advance !== "string") read = [...read, ...advance.events.map(({ event }) => event.id)];
    // In the middle of looking through either of them.
    if (steps === 100 || steps === 1300) followed.restart();
  }
  assert.deepEqual(read, ["more", "new"]);
  assert.ok(steps > 2 * 1000, `each log is looked through, and read, in steps: ${steps}`);
});

const THREAD = "01a20660-a800-7fa3-bb14-109639a55ee8";

function codexRow(ordinal: number, type: string, payload: unknown) {
  return { timestamp: "2026-11-23T03:08:47.684Z", ordinal, type, payload };
}

function codexMeta(ordinal: number, more: object = {}) {
  const meta = { id: THREAD, session_id: THREAD, originator: "codex-tui", source: "cli", ...more };
  return codexRow(ordinal, "session_meta", meta);
}

function codexTurn(ordinal: number, id: string) {
  const item = { type: "UserMessage", id, content: [{ type: "text", text: id }] };
  return codexRow(ordinal, "event_msg", { type: "item_completed", item });
}

function readCodex(parts: readonly SessionPart[], from: Checkpoint | null, whole = false): SessionReader {
  return readSession({
    provider: codex,
    session: THREAD,
    locate: () => ({ parts, agents: () => ({ logs: new Map(), callers: new Map() }) }),
    from,
    whole,
    report: () => {},
  });
}

function eventsOf(reader: SessionReader): Event[] {
  const events: Event[] = [];
  for (;;) {
    const advance = reader.advance();
    if (advance === "wait") return events;
    if (typeof advance !== "string") events.push(...advance.events.map(({ event }) => event));
  }
}

const keptOf = (reader: SessionReader) => checkpoint.parse(JSON.parse(JSON.stringify(reader.checkpoint())));

Deno.test("a part that begins with a rewind knows the turns of the part before it, also after a restart", () => {
  using stage = makeStage();
  const undone = (reader: SessionReader) =>
    eventsOf(reader).flatMap((event) =>
      event.type === "notice" && event.kind === "rewind" ? [event.undoes] : []
    );
  const rows = [codexMeta(0), codexTurn(1, "kept"), codexTurn(2, "undone"), codexTurn(3, "undone, too")];
  const parts = [{ part: "", path: stage.write("first.jsonl", linesOf(rows)) }];
  const live = readCodex(parts, null);
  assert.deepEqual(undone(live), []);
  const kept = keptOf(live);
  const base = { history_base: { thread_id: THREAD, end_ordinal_exclusive: 2 } };
  const second = linesOf([codexMeta(2, base), codexTurn(3, "instead")]);
  parts.push({ part: "1", path: stage.write("second.jsonl", second) });
  for (const reader of [live, readCodex(parts, kept), readCodex(parts, null, true)]) {
    assert.deepEqual(undone(reader), ["undone"]);
  }
});

Deno.test("records that nobody understands are counted with the event behind them, live, after a restart and at once", () => {
  using stage = makeStage();
  const odd = codexRow(0, "line-of-tomorrow", {});
  const counts = (reader: SessionReader) => eventsOf(reader).map(({ id, unknown }) => [id, unknown]);
  const rows = [codexMeta(0), odd, odd, codexTurn(1, "a"), codexTurn(2, "b"), odd];
  const parts = [{ part: "", path: stage.write("log.jsonl", linesOf(rows)) }];
  const live = readCodex(parts, null);
  const first = [["a", 2], ["b", undefined]];
  assert.deepEqual(counts(live), first);
  const kept = keptOf(live);
  stage.write("log.jsonl", linesOf([...rows, codexTurn(3, "c"), odd]));
  assert.deepEqual(counts(live), [["c", 1]]);
  assert.deepEqual(counts(readCodex(parts, kept)), [["c", 1]]);
  assert.deepEqual(counts(readCodex(parts, null, true)), [...first, ["c", 1]]);
});

Deno.test("a part that is on its way to another folder is waited for, and the one behind it is not begun", () => {
  using stage = makeStage();
  const path = keepPart(stage, 0, 2);
  const followed = follow(stage);
  assert.equal(followed.read().texts.length, 2);
  keepPart(stage, 1, 1);
  const text = Deno.readTextFileSync(path) + partOf(0, 1, 2);
  Deno.removeSync(path);
  followed.index.examine(path);
  assert.deepEqual(followed.read(), { texts: [], seqs: [], ids: [], troubles: [], end: "linger" });
  stage.write(`archive/${nameOf(0)}`, text);
  assert.deepEqual(followed.read().texts, ["0.2 é::record", "1.0 é::record"]);
});

Deno.test("a part that is gone for good does not keep the one behind it", () => {
  using stage = makeStage();
  const path = keepPart(stage, 0, 2);
  const followed = follow(stage);
  followed.read();
  keepPart(stage, 1, 1);
  Deno.removeSync(path);
  followed.index.examine(path);
  assert.equal(followed.read().end, "linger");
  later(10_000, () => assert.deepEqual(followed.read().texts, ["1.0 é::record"]));
});

Deno.test("a sub-agent's log that was moved while it is read is read on there", () => {
  using stage = makeStage();
  stage.write(nameOf(0), linesOf([head(0), { handBack: "x" }, say("last")]));
  const path = stage.write("agent.jsonl", linesOf([AGENT, say("one")]));
  const followed = follow(stage);
  assert.deepEqual([followed.read().texts, followed.read().end], [["one"], "linger"]);
  Deno.removeSync(path);
  followed.index.examine(path);
  stage.write("archive/agent.jsonl", linesOf([AGENT, say("one"), say("two"), { ends: true }]));
  assert.deepEqual(followed.read().texts, ["two", "last"]);
});
