import assert from "node:assert/strict";
import fc from "fast-check";
import { indexSessions, type SessionIndex } from "../../src/parser/session_index.ts";
import type { Source } from "../../src/providers/provider.ts";
import { compress, linesOf, makeProvider, makeStage, type Stage } from "./stage.ts";

type Log = Extract<Source, { kind: "session" }>;

const provider = makeProvider();
const log = (session: string, rest: Partial<Log> = {}) =>
  linesOf([{ log: { kind: "session", session, ...rest } }]);
const agent = (session: string, name: string, caller?: string) =>
  linesOf([{ log: { kind: "agent", session, agent: name, ...(caller === undefined ? {} : { caller }) } }]);

function indexOf({ root }: Stage): SessionIndex {
  return indexSessions(provider, [`${root}/a`, `${root}/b`]);
}

function scan(index: SessionIndex, { root }: Stage): string[] {
  const found = new Map<string, string>();
  for (const top of ["a", "b"]) {
    for (const { session, path, latest, size } of index.scan(`${root}/${top}`)) {
      const names = [path, latest].map((name) => name.slice(root.length + 1));
      found.set(session, `${session} ${[...new Set(names)].join(" … ")} ${size}`);
    }
  }
  return [...found.values()].sort();
}

const partsOf = (index: SessionIndex, session: string, { root }: Stage) =>
  index.files(session)?.parts.map(({ path }) => path.slice(root.length + 1)) ?? null;

const agentsOf = (index: SessionIndex, session: string, { root }: Stage) =>
  [...index.files(session)?.agents().logs ?? []].map(([name, path]) =>
    `${name} ${path.slice(root.length + 1)}`
  );

Deno.test("sessions are what says that it is one, wherever it lies below a root", () => {
  using stage = makeStage();
  const size = log("s1").length;
  stage.write("a/one.jsonl", log("s1"));
  stage.write("b/deep/er/two.jsonl", log("s2"));
  stage.write("a/stub.jsonl", "{}\n");
  stage.write("a/notes.txt", log("s3"));
  stage.write("c/outside.jsonl", log("s4"));
  stage.write("a/agent.jsonl", agent("s1", "x"));
  assert.deepEqual(scan(indexOf(stage), stage), [`s1 a/one.jsonl ${size}`, `s2 b/deep/er/two.jsonl ${size}`]);
});

Deno.test("a log that says nothing yet is asked again when it has grown, and no sooner", () => {
  using stage = makeStage();
  let asked = 0;
  const counting = {
    ...provider,
    introduce: (...args: Parameters<NonNullable<typeof provider.introduce>>) => {
      asked += 1;
      return provider.introduce?.(...args) ?? null;
    },
  };
  const index = indexSessions(counting, [stage.root]);
  const path = stage.write("one.jsonl", "{}\n");
  assert.equal(index.examine(path).is, "nothing");
  assert.equal(index.examine(path).is, "nothing");
  assert.equal(asked, 1);
  stage.write("one.jsonl", `{}\n${log("s1")}`);
  assert.equal(index.examine(path).is, "session");
  stage.write("one.jsonl", `{}\n${log("s1")}{}\n`);
  assert.equal(index.examine(path).is, "session");
  assert.equal(asked, 3, "what it is stays what it is");
});

Deno.test("of logs that hold the same part, the one of the highest rank counts, and the other when that is gone", () => {
  using stage = makeStage();
  const index = indexOf(stage);
  const low = stage.write("a/low.jsonl", log("s1", { rank: 1 }) + "{}\n");
  const high = stage.write("a/high.jsonl", log("s1", { rank: 2 }));
  Deno.utimeSync(high, 1, 1);
  for (const order of [[low, high], [high, low]]) {
    for (const path of order) index.examine(path);
    assert.deepEqual(partsOf(index, "s1", stage), ["a/high.jsonl"]);
  }
  assert.deepEqual(index.examine(stage.remove("a/high.jsonl")).is, "session");
  assert.deepEqual(partsOf(index, "s1", stage), ["a/low.jsonl"]);
  assert.deepEqual(index.examine(stage.remove("a/low.jsonl")), { is: "part-of", session: "s1" });
  assert.equal(index.files("s1"), null);
});

Deno.test("a log that was moved is found where it is now, in whichever order that is told", () => {
  for (const oldFirst of [true, false]) {
    using stage = makeStage();
    const index = indexOf(stage);
    const before = stage.write("a/one.jsonl", log("s1"));
    index.examine(before);
    Deno.mkdirSync(`${stage.root}/b`);
    const after = `${stage.root}/b/one.jsonl`;
    Deno.renameSync(before, after);
    for (const path of oldFirst ? [before, after] : [after, before]) index.examine(path);
    assert.deepEqual(partsOf(index, "s1", stage), ["b/one.jsonl"]);
  }
});

