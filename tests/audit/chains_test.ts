/** Where a part of a log belongs that no link leads to: by its folder, its owner, and whether it has a beginning. */
import assert from "node:assert/strict";
import { type CollectedRecord, groupChains, ownerOf } from "../../src/audit/chains.ts";
import type { AuditOrigin } from "../../src/audit/record.ts";
import { BOB, LAPTOP } from "./collection.ts";

/** Records `from` … `from + 2` of one log, with links between them. The first one names the owner. */
function part(name: string, from: number, origin: AuditOrigin | null, folder = "/here"): CollectedRecord[] {
  return [0, 1, 2].map((index) => ({
    sequence: from + index,
    previous: `${name}${from + index - 1}`,
    hash: `${name}${from + index}`,
    origin: index === 0 ? origin : null,
    folder,
    file: `${name}.jsonl`,
    line: index + 1,
  }));
}

const PARTS = {
  "a beginning of ada's": part("x", 1, LAPTOP),
  "a beginning of nobody's": part("x", 1, null),
  "a later part of ada's": part("x", 7, LAPTOP),
  "a later part of nobody's": part("x", 7, null),
} as const;
const BESIDE = {
  "nothing": [],
  "ada's log": part("a", 1, LAPTOP),
  "bob's log": part("b", 1, BOB),
  "a log of nobody's": part("n", 1, null),
  "bob's log and one of nobody's": [...part("b", 1, BOB), ...part("n", 1, null)],
  "ada's log and bob's": [...part("a", 1, LAPTOP), ...part("b", 1, BOB)],
  "ada's log in another folder": part("a", 1, LAPTOP, "/there"),
  "a log of nobody's in another folder": part("n", 1, null, "/there"),
} as const;

/** The logs that a part joins; everywhere else it is a chain of its own. */
const JOINS: Readonly<Record<keyof typeof PARTS, Partial<Record<keyof typeof BESIDE, "a" | "b" | "n">>>> = {
  // A log that ada began anew.
  "a beginning of ada's": { "ada's log": "a", "ada's log and bob's": "a" },
  // Perhaps a log that was begun anew.
  "a beginning of nobody's": { "a log of nobody's": "n", "bob's log and one of nobody's": "n" },
  "a later part of ada's": {
    "ada's log": "a",
    "a log of nobody's": "n",
    "bob's log and one of nobody's": "n",
    "ada's log and bob's": "a",
  },
  "a later part of nobody's": { "ada's log": "a", "bob's log": "b", "a log of nobody's": "n" },
};

for (const [what, records] of Object.entries(PARTS) as [keyof typeof PARTS, CollectedRecord[]][]) {
  for (const [where, beside] of Object.entries(BESIDE) as [keyof typeof BESIDE, CollectedRecord[]][]) {
    const joined = JOINS[what][where];
    Deno.test(`groupChains() puts ${what} beside ${where} ${joined === undefined ? "by itself" : "into that log"}`, () => {
      for (const found of [[...beside, ...records], [...records, ...beside]]) {
        const chains = groupChains(found).map(({ records }) => records.map(({ hash }) => hash));
        const own = chains.find((hashes) => hashes.includes("x1") || hashes.includes("x7")) ?? [];
        const names = new Set(own.map((hash) => hash[0]));
        assert.deepEqual(names, new Set(["x", ...joined === undefined ? [] : [joined]]));
        assert.equal(chains.flat().length, found.length);
        const named = groupChains(found).map((
          { records, origin },
        ) => [records.some((record) => record.origin !== null), origin !== null]);
        for (const [has, says] of named) assert.equal(says, has);
        for (const { records } of groupChains(found)) {
          const sequences = records.map(({ sequence }) => sequence);
          assert.deepEqual(sequences, sequences.toSorted((a, b) => a - b));
        }
      }
    });
  }
}

Deno.test("groupChains() knows the owner of a log of nobody's once a part of that owner has joined it", () => {
  const found = [
    ...part("n", 1, null),
    ...part("a", 7, LAPTOP),
    ...part("b", 17, BOB),
    ...part("c", 27, LAPTOP),
  ];
  const names = groupChains(found).map(({ records }) => new Set(records.map(({ hash }) => hash[0])));
  assert.deepEqual(names, [new Set(["n", "a", "c"]), new Set(["b"])]);
});

Deno.test("groupChains() follows links over folders, and takes the owner that the records name last", () => {
  const moved = { ...LAPTOP, host: "new-name" };
  const later = part("a", 4, moved, "/there").map((record, index) =>
    index === 0 ? { ...record, previous: "a3" } : record
  );
  const chains = groupChains([...later, ...part("a", 1, LAPTOP), ...part("b", 1, BOB, "/there")]);
  assert.deepEqual(chains.map(({ origin, records }) => [origin?.host, records.length]), [["new-name", 6], [
    "laptop",
    3,
  ]]);
});

Deno.test("ownerOf() knows a machine by its id, or else by its name", () => {
  assert.equal(ownerOf(LAPTOP), `${LAPTOP.machine} 1000`);
  assert.equal(ownerOf({ ...LAPTOP, machine: null }), "laptop 1000");
  assert.equal(ownerOf({ machine: null, host: null, uid: 7 }), "? 7");
});
