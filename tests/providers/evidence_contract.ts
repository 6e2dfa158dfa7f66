/**
 * Who wrote a message, as every provider reports it: each of its kinds has the evidence that docs/providers.md promises, and a
 * mark that kato does not know never makes a message typed. A provider lists its cases in `<provider>_evidence_test.ts`.
 */
import assert from "node:assert/strict";
import { MAIN_AGENT } from "../../src/protocol/event.ts";
import { EVIDENCE, type Evidence, type EvidenceReason } from "../../src/protocol/evidence.ts";
import type { Out, Provider, Reading } from "../../src/providers/provider.ts";

export interface EvidenceCase {
  /** What the message is, with the client's version where that matters: "claude -p with a file piped in, 2.1". */
  readonly name: string;
  /** The records of a log. The last one holds the message. */
  readonly records: readonly unknown[];
  readonly evidence: Evidence;
  readonly why: EvidenceReason | null;
  /** What commands are looked for in; left out where that is not the case's matter. */
  readonly typed?: string;
}

export interface EvidenceCases {
  readonly cases: readonly EvidenceCase[];
  /**
   * Objects in which this client marks a message, each as the index of a record (from the last: 0 is the last) and the names
   * that lead to it: `[0, "attachment"]`. A flag there that kato does not know makes a message unproven.
   */
  readonly flags: readonly Path[];
  /** Marks with a value, in the same form: `[0, "origin", "kind"]`. A value that kato does not know makes a message unproven. */
  readonly kinds: readonly Path[];
}

export type Path = readonly [back: number, ...names: string[]];

const UNKNOWN_FLAGS: readonly unknown[] = [true, "kato-unknown", 1, { kind: "kato-unknown" }, [
  "kato-unknown",
]];
const UNKNOWN_KINDS: readonly unknown[] = [...UNKNOWN_FLAGS, {}, [], { kind: 7 }, "Typed", " typed "];

export function testEvidence(provider: Provider, { cases, flags, kinds }: EvidenceCases): void {
  for (const { name, records, evidence, why, typed } of cases) {
    Deno.test(`${provider.id} tells who wrote: ${name}`, () => {
      const said = messageOf(readLast(provider, records));
      assert.deepEqual([said?.evidence ?? null, said?.why ?? null], [evidence, why]);
      if (typed !== undefined) assert.equal(said?.typed, typed);
    });
  }

  const proven = cases.filter(({ evidence }) => evidence === "typed");
  Deno.test(`${provider.id} has a message of each evidence that it can tell`, () => {
    assert.ok(proven.length > 0);
    for (const { evidence } of cases) assert.ok(EVIDENCE.includes(evidence));
  });

  Deno.test(`${provider.id} takes no message with an unknown mark for typed`, () => {
    for (const { name, records } of proven) {
      for (const path of flags) {
        for (const value of UNKNOWN_FLAGS) check(name, records, [...path, "katoUnknownMark"], value);
      }
      for (const path of kinds) {
        for (const value of UNKNOWN_KINDS) check(name, records, path, value);
      }
    }
  });

  function check(name: string, records: readonly unknown[], path: Path, value: unknown): void {
    const marked = structuredClone(records);
    const [back, ...names] = path;
    if (!setAt(marked[marked.length - 1 - back], names, structuredClone(value))) return;
    const said = messageOf(readLast(provider, marked));
    assert.notEqual(said?.evidence, "typed", `${name}: ${names.join(".")} = ${JSON.stringify(value)}`);
  }
}

/** What holds for the messages of any reading. */
export function checkMessages(outs: readonly Out[]): void {
  for (const out of outs) {
    if (out.out !== "event") continue;
    const { event, said } = out;
    if (event.type === "user") assert.ok(said !== undefined, "a user event says who wrote it");
    if (said === undefined) continue;
    const isCommand = event.type === "notice" && event.kind === "command";
    assert.ok(
      isCommand || event.type === (said.evidence === "not-typed" ? "notice" : "user"),
      "what nobody typed is a notice, and anything else a user's",
    );
    assert.equal(said.why === null, said.evidence === "typed");
  }
}

function readLast(provider: Provider, records: readonly unknown[]): Reading {
  const state = provider.begin(MAIN_AGENT);
  let last: Reading = { outs: [], origin: "injected" };
  for (const [line, value] of records.entries()) last = provider.read(state, { value, line });
  checkMessages(last.outs);
  return last;
}

function messageOf({ outs }: Reading) {
  return outs.flatMap((out) => out.out === "event" && out.said !== undefined ? [out.said] : [])[0];
}

/** Sets a value below `root`; false where the object that would hold it is not there. */
function setAt(root: unknown, names: readonly string[], value: unknown): boolean {
  let at = root;
  for (const name of names.slice(0, -1)) at = isObject(at) ? at[name] : undefined;
  const last = names.at(-1);
  if (!isObject(at) || last === undefined) return false;
  at[last] = value;
  return true;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