Deno.test("a log in whose place another was put is no longer the first session's", () => {
  using stage = makeStage();
  const index = indexOf(stage);
  for (const content of [log("s2"), agent("s2", "x"), "{}\n"]) {
    const path = stage.write("a/one.jsonl", log("s1"));
    index.examine(path);
    stage.write("a/one.new", content);
    Deno.renameSync(`${stage.root}/a/one.new`, path);
    index.examine(path);
    assert.equal(index.files("s1"), null);
    stage.remove("a/one.jsonl");
    index.examine(path);
  }
});

Deno.test("a session's parts come in order and add up, however they are found", () => {
  const names = ["", "01", "02", "03", "04"];
  using stage = makeStage();
  const paths = names.map((part, index) =>
    stage.write(`a/${9 - index}.jsonl`, log("s1", part === "" ? {} : { part }) + "{}\n".repeat(index))
  );
  const size = paths.reduce((sum, path) => sum + Deno.statSync(path).size, 0);
  fc.assert(fc.property(fc.shuffledSubarray(paths, { minLength: paths.length }), (order) => {
    const index = indexOf(stage);
    const last = order.map((path) => index.examine(path)).at(-1);
    assert.ok(last?.is === "session");
    assert.deepEqual([last.found.path, last.found.latest, last.found.size], [paths[0], paths.at(-1), size]);
    assert.deepEqual(index.files("s1")?.parts.map(({ path }) => path), paths);
  }));
});

Deno.test("a document counts as the lines that it is handed out as", () => {
  using stage = makeStage();
  const records = [{ log: { kind: "session", session: "s1" } }, { id: "1", say: "é".repeat(50) }];
  stage.write("a/one.json", JSON.stringify(records, null, 8));
  const lines = stage.write("b/two.jsonl", linesOf(records));
  assert.deepEqual(scan(indexOf(stage), stage).at(-1), `s1 b/two.jsonl ${Deno.statSync(lines).size}`);
  stage.remove("b/two.jsonl");
  const counted = new TextEncoder().encode(`1${linesOf(records.slice(1))}`).length;
  assert.deepEqual(scan(indexOf(stage), stage), [`s1 a/one.json ${counted}`]);
});

Deno.test("sub-agents that say whose they are belong to their session, whichever is found first", () => {
  for (const order of [["s", "x", "y"], ["y", "x", "s"]]) {
    using stage = makeStage();
    const index = indexOf(stage);
    const files = new Map([
      ["s", stage.write("a/s.jsonl", log("s1"))],
      ["x", stage.write("a/x.jsonl", agent("s1", "x", "call"))],
      ["y", stage.write("a/y.jsonl", agent("s1", "y", "call"))],
    ]);
    const examined = order.map((name) => index.examine(files.get(name) ?? "").is);
    assert.deepEqual(examined.toSorted(), ["part-of", "part-of", "session"]);
    assert.deepEqual(agentsOf(index, "s1", stage).toSorted(), ["x a/x.jsonl", "y a/y.jsonl"]);
    assert.deepEqual(index.files("s1")?.agents().callers.get("call"), ["x", "y"]);
  }
});

Deno.test("a sub-agent's log that was moved, or compressed, is found where it is now", () => {
  using stage = makeStage();
  const index = indexOf(stage);
  index.examine(stage.write("a/s.jsonl", log("s1")));
  const plain = stage.write("a/x.jsonl", agent("s1", "x"));
  index.examine(plain);
  // The compressed one is there before the other is removed, and both may be looked at meanwhile.
  index.examine(stage.write("a/x.jsonl.zst", compress(agent("s1", "x"))));
  index.examine(plain);
  index.examine(stage.remove("a/x.jsonl"));
  assert.deepEqual(agentsOf(index, "s1", stage), ["x a/x.jsonl.zst"]);
  index.examine(stage.remove("a/x.jsonl.zst"));
  assert.deepEqual(agentsOf(index, "s1", stage), []);
});

Deno.test("a path that is no log is told from a log that is gone", () => {
  using stage = makeStage();
  const index = indexOf(stage);
  stage.write("a/notes.txt", "");
  assert.equal(index.examine(`${stage.root}/a`).is, "no-log");
  assert.equal(index.examine(`${stage.root}/a/notes.txt`).is, "no-log");
  assert.equal(index.examine(`${stage.root}/elsewhere.jsonl`).is, "no-log");
  assert.equal(index.examine(`${stage.root}/a/gone.jsonl`).is, "nothing");
});
