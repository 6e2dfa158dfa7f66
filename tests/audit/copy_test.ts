import assert from "node:assert/strict";
import { dirname, join } from "@std/path";
import { recordLine } from "../../src/audit/chain.ts";
import { verifyAuditCopy } from "../../src/audit/copy.ts";
import type { VerifyOptions } from "../../src/audit/verify.ts";
import { chain } from "./audit_body.ts";
import { BOB } from "./collection.ts";

const RECORDS = chain(6, "as it was");
const LINES = RECORDS.map(recordLine);
const REWRITTEN = chain(6, "as somebody wants it to be").map(recordLine);
const [one = "", two = "", three = "", four = "", five = "", six = ""] = LINES;
const HEAD = RECORDS.at(-1)?.hash ?? "";

interface Case {
  readonly is: string;
  /** What stands in each file. */
  readonly files: Readonly<Record<string, readonly string[]>>;
  readonly options?: VerifyOptions;
  readonly whole: {
    readonly first?: number;
    readonly records?: number;
    readonly repeated?: number;
    readonly torn?: number;
  } | RegExp;
}

const CASES: readonly Case[] = [
  { is: "one file", files: { "a.jsonl": LINES }, whole: {} },
  { is: "a file a day", files: { "01.jsonl": [one, two], "02.jsonl": [three, four, five, six] }, whole: {} },
  {
    is: "rotated files beside the current one, whatever order their names have",
    files: { "z.jsonl": [one, two], "a.jsonl": [three, four, five, six] },
    whole: {},
  },
  {
    is: "sent again after a connection broke",
    files: { "a.jsonl": [one, two, three, two, three, four, five, six] },
    whole: { repeated: 2 },
  },
  { is: "with empty lines", files: { "a.jsonl": ["", one, "", two, three, "", four, five, six] }, whole: {} },
  { is: "in another order", files: { "a.jsonl": [one, three, two, five, six, four] }, whole: {} },
  {
    is: "being written to at this moment",
    files: { "a.jsonl": [...LINES, five.slice(0, 40)] },
    whole: { torn: 1 },
  },
  {
    is: "collected from the third record on, which is said",
    files: { "a.jsonl": LINES.slice(2) },
    options: { archived: true },
    whole: { first: 3, records: 4 },
  },
  { is: "a folder with other files too", files: { "a.jsonl": LINES, "notes.txt": ["nothing"] }, whole: {} },
  { is: "one that holds the head", files: { "a.jsonl": LINES }, options: { head: HEAD }, whole: {} },
  { is: "empty", files: { "a.jsonl": [] }, whole: /there is no record in it/ },
  {
    is: "collected from the third record on, which is not said",
    files: { "a.jsonl": LINES.slice(2) },
    whole: /records 1 to 2 are missing here/,
  },
  {
    is: "without one record",
    files: { "a.jsonl": [one, two, four, five, six] },
    whole: /record 3 is missing here/,
  },
  {
    is: "without its last record, which the journal knows",
    files: { "a.jsonl": LINES.slice(0, 5) },
    options: { head: HEAD },
    whole: /is not in the copy/,
  },
  {
    is: "rewritten after it was collected",
    files: { "a.jsonl": [...LINES, ...REWRITTEN.slice(3)] },
    whole: /two different records 4: the log was rewritten/,
  },
  {
    is: "rewritten, and collected from there on",
    files: { "a.jsonl": [...LINES.slice(0, 3), ...REWRITTEN.slice(3)] },
    whole: /record 4 does not continue the one before it/,
  },
  {
    is: "edited on the collector",
    files: { "a.jsonl": [one, two.replace("as it was", "as it is"), three, four, five, six] },
    whole: /record 2 was changed/,
  },
  {
    is: "with something else in it",
    files: { "a.jsonl": [one, "hello", two] },
    whole: /this is no audit record/,
  },
];

