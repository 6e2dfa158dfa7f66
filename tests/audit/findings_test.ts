/** Each finding of a collection with its place and its words, what is counted, and what is shown of one machine. */
import assert from "node:assert/strict";
import { join } from "@std/path";
import { recordLine } from "../../src/audit/chain.ts";
import { FINDINGS, verifyCollection } from "../../src/audit/verify_all.ts";
import { COLLECTED_DEPTH, HEAD_SETTLE_MS } from "../../src/protocol/collector_limits.ts";
import { chain } from "./audit_body.ts";
import { BOB, DESK, LAPTOP, NOW, wholeOf, withCollection } from "./collection.ts";

const laptop = chain(6, "as it was", LAPTOP);
const bob = chain(3, "as it was", BOB);
const desk = chain(4, "as it was", DESK);
const LAPTOP_IS = { host: "laptop", machine: LAPTOP.machine, uid: 1000 };
const DESK_IS = { host: "desk", machine: DESK.machine, uid: 1000 };
const NOBODY_IS = { host: null, machine: null, uid: null };

Deno.test("verifyCollection() says of each chain how many records and heads it has, and where it is", () =>
  withCollection(
    {
      "laptop/a/1.jsonl": laptop.slice(0, 4),
      "laptop/b/2.jsonl": [
        laptop[3] ?? "",
        "",
        ...laptop.slice(4),
        recordLine(laptop[0] ?? desk[0] ?? bob[0] ?? assert.fail()).slice(0, 60),
      ],
      "3.jsonl": bob,
    },
    [[laptop[5], LAPTOP], [laptop[2], LAPTOP], [bob[2], BOB], [bob[1], BOB, 1_000]],
    (top) => {
      const { chains, ...rest } = verifyCollection(wholeOf(top));
      assert.deepEqual(rest, {
        ok: true,
        findings: [],
        journals: 1,
        heads: 4,
        pending: 0,
        torn: 1,
        repeated: 1,
      });
      assert.deepEqual(
        chains.map(({ origin, first, last, records, heads, folders }) => [
          origin?.user,
          first,
          last,
          records,
          heads,
          folders,
        ]),
        [["bob", 1, 3, 3, 2, [""]], ["ada", 1, 6, 6, 2, ["laptop/a", "laptop/b"]]],
      );
    },
  ));

Deno.test("verifyCollection() gives each finding its place and its words, the gravest first", () =>
  withCollection(
    {
      "laptop/1.jsonl": laptop.slice(0, 5),
      "laptop/bob.jsonl": bob,
      "desk/1.jsonl": [desk[0], desk[2], desk[3]].filter((record) => record !== undefined),
      "desk/odd.jsonl": ["", "hello", "again"],
    },
    [[laptop[5], LAPTOP, 86_400_000], [laptop[4], LAPTOP], [
      chain(1, "another", LAPTOP)[0],
      LAPTOP,
      90_000_000,
    ], [
      bob[2],
      LAPTOP,
    ]],
    (top) => {
      Deno.writeTextFileSync(join(top, "journals", "odd.journal"), "no journal at all");
      const { ok, findings, heads, journals, pending } = verifyCollection(wholeOf(top));
      assert.deepEqual([ok, heads, journals, pending], [false, 4, 2, 0]);
      const why = (start: string) => findings.find((one) => one.why.startsWith(start))?.why ?? start;
      const first = chain(1, "another", LAPTOP)[0]?.hash;
      assert.deepEqual(findings, [
        { finding: "broken", ...NOBODY_IS, file: "desk/odd.jsonl", line: 2, why: "this is no audit record" },
        {
          finding: "broken",
          ...DESK_IS,
          file: "desk/1.jsonl",
          line: 2,
          why: why("record 2 is missing here"),
        },
        {
          finding: "head-missing",
          ...LAPTOP_IS,
          file: "remote.journal",
          line: null,
          why: `the journal has 2 heads that no chain holds, the first of ${
            new Date(NOW - 90_000_000).toISOString()
          } (${first}): records are missing at the end, or the log was written anew`,
        },
        {
          finding: "head-elsewhere",
          ...LAPTOP_IS,
          file: "remote.journal",
          line: null,
          why: `the journal has the head ${bob[2]?.hash} of a log that says it is of ${BOB.machine} 1001`,
        },
        {
          finding: "begun-anew",
          ...LAPTOP_IS,
          file: null,
          line: null,
          why: why("the journal has heads of 2 chains"),
        },
        {
          finding: "unproven",
          ...DESK_IS,
          file: "desk",
          line: null,
          why: why("no journal has a head of this chain"),
        },
        {
          finding: "unreadable",
          ...NOBODY_IS,
          file: "odd.journal",
          line: null,
          why: "this is no journal file",
        },
      ]);
      assert.deepEqual([...new Set(findings.map(({ finding }) => finding))], [...FINDINGS]);
    },
  ));

