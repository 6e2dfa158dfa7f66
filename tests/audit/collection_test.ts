/** Everything that a collector has: chains in folders, and heads in journals that systemd itself wrote. */
import assert from "node:assert/strict";
import { join } from "@std/path";
import { readJournalHeads } from "../../src/audit/journal_heads.ts";
import type { AuditRecord } from "../../src/audit/record.ts";
import { type CollectionOptions, verifyCollection } from "../../src/audit/verify_all.ts";
import { chain } from "./audit_body.ts";
import { BOB, DESK, type Head, LAPTOP, NOW, wholeOf, withCollection } from "./collection.ts";
import { writeJournal } from "./write_journal.ts";

const ELSEWHERE = { ...BOB, machine: "e".repeat(32), host: "elsewhere" };

/** systemd-journal-remote 252 wrote these from the entries that README.md beside them lists. */
const JOURNALS = new URL("../../fixtures/journal/", import.meta.url);

for (const layout of ["regular", "compact"]) {
  Deno.test(`readJournalHeads() reads the ${layout} layout as systemd writes it, and kato's own lines alone`, async () => {
    const folder = Deno.makeTempDirSync();
    try {
      const packed = await Deno.open(new URL(`${layout}.journal.gz`, JOURNALS));
      const unpacked = packed.readable.pipeThrough(new DecompressionStream("gzip"));
      Deno.mkdirSync(join(folder, "remote"));
      await Deno.writeFile(join(folder, "remote", "a.journal"), unpacked);
      const { heads, journals, bad } = readJournalHeads(folder);
      assert.deepEqual([journals, bad], [1, []]);
      const start = 1_795_420_800_000;
      assert.deepEqual(heads.map(({ hash, time, host, uid }) => [hash[0], time - start, host, uid]), [
        ["1", 0, "laptop", 1000],
        ["2", 2000, "laptop", 1001],
        ["3", 3000, "desk", 1000],
        ["4", 6000, "laptop", 1000],
      ]);
      assert.deepEqual(heads.map(({ machine }) => machine?.[0]), ["a", "a", "d", "a"]);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

const [laptop, bob, desk, anew] = [
  chain(6, "as it was", LAPTOP),
  chain(3, "as it was", BOB),
  chain(4, "as it was", DESK),
  chain(2, "rewritten", LAPTOP),
];
const HEADS: readonly Head[] = [[laptop[5], LAPTOP], [laptop[2], LAPTOP], [bob[2], BOB], [desk[3], DESK]];
const FILES = { "laptop/ada/1.jsonl": laptop, "laptop/bob/1.jsonl": bob, "desk/ada/1.jsonl": desk };

const CASES: readonly (readonly [
  is: string,
  files: Readonly<Record<string, readonly AuditRecord[]>>,
  heads: readonly Head[],
  findings: readonly string[],
  options?: Partial<CollectionOptions>,
])[] = [
  ["whole", FILES, HEADS, []],
  ["collected under addresses", {
    "10.0.0.1/ada/1.jsonl": laptop.slice(0, 3),
    "10.0.0.2/ada/1.jsonl": [...laptop.slice(3), ...desk],
  }, [
    ...HEADS.slice(0, 2),
    ...HEADS.slice(3),
  ], []],
  ["cut at an end", { ...FILES, "laptop/ada/1.jsonl": laptop.slice(0, 5) }, HEADS, [
    "head-missing laptop 1000",
  ]],
  ["cut where its head is new, and on its way", { ...FILES, "laptop/ada/1.jsonl": laptop.slice(0, 5) }, [
    [laptop[5], LAPTOP, 60_000],
    ...HEADS.slice(1),
  ], []],
  ["without a person's log", { ...FILES, "laptop/bob/1.jsonl": [] }, HEADS, ["head-missing laptop 1001"]],
  ["written anew", { ...FILES, "laptop/ada/1.jsonl": anew }, [...HEADS, [anew[1], LAPTOP]], [
    "head-missing laptop 1000",
  ]],
  ["written anew under the name of another machine", {
    ...FILES,
    "laptop/bob/2.jsonl": chain(2, "as it was", ELSEWHERE),
  }, [
    ...HEADS,
    [chain(2, "as it was", ELSEWHERE)[1], BOB],
  ], ["head-elsewhere laptop 1001", "begun-anew laptop 1001"]],
  [
    "with a record missing",
    { ...FILES, "desk/ada/1.jsonl": [desk[0], desk[2], desk[3]].filter((record) => record !== undefined) },
    HEADS,
    ["broken desk 1000"],
  ],
  ["that a head of another person is in", FILES, [...HEADS, [laptop[3], BOB]], [
    "head-elsewhere laptop 1001",
    "begun-anew laptop 1001",
  ]],
  ["of which no journal knows one log", FILES, HEADS.slice(0, 3), ["unproven desk 1000"]],
  ["looked at for one machine", { ...FILES, "laptop/ada/1.jsonl": laptop.slice(0, 5) }, HEADS, [], {
    host: "desk",
  }],
  ["looked at for one person of one machine", { ...FILES, "laptop/ada/1.jsonl": [] }, HEADS, [
    "head-missing laptop 1000",
  ], { host: "laptop", uid: 1000 }],
  ["looked at for the other person there", { ...FILES, "laptop/ada/1.jsonl": [] }, HEADS, [], {
    host: LAPTOP.machine,
    uid: 1001,
  }],
];

for (const [is, files, heads, findings, options] of CASES) {
  Deno.test(`verifyCollection() of a collection that is ${is}`, () =>
    withCollection(files, heads, (top) => {
      const found = verifyCollection({ ...wholeOf(top), ...options });
      assert.deepEqual(
        found.findings.map(({ finding, host, uid }) => `${finding} ${host} ${uid}`),
        findings,
        JSON.stringify(found, null, 1),
      );
      assert.equal(found.ok, findings.length === 0);
    }));
}

const ODD: readonly (readonly [
  is: string,
  bytes: (whole: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
  bad: RegExp | null,
])[] = [
  ["empty", () => new Uint8Array(0), /no journal file/],
  ["something else", () => new TextEncoder().encode("hello ".repeat(100)), /no journal file/],
  ["of a later format", (whole) => whole.with(12, 255), /format that kato does not know/],
  ["cut in the middle", (whole) => whole.slice(0, Math.floor(whole.length * 2 / 3)), null],
  [
    "with an object that has no length",
    (whole) => new Uint8Array([...whole.slice(0, 272 + 8), ...new Uint8Array(8), ...whole.slice(272 + 16)]),
    null,
  ],
  [
    "with an object longer than the file",
    (whole) =>
      new Uint8Array([
        ...whole.slice(0, 272 + 8),
        ...new Uint8Array(8).fill(255),
        ...whole.slice(272 + 16),
      ]),
    null,
  ],
];

for (const [is, bytes, bad] of ODD) {
  Deno.test(`readJournalHeads() comes to an end with a journal that is ${is}`, () => {
    const folder = Deno.makeTempDirSync();
    try {
      const path = join(folder, "a.journal");
      writeJournal(path, [{ time: NOW, fields: ["SYSLOG_IDENTIFIER=kato", "_UID=1"] }]);
      Deno.writeFileSync(path, bytes(Deno.readFileSync(path)));
      const read = readJournalHeads(folder);
      assert.deepEqual(read.heads, []);
      if (bad === null) assert.deepEqual(read.bad, []);
      else assert.match(read.bad[0]?.why ?? "nothing is bad", bad);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}