for (const { is, files, options, whole } of CASES) {
  Deno.test(`verifyAuditCopy() of a copy that is ${is}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      for (const [name, lines] of Object.entries(files)) {
        Deno.writeTextFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(""));
      }
      const result = verifyAuditCopy([folder], options);
      if (whole instanceof RegExp) {
        assert.match(result.broken?.why ?? "it is whole", whole);
      } else {
        const { records, first, repeated, torn, broken } = result;
        const expected = { records: 6, first: 1, repeated: 0, torn: 0, broken: null, ...whole };
        assert.deepEqual({ records, first, repeated, torn, broken }, expected);
        assert.equal(result.head, HEAD);
      }
      const names = Object.keys(files).filter((name) => name.endsWith(".jsonl"));
      const named = verifyAuditCopy(names.sort().map((name) => join(folder, name)), options);
      assert.deepEqual(
        { ...named, broken: null },
        { ...result, broken: null },
        "files named one by one are the same copy as their folder",
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("verifyAuditCopy() names the file and the line of the first fault", async (t) => {
  const cases: readonly (readonly [name: string, b: readonly string[], line: number, sequence: number])[] = [
    ["no record", [three, "hello"], 2, 1],
    ["a changed record", ["", three.replace("as it was", "as it is")], 2, 1],
    ["a gap", [three, "", five], 3, 4],
    ["a rewritten record", [three, four, REWRITTEN[3] ?? ""], 3, 5],
  ];
  for (const [name, b, line, sequence] of cases) {
    await t.step(name, async () => {
      const folder = await Deno.makeTempDir();
      try {
        for (const [file, lines] of [["a.jsonl", [one, two]], ["b.jsonl", b]] as const) {
          Deno.writeTextFileSync(join(folder, file), lines.map((text) => `${text}\n`).join(""));
        }
        const { broken, chains, records } = verifyAuditCopy([folder]);
        // What holds a line that is no record is no chain.
        if (sequence === 1) assert.deepEqual([chains, records], [[], 0]);
        assert.deepEqual([broken?.file, broken?.line, broken?.sequence], ["b.jsonl", line, sequence]);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
});

Deno.test("verifyAuditCopy() of nothing names the first place that it looked at", async () => {
  const folder = await Deno.makeTempDir({ prefix: "kato-copy-" });
  try {
    const why = "there is no record in it";
    for (const [paths, file] of [[[folder, "/"], folder.split("/").at(-1)], [[], ""]] as const) {
      const { broken, head, records, first, last, chains } = verifyAuditCopy(paths);
      assert.deepEqual(broken, { file, line: 1, why, sequence: 1 });
      assert.deepEqual([head, records, first, last, chains], ["0".repeat(64), 0, null, null, []]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("verifyAuditCopy() of a copy whose first record is missing has no first and no last one", async () => {
  const folder = await Deno.makeTempDir({ prefix: "kato-copy-" });
  try {
    Deno.writeTextFileSync(join(folder, "a.jsonl"), [two, three].map((line) => `${line}\n`).join(""));
    const { broken, records, first, last } = verifyAuditCopy([folder]);
    assert.deepEqual([broken?.line, broken?.sequence, records, first, last], [1, 1, 0, null, null]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("verifyAuditCopy() names its last record where the head is missing", async () => {
  const folder = await Deno.makeTempDir({ prefix: "kato-copy-" });
  try {
    const placeOf = () => {
      const { broken } = verifyAuditCopy([folder], { head: "b".repeat(64) });
      return [broken?.file, broken?.line, broken?.sequence];
    };
    Deno.writeTextFileSync(join(folder, "a.jsonl"), [one, two, three].map((line) => `${line}\n`).join(""));
    assert.deepEqual(placeOf(), ["a.jsonl", 3, 4]);
    Deno.writeTextFileSync(
      join(folder, "b.jsonl"),
      `${recordLine(chain(1, "of bob", BOB)[0] ?? assert.fail())}\n`,
    );
    assert.deepEqual(placeOf(), ["b.jsonl", 1, 1], "of two chains, none is the one that is cut");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("verifyAuditCopy() does not take a copy that is not there for one without records", () => {
  assert.throws(() => verifyAuditCopy(["/nonexistent/log"]), Deno.errors.NotFound);
});

const LAPTOP = { machine: "a".repeat(32), host: "laptop", uid: 1000, user: "ada" };
const DESK = { ...LAPTOP, machine: "d".repeat(32), host: "desk" };
const [laptop, desk, anew, other] = [
  chain(6, "on the laptop", LAPTOP),
  chain(4, "on the desk", DESK),
  chain(2, "on the laptop, rewritten", LAPTOP),
  chain(3, "of another person", { ...LAPTOP, uid: 1001, user: "bob" }),
].map((records) => records.map(recordLine)) as [string[], string[], string[], string[]];

/** What stands in each file, by its path; then each chain's host, uid and length, or why one is broken. */
const GATHERED: readonly (readonly [
  is: string,
  files: Readonly<Record<string, readonly string[]>>,
  chains: readonly (readonly [host: string | null, uid: number | null, records: number])[] | RegExp,
])[] = [
  ["two machines behind one address", { "10.0.0.1/a.jsonl": [...laptop, ...desk] }, [["laptop", 1000, 6], [
    "desk",
    1000,
    4,
  ]]],
  [
    "two machines whose records arrive by turns",
    { "10.0.0.1/a.jsonl": laptop.flatMap((line, index) => [line, ...desk.slice(index, index + 1)]) },
    [["laptop", 1000, 6], ["desk", 1000, 4]],
  ],
  ["two people of one machine", { "laptop/a.jsonl": [...laptop, ...other] }, [["laptop", 1000, 6], [
    "laptop",
    1001,
    3,
  ]]],
  [
    "a laptop that roams",
    {
      "10.0.0.1/a.jsonl": laptop.slice(0, 2),
      "10.0.0.2/a.jsonl": laptop.slice(2, 5),
      "10.0.0.3/a.jsonl": laptop.slice(4),
    },
    [["laptop", 1000, 6]],
  ],
  [
    "a laptop that roams among others",
    {
      "10.0.0.1/a.jsonl": [...desk, ...laptop.slice(0, 3)],
      "10.0.0.2/a.jsonl": [...laptop.slice(3), ...LINES],
    },
    [["desk", 1000, 4], ["laptop", 1000, 6], [null, null, 6]],
  ],
  [
    "a laptop of which a record is missing, beside another machine",
    { "10.0.0.1/a.jsonl": [...laptop.slice(0, 3), ...laptop.slice(4), ...desk] },
    /records 1 to 4 are missing here/,
  ],
  ["one that was begun anew", { "laptop/a.jsonl": [...laptop, ...anew] }, /two different records 1/],
  [
    "one that was begun anew, when none said whose it is",
    { "laptop/a.jsonl": [...LINES, ...REWRITTEN] },
    /two different records 1/,
  ],
];

for (const [is, files, chains] of GATHERED) {
  Deno.test(`verifyAuditCopy() goes by the chain, of ${is}`, () => {
    const top = Deno.makeTempDirSync();
    try {
      for (const [name, lines] of Object.entries(files)) {
        Deno.mkdirSync(dirname(join(top, name)), { recursive: true });
        Deno.writeTextFileSync(join(top, name), lines.map((line) => `${line}\n`).join(""));
      }
      const result = verifyAuditCopy([
        ...new Set(Object.keys(files).map((name) => dirname(join(top, name)))),
      ]);
      if (chains instanceof RegExp) return assert.match(result.broken?.why ?? "it is whole", chains);
      assert.equal(result.broken, null);
      const found = result.chains.map((
        { origin, records },
      ) => [origin?.host ?? null, origin?.uid ?? null, records]);
      assert.deepEqual(found, chains);
      assert.equal(result.records, chains.reduce((sum, [, , records]) => sum + records, 0));
      const [only] = result.chains.length === 1 ? result.chains : [];
      assert.deepEqual(
        [result.first, result.last, result.head],
        [only?.first ?? null, only?.last ?? null, only?.head ?? null],
      );
    } finally {
      Deno.removeSync(top, { recursive: true });
    }
  });
}
