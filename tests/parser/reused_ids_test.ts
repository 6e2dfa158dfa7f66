/** Ids that a client or a service uses again: an id is unique only within its log, agent and turn. */
import assert from "node:assert/strict";
import { readSession } from "../../src/parser/session_reader.ts";
import { watchSession } from "../../src/parser/watch_session.ts";
import { follow, indexStage, later, readWhole, SESSION } from "./read_session.ts";
import { AGENT_WAIT_MS } from "../../src/protocol/limits.ts";
import { linesOf, makeProvider, makeStage, type Stage } from "./stage.ts";

const HEAD = { log: { kind: "session", session: SESSION } };
const agentHead = (agent: string) => ({ log: { kind: "agent", session: SESSION, agent } });
const say = (id: string, text: string, time = 0) => ({ id, say: text, time: timeAt(time) });

function timeAt(second: number): string {
  return `2026-11-20T10:00:${String(second).padStart(2, "0")}.000Z`;
}

Deno.test("what has the id of something earlier in its log, or in another agent's, is told", () => {
  using stage = makeStage();
  const main = [
    say("msg_1", "a"),
    { handBack: "x" },
    say("msg_1", "b"),
    { handBack: "y" },
    say("msg_1", "c"),
  ];
  stage.write("main.jsonl", linesOf([HEAD, ...main]));
  for (const agent of ["x", "y"]) {
    const log = [agentHead(agent), say("msg_1", `${agent}1`), say("msg_1", `${agent}2`), { ends: true }];
    stage.write(`${agent}.jsonl`, linesOf(log));
  }
  const { texts, ids, troubles } = readWhole(stage);
  assert.deepEqual(texts, ["a", "x1", "x2", "b", "y1", "y2", "c"]);
  assert.deepEqual(ids, ["msg_1", "msg_1~1", "msg_1~2", "msg_1~3", "msg_1~4", "msg_1~5", "msg_1~6"]);
  assert.deepEqual(troubles, []);
});

Deno.test("ids are the same at every reading, also at one that goes on from a checkpoint", () => {
  using stage = makeStage();
  const records = Array.from({ length: 700 }, (_, index) => say(`call_${index % 250}`, `${index}`));
  stage.write("main.jsonl", linesOf([HEAD, ...records.slice(0, 300)]));
  const followed = follow(stage);
  const ids = [...followed.read().ids];
  for (const count of [500, 700]) {
    followed.restart();
    stage.write("main.jsonl", linesOf([HEAD, ...records.slice(0, count)]));
    ids.push(...followed.read().ids);
  }
  assert.deepEqual(ids, readWhole(stage).ids);
  assert.equal(new Set(ids).size, 700);
});

Deno.test("a log that was written anew is recognised by its latest events, not by ids that others have, too", () => {
  const old = [say("call_0", "one", 1), say("call_0", "two", 2), say("call_0", "three", 3)];
  const rewrites: readonly (readonly [string, readonly unknown[], string[], number])[] = [
    ["with more", [...old, say("call_0", "four", 4)], ["four"], 3],
    ["without its beginning", [...old.slice(2), say("call_0", "four", 4)], ["four"], 1],
    ["with nothing that was there", [say("call_0", "five", 5), say("call_0", "six", 6)], ["five", "six"], 0],
  ];
  for (const [what, records, expected, repeated] of rewrites) {
    using stage = makeStage();
    const path = stage.write("main.jsonl", linesOf([HEAD, ...old]));
    const followed = follow(stage);
    followed.read();
    Deno.renameSync(stage.write("new", linesOf([{ ...HEAD, anew: true }, ...records])), path);
    if (repeated === 0) assert.equal(followed.read().end, "linger");
    const { texts, troubles } = later(AGENT_WAIT_MS + 1, followed.read);
    assert.deepEqual(texts, expected, what);
    assert.equal(troubles.filter((trouble) => trouble.startsWith("repeated: ")).length, repeated, what);
  }
});

Deno.test("a log that is being written anew is not read before something in it is known", () => {
  const records = Array.from({ length: 1000 }, (_, index) => say(`msg_${index}`, `${index}`));
  for (const first of [0, 1, 500, 900, 1000]) {
    for (const isRestarted of [false, true]) {
      using stage = makeStage();
      const path = stage.write("main.jsonl", linesOf([HEAD, ...records]));
      const followed = follow(stage);
      assert.equal(followed.read().texts.length, 1000);
      // An empty file with another inode is no log of anybody's.
      if (first > 0) Deno.removeSync(path);
      stage.write("main.jsonl", first === 0 ? "" : linesOf([HEAD, ...records.slice(0, first)]));
      assert.deepEqual(followed.read().texts, []);
      if (isRestarted) followed.restart();
      stage.write("main.jsonl", linesOf([HEAD, ...records, say("msg_new", "new")]));
      assert.deepEqual(followed.read().texts, ["new"], `${first} ${isRestarted}`);
    }
  }
});

Deno.test("a document's record that its client wrote again in its place is told once, and the repeat is counted", () => {
  using stage = makeStage();
  stage.write("main.json", JSON.stringify([HEAD, say("msg_1", "a", 1), say("msg_1", "b", 2)]));
  const followed = follow(stage);
  assert.deepEqual(followed.read().texts, ["a", "b"]);
  const changed = { ...say("msg_1", "b", 2), more: true };
  stage.write("main.json", JSON.stringify([HEAD, say("msg_1", "a", 1), changed, say("msg_1", "c", 3)]));
  const { texts, troubles } = followed.read();
  assert.deepEqual([texts, troubles], [["c"], [
    "repeated: an event that was already read before its log was rewritten",
  ]]);
});

/** What the messages of the session are claimed by, in order. */
function claims(stage: Stage, session = SESSION): string[] {
  const index = indexStage(stage);
  const reader = readSession({
    provider: makeProvider(),
    session,
    locate: () => index.files(session) ?? assert.fail("no log"),
    from: null,
    whole: false,
    report: () => {},
  });
  const watch = watchSession(session, reader, null, 0, new Set());
  const found: string[] = [];
  for (let step = watch.step(); step !== "wait"; step = watch.step()) {
    if (typeof step !== "string") found.push(step.event);
  }
  return found;
}

const UUID = "5f0c9a1e-0000-4000-8000-000000000001";

Deno.test("each command is claimed by itself, but a copy of its message in another session is the same", () => {
  using stage = makeStage();
  const commands = [
    say("msg_1", "::stop", 1),
    say(UUID, "::record", 2),
    say("msg_1", "::stop", 3),
    say(UUID, "::stop", 4),
  ];
  stage.write("one.jsonl", linesOf([HEAD, ...commands]));
  const [first, second, third, fourth] = claims(stage);
  assert.equal(new Set([first, second, third, fourth]).size, 4);
  stage.write("two.jsonl", linesOf([{ log: { kind: "session", session: "s2" } }, ...commands]));
  const copied = claims(stage, "s2");
  assert.notEqual(copied[0], first);
  assert.deepEqual([copied[1], copied[3]], [second, fourth]);
});
