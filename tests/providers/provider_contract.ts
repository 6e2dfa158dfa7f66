/**
 * What every provider keeps to, whatever a log holds: it never throws, its events are valid, its state is plain
 * JSON, asking where a sub-agent hands back changes nothing, and what nobody typed is never the user's.
 */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { MAIN_AGENT } from "../../src/protocol/event.ts";
import { NOTICE_KINDS } from "../../src/protocol/event.ts";
import type { LogRecord, Provider } from "../../src/providers/provider.ts";
import { checkMessages } from "./evidence_contract.ts";
import { placeEvents } from "./read_log.ts";

/** `seeds`: real records, whose mutations come closer to the code than arbitrary JSON does. */
export function testProviderContract(provider: Provider, seeds: readonly unknown[]): void {
  Deno.test(`${provider.id} keeps the contract for any JSON`, () => {
    fc.assert(fc.property(fc.array(fc.jsonValue(), { maxLength: 4 }), (values) => {
      checkRecords(provider, MAIN_AGENT, values);
    }));
  });

  Deno.test(`${provider.id} keeps the contract for records of wrong shapes`, () => {
    const mutated = fc.array(
      fc.tuple(fc.constantFrom(...seeds), fc.infiniteStream(fc.nat()), odd).map(([seed, choices, value]) =>
        mutate(seed, choices, value)
      ),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.constantFrom(MAIN_AGENT, "a0071ada42b9ef4b0"), mutated, (agent, values) => {
        checkRecords(provider, agent, values);
      }),
      { numRuns: 2000 },
    );
  });
}

const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, 1e308, "", "::stop", "\ud800", "<", [], {}, [[]], [null], [{}]),
  fc.constant(JSON.parse('{"__proto__":{"type":"text"},"constructor":1,"length":2}')),
  fc.jsonValue(),
);

/** `seed` with one value, somewhere in it, replaced by `value`. */
function mutate(seed: unknown, choices: Iterator<number>, value: unknown): unknown {
  if (typeof seed !== "object" || seed === null) return value;
  const keys = Object.keys(seed);
  const choice = choices.next().value ?? 0;
  const key = keys[choice % (keys.length + 1)];
  if (key === undefined) return value;
  const copy = structuredClone(seed) as Record<string, unknown>;
  copy[key] = mutate(copy[key], choices, value);
  return copy;
}

export function checkRecords(provider: Provider, agent: string, values: readonly unknown[]): void {
  const state = provider.begin(agent);
  for (const [line, value] of values.entries()) {
    const record: LogRecord = { value, line };
    const before = JSON.stringify(state);
    const handBack = provider.handBack(state, record);
    assert.equal(JSON.stringify(state), before, "handBack() changed the state");
    assert.ok(handBack === null || handBack.agent !== null || handBack.call !== null);
    provider.endsRun(record);
    provider.identity(record);
    provider.timeOf(record);
    provider.startingCall(value);
    const reading = provider.read(state, record);
    checkMessages(reading.outs);
    assert.deepEqual(JSON.parse(JSON.stringify(state)), state, "the state is no plain JSON");
    for (const event of placeEvents(provider, "s", agent, reading.outs)) {
      if (event.type === "notice") assert.ok((NOTICE_KINDS as readonly string[]).includes(event.kind));
      const { input: _, ...rest } = { input: null, ...event };
      assert.ok(JSON.stringify(rest).isWellFormed() && !/\\ud[89a-f]/.test(JSON.stringify(rest)));
    }
    for (const out of reading.outs) {
      if (out.out === "unknown") assert.match(out.type, /^[\w./() -]{1,130}$/);
    }
  }
}
