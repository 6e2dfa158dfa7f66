import assert from "node:assert/strict";
import fc from "fast-check";
import { rememberMarks, rememberSession } from "../../src/parser/recent_events.ts";
import { RECENT_EVENTS } from "../../src/protocol/limits.ts";

const mark = fc.oneof(fc.uuid(), fc.string({ maxLength: 12 }), fc.nat(300).map((number) => `line:${number}`));

Deno.test("the latest marks are known, as many as promised, and none that never was", () => {
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 500 }), fc.array(mark, { maxLength: 50 }), (all, asked) => {
      const remembered = rememberMarks([]);
      for (const one of all) {
        remembered.add(one);
        assert.ok(remembered.has(one));
      }
      for (const one of all.slice(-RECENT_EVENTS)) assert.ok(remembered.has(one));
      const known = remembered.list();
      assert.deepEqual(known, all.slice(-known.length || all.length));
      assert.ok(known.length <= 2 * RECENT_EVENTS);
      for (const one of asked) assert.equal(remembered.has(one), known.includes(one));
    }),
  );
});

Deno.test("going on from a checkpoint is as if it had never stopped", () => {
  fc.assert(fc.property(fc.array(mark, { maxLength: 600 }), fc.nat(600), (all, at) => {
    const whole = rememberMarks([]);
    let resumed = rememberMarks([]);
    for (const [index, one] of all.entries()) {
      if (index === at) resumed = rememberMarks(resumed.list());
      whole.add(one);
      resumed.add(one);
    }
    assert.deepEqual(resumed.list(), whole.list());
  }));
});

const TIME = "2026-11-20T10:00:02.000Z";
const LATER = "2026-11-20T10:00:09.000Z";

Deno.test("an event is known by its log, its id and its time", () => {
  const session = rememberSession(null);
  session.of("main").add({ id: "call_0", time: TIME });
  session.of("x").add({ id: "msg 1", time: null });
  const known: readonly (readonly [agent: string, id: string, time: string | null, boolean])[] = [
    ["main", "call_0", TIME, true],
    ["main", "call_0", LATER, false],
    ["main", "call_0", null, false],
    ["x", "call_0", TIME, false],
    ["x", "msg 1", null, true],
    ["y", "msg 1", null, false],
    ["main", "msg 1", null, false],
  ];
  for (const [agent, id, time, expected] of known) {
    assert.equal(session.of(agent).has({ id, time }), expected, `${agent} ${id} ${time}`);
  }
  assert.deepEqual(session.ids(), ["call_0", "msg 1"]);
});

Deno.test("a checkpoint of an older version, which holds bare ids, is gone on from", () => {
  const nothing = { cursor: null, fold: null, skip: 0 };
  const meta = { title: null, project: null, started: null, client: null };
  const session = rememberSession({ v: 1, seq: 2, meta, main: nothing, agents: {}, recent: ["a", "b c"] });
  assert.ok(session.of("main").has({ id: "b c", time: TIME }));
  assert.ok(!session.of("main").has({ id: "b", time: TIME }));
});
