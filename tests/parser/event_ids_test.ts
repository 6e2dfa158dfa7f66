import assert from "node:assert/strict";
import fc from "fast-check";
import { takeEventIds } from "../../src/parser/event_ids.ts";

/** As clients and services make them, and as somebody would who wants two events to have one. */
const id = fc.oneof(
  fc.uuid(),
  fc.nat(3).map((number) => `call_${number}`),
  fc.nat(400).map((number) => `0199aaaa-0000-7000-8000-00000000000a:${number}`),
  fc.tuple(fc.nat(3), fc.nat(40)).map(([number, seq]) => `call_${number}~${seq}`),
  fc.string({ maxLength: 12 }),
);

Deno.test("no two events of a session have the same id, however often its log uses one again", () => {
  fc.assert(fc.property(fc.array(id, { maxLength: 600 }), (ids) => {
    const taken = takeEventIds(null, []);
    const all = ids.map((one, seq) => taken.take(one, seq));
    assert.equal(new Set(all).size, all.length);
    for (const [seq, one] of all.entries()) {
      const own = ids[seq] ?? "";
      assert.ok(one === own || one === `${own}~${seq}`);
    }
  }));
});

Deno.test("an id that comes again after a hundred thousand others is told from the first", () => {
  const taken = takeEventIds(null, []);
  taken.take("call_0", 0);
  for (let seq = 1; seq < 100_000; seq += 1) taken.take(`msg_${seq}`, seq);
  assert.equal(taken.take("call_0", 100_000), "call_0~100000");
});

Deno.test("ids of a session of usual length stay as they are", () => {
  const taken = takeEventIds(null, []);
  let changed = 0;
  for (let seq = 0; seq < 1000; seq += 1) {
    const own = `0199aaaa-0000-7000-8000-00000000000a:${seq}`;
    if (taken.take(own, seq) !== own) changed += 1;
  }
  assert.ok(changed < 10, `${changed}`);
});

Deno.test("going on from a checkpoint gives the ids that reading on would have given", () => {
  fc.assert(fc.property(fc.array(id, { maxLength: 300 }), fc.nat(300), (ids, at) => {
    const whole = takeEventIds(null, []);
    let resumed = takeEventIds(null, []);
    for (const [seq, one] of ids.entries()) {
      if (seq === at) resumed = takeEventIds(resumed.state(), []);
      assert.equal(resumed.take(one, seq), whole.take(one, seq));
    }
    const fromIds = takeEventIds(null, ids);
    assert.equal(fromIds.state(), whole.state());
  }));
});