for (const [age, pending] of [[HEAD_SETTLE_MS - 1, 1], [HEAD_SETTLE_MS, 0]] as const) {
  Deno.test(`verifyCollection() ${pending === 1 ? "waits for" : "misses"} the record of a head that is ${age} ms old`, () =>
    withCollection(
      { "a.jsonl": laptop.slice(0, 5) },
      [[laptop[4], LAPTOP], [laptop[5], LAPTOP, age]],
      (top) => {
        const found = verifyCollection(wholeOf(top));
        assert.equal(found.pending, pending);
        const why = found.findings.map(({ why }) =>
          why.slice(0, "the journal has a head that no chain".length)
        );
        assert.deepEqual(why, pending === 1 ? [] : ["the journal has a head that no chain"]);
      },
    ));
}

/** What is looked at, the chains that are shown, and the findings. */
const LOOKS: readonly (readonly [
  name: string,
  options: { readonly host?: string; readonly uid?: number },
  chains: readonly string[],
  findings: readonly string[],
])[] = [
  ["everything", {}, ["ada@desk", "ada@laptop", "bob@laptop"], [
    "broken null",
    "broken desk",
    "unproven laptop",
  ]],
  ["a machine by its name", { host: "laptop" }, ["ada@laptop", "bob@laptop"], ["unproven laptop"]],
  ["a machine by its id", { host: DESK.machine }, ["ada@desk"], ["broken desk"]],
  ["a machine by the folder of its records", { host: "10.0.0.3" }, ["ada@desk"], [
    "broken null",
    "broken desk",
  ]],
  ["a person of all machines", { uid: 1001 }, ["bob@laptop"], ["unproven laptop"]],
  ["a person of such a machine", { host: "10.0.0.3", uid: 1000 }, ["ada@desk"], [
    "broken null",
    "broken desk",
  ]],
  ["another person of such a machine", { host: "10.0.0.3", uid: 1001 }, [], ["broken null"]],
  ["a person of another machine", { host: "desk", uid: 1001 }, [], []],
  ["a machine that is not there", { host: "lap" }, [], []],
];

for (const [name, options, chains, findings] of LOOKS) {
  Deno.test(`verifyCollection() looks at ${name}`, () =>
    withCollection(
      {
        "10.0.0.2/1.jsonl": laptop,
        "10.0.0.2/2.jsonl": bob,
        "10.0.0.3/1.jsonl": [desk[0], desk[2]].filter((record) => record !== undefined),
        "10.0.0.3/2.jsonl": ["hello"],
      },
      [[laptop[5], LAPTOP], [desk[2], DESK]],
      (top) => {
        const found = verifyCollection({ ...wholeOf(top), ...options });
        assert.deepEqual(found.chains.map(({ origin }) => `${origin?.user}@${origin?.host}`).sort(), chains);
        assert.deepEqual(found.findings.map(({ finding, host }) => `${finding} ${host}`), findings);
      },
    ));
}

Deno.test("verifyCollection() looks into folders to a depth, follows no link, and takes only files of records", () => {
  const deep = (folders: number) => `${"d/".repeat(folders)}1.jsonl`;
  withCollection(
    {
      [deep(COLLECTED_DEPTH)]: bob,
      [deep(COLLECTED_DEPTH + 1)]: laptop,
      "notes.txt": ["hello"],
      "x.jsonl.bak": ["hello"],
    },
    [[bob[2], BOB]],
    (top) => {
      withCollection({ "a.jsonl": desk }, [], (other) => {
        Deno.symlinkSync(join(other, "records"), join(top, "records", "linked"));
        Deno.symlinkSync(join(other, "records", "a.jsonl"), join(top, "records", "linked.jsonl"));
        const found = verifyCollection(wholeOf(top));
        assert.deepEqual([found.ok, found.chains.map(({ origin }) => origin?.user)], [true, ["bob"]]);
      });
    },
  );
});

Deno.test("verifyCollection() of records that begin late says so, or takes them when the oldest are archived", () =>
  withCollection({ "a.jsonl": laptop.slice(3) }, [[laptop[5], LAPTOP]], (top) => {
    assert.match(verifyCollection(wholeOf(top)).findings[0]?.why ?? "", /records 1 to 3 are missing here/);
    const archived = verifyCollection({ ...wholeOf(top), archived: true });
    assert.deepEqual([archived.ok, archived.chains[0]?.first], [true, 4]);
  }));
