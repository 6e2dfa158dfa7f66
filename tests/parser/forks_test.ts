import assert from "node:assert/strict";
import { dirname } from "@std/path";
import { createForks } from "../../src/parser/forks.ts";
import { linesOf, makeProvider, makeStage } from "./stage.ts";

const COUNT = 400;

/** Logs of which every tenth begins as the one before it, and how often a record of any was asked what it is. */
function makeForks() {
  const stage = makeStage();
  let asked = 0;
  const provider = {
    ...makeProvider(),
    identity({ value }: { readonly value: unknown }) {
      asked += 1;
      return (value as { id: string }).id;
    },
  };
  const logs = Array.from({ length: COUNT }, (_, index) => ({
    session: `s${index}`,
    path: stage.write(
      `a/${index}.jsonl`,
      linesOf([{ id: `${index % 10 === 0 && index > 0 ? index - 1 : index}`, say: "x" }]),
    ),
  }));
  return { stage, logs, forks: createForks(provider), asked: () => asked };
}

Deno.test("of sessions that appear at once, each one's beginning is read once", () => {
  const { stage, logs, forks, asked } = makeForks();
  using _ = stage;
  const parents = logs.map((log) => {
    assert.deepEqual(forks.unread(log.path, 64), []);
    return forks.parentOf(log);
  });
  assert.equal(asked(), COUNT);
  for (const [index, parent] of parents.entries()) {
    assert.deepEqual(parent, { session: index % 10 === 0 && index > 0 ? `s${index - 1}` : null });
  }
});

Deno.test("logs that have a folder each are beside each other where their provider says so", () => {
  using stage = makeStage();
  const provider = {
    ...makeProvider(),
    identity: ({ value }: { readonly value: unknown }) => (value as { id: string }).id,
    forkFolder: (main: string) => dirname(dirname(main)),
  };
  const forks = createForks(provider);
  const write = (path: string) => stage.write(path, linesOf([{ id: "7", say: "x" }]));
  assert.deepEqual(forks.parentOf({ session: "s1", path: write("a/s1/log.jsonl") }), { session: null });
  assert.deepEqual(forks.parentOf({ session: "s2", path: write("a/s2/log.jsonl") }), { session: "s1" });
  assert.deepEqual(forks.parentOf({ session: "s3", path: write("b/s3/log.jsonl") }), { session: null });
});

Deno.test("the beginnings of old sessions are read when a new one lies beside them, a few at a time, once", () => {
  const { stage, logs, forks, asked } = makeForks();
  using _ = stage;
  for (const log of logs) forks.add(log);
  assert.equal(asked(), 0);
  const path = stage.write("a/fork.jsonl", linesOf([{ id: "7", say: "x" }]));
  for (let some = forks.unread(path, 64); some.length > 0; some = forks.unread(path, 64)) {
    assert.ok(some.length <= 64);
    for (const log of some) forks.read(log);
  }
  assert.deepEqual(forks.parentOf({ session: "fork", path }), { session: "s7" });
  assert.equal(asked(), COUNT + 1);
  const elsewhere = stage.write("b/fork.jsonl", linesOf([{ id: "7", say: "x" }]));
  assert.deepEqual(forks.parentOf({ session: "elsewhere", path: elsewhere }), { session: null });
});
