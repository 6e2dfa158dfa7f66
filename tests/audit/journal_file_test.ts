/** The objects of a journal file, one at a time: kinds, flags, layouts, sizes, and windows. */
import assert from "node:assert/strict";
import { type JournalEntry, OddJournal, readJournal } from "../../src/audit/journal_file.ts";
import { readJournalHeads } from "../../src/audit/journal_heads.ts";
import { JOURNAL_FIELD_BYTES } from "../../src/protocol/collector_limits.ts";

const HEADER = 272;
const MIB = 1024 * 1024;
const COMPACT = 16;

interface Shape {
  /** Of incompatible_flags. */
  readonly flags?: number;
  readonly signature?: string;
}

/** An object: its kind, its flags, the bytes behind its header. Padded to eight bytes, as systemd does. */
function object(type: number, content: Uint8Array, flags = 0): Uint8Array<ArrayBuffer> {
  const size = 16 + content.length;
  const bytes = new Uint8Array(Math.ceil(size / 8) * 8);
  bytes.set([type, flags]);
  new DataView(bytes.buffer).setBigUint64(8, BigInt(size), true);
  bytes.set(content, 16);
  return bytes;
}

function data(text: string, { compact = false, flags = 0 } = {}): Uint8Array<ArrayBuffer> {
  const head = compact ? 56 : 48;
  const content = new Uint8Array([...new Uint8Array(head), ...new TextEncoder().encode(text)]);
  return object(1, content, flags);
}

/** An entry at `ms`, with the fields at these offsets. */
function entry(ms: number, offsets: readonly number[], compact = false): Uint8Array<ArrayBuffer> {
  const step = compact ? 4 : 16;
  const view = new DataView(new ArrayBuffer(48 + step * offsets.length));
  view.setBigUint64(8, BigInt(ms) * 1000n + 999n, true);
  for (const [index, offset] of offsets.entries()) {
    if (compact) view.setUint32(48 + step * index, offset, true);
    else view.setBigUint64(48 + step * index, BigInt(offset), true);
  }
  return object(3, new Uint8Array(view.buffer));
}

/** A file with these objects. */
function fileOf(
  objects: readonly Uint8Array<ArrayBuffer>[],
  { flags = 0, signature = "LPKSHHRH" }: Shape = {},
): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(HEADER);
  const view = new DataView(header.buffer);
  const length = objects.reduce((sum, { length }) => sum + length, HEADER);
  header.set(new TextEncoder().encode(signature));
  view.setUint32(12, flags, true);
  view.setBigUint64(88, BigInt(HEADER), true);
  view.setBigUint64(136, BigInt(length - (objects.at(-1)?.length ?? 0)), true);
  const whole = new Uint8Array(length);
  let at = 0;
  for (const bytes of [header, ...objects]) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole;
}

/** The entries of a file with these objects, without its last `cut` bytes. */
function read(objects: readonly Uint8Array<ArrayBuffer>[], shape: Shape = {}, cut = 0): JournalEntry[] {
  const path = Deno.makeTempFileSync();
  try {
    const whole = fileOf(objects, shape);
    Deno.writeFileSync(path, whole.subarray(0, whole.length - cut));
    return [...readJournal(path, ["_UID=", "MESSAGE="])];
  } finally {
    Deno.removeSync(path);
  }
}

/** The fields of each entry. */
const fieldsOf = (entries: readonly JournalEntry[]) => entries.map(({ fields }) => fields);

Deno.test("readJournal() gives an entry its wanted fields, in both layouts", () => {
  for (const compact of [false, true]) {
    const [uid, other, message] = [
      data("_UID=1000", { compact }),
      data("_PID=7", { compact }),
      data("MESSAGE=é", { compact }),
    ];
    const places = [HEADER, HEADER + uid.length, HEADER + uid.length + other.length];
    const entries = read([
      uid,
      other,
      message,
      entry(5, places, compact),
      entry(6, places.slice(1, 2), compact),
    ], {
      flags: compact ? COMPACT : 0,
    });
    assert.deepEqual(entries, [{ time: 5, fields: ["_UID=1000", "MESSAGE=é"] }]);
  }
});

Deno.test("readJournal() takes every flag that it knows, and no other", () => {
  for (let bit = 0; bit < 32; bit++) {
    const flags = (1 << bit) >>> 0;
    const attempt = () => read([data("_UID=1"), entry(5, [HEADER])], { flags });
    // The fifth flag is another layout.
    if (bit < 5) assert.equal(attempt().length, bit === 4 ? 0 : 1, `bit ${bit}`);
    else assert.throws(attempt, OddJournal, `bit ${bit}`);
  }
  assert.throws(() => read([], { signature: "LPKSHHRX" }), OddJournal);
});

Deno.test("readJournal() passes over compressed fields, of every kind of compression", () => {
  for (const [flags, expected] of [[0, 1], [1, 0], [2, 0], [4, 0], [7, 0], [8, 1]] as const) {
    assert.equal(read([data("_UID=1", { flags }), entry(5, [HEADER])]).length, expected, `flags ${flags}`);
  }
});

Deno.test("readJournal() passes over objects of other kinds", () => {
  for (let type = 0; type < 10; type++) {
    const strange = object(
      type,
      new Uint8Array([...new Uint8Array(48), ...new TextEncoder().encode("_UID=2")]),
    );
    const uid = data("_UID=1");
    const entries = read([strange, uid, entry(5, [HEADER, HEADER + strange.length])]);
    assert.deepEqual(fieldsOf(entries), [type === 1 ? ["_UID=2", "_UID=1"] : ["_UID=1"]], `kind ${type}`);
  }
});

Deno.test("readJournal() takes no object of another kind for an entry", () => {
  for (let type = 0; type < 10; type++) {
    const like = entry(4, [HEADER]);
    like[0] = type;
    const times = read([data("_UID=1"), like, entry(5, [HEADER])]).map(({ time }) => time);
    assert.deepEqual(times, type === 3 ? [4, 5] : [5], `kind ${type}`);
  }
});

Deno.test("readJournal() reads fields up to their bound, and none that is empty", () => {
  const ofSize = (size: number) => `_UID=${"1".repeat(size - 5)}`;
  for (
    const [text, isRead] of [
      [ofSize(JOURNAL_FIELD_BYTES), true],
      [ofSize(JOURNAL_FIELD_BYTES + 1), false],
      ["_UID=", true],
      ["", false],
    ] as const
  ) {
    const entries = read([data(text), entry(5, [HEADER])]);
    assert.deepEqual(fieldsOf(entries), isRead ? [[text]] : []);
  }
});

Deno.test("readJournal() passes over an entry without room for its head, or larger than a window", () => {
  const uid = data("_UID=1");
  const short = object(3, new Uint8Array(47));
  const long = entry(5, Array.from({ length: MIB / 16 }, () => HEADER));
  const largest = entry(6, Array.from({ length: MIB / 16 - 4 }, (_, index) => index === 0 ? HEADER : 0));
  assert.equal(largest.length, MIB);
  assert.deepEqual(read([uid, short, long, largest, entry(7, [HEADER])]).map(({ time }) => time), [6, 7]);
});

Deno.test("readJournal() reads on over windows, and ends where the file ends", () => {
  const filler = object(9, new Uint8Array(MIB - 40));
  const uid = data("_UID=1");
  const objects = [
    filler,
    uid,
    entry(5, [HEADER + filler.length]),
    filler,
    entry(6, [HEADER + filler.length]),
  ];
  assert.deepEqual(read(objects).map(({ time }) => time), [5, 6]);
  assert.deepEqual(read(objects, {}, 1).map(({ time }) => time), [5], "its last object is cut");
  assert.deepEqual(read(objects, {}, (objects.at(-1)?.length ?? 0) - 15).map(({ time }) => time), [5]);
  assert.deepEqual(read([]), []);
});

const FIELDS = ["SYSLOG_IDENTIFIER=kato", "_UID=1000", "_HOSTNAME=laptop", "_MACHINE_ID=abc"];
const HASH = "0123456789abcdef".repeat(4);

/** The fields of a line of the journal, and the uid of the head that it holds; null: it holds none. */
const LINES: readonly (readonly [is: string, fields: readonly string[], uid: number | null])[] = [
  ["a head at a start", [...FIELDS, `MESSAGE=kato runs event=started pid=7 head=${HASH}`], 1000],
  ["a head at a stop", [...FIELDS, `MESSAGE=kato has stopped event=stopped head=${HASH}`], 1000],
  ["a head between", [...FIELDS, `MESSAGE=head of the audit log event=audit-head head=${HASH} n=3`], 1000],
  ["another program's line", [
    `SYSLOG_IDENTIFIER=cat`,
    ...FIELDS.slice(1),
    `MESSAGE=kato runs event=started head=${HASH}`,
  ], null],
  ["a line of another event", [...FIELDS, `MESSAGE=kato runs event=began head=${HASH}`], null],
  ["a hash with a digit more", [...FIELDS, `MESSAGE=kato runs event=started head=${HASH}0`], null],
  ["a hash with a digit less", [...FIELDS, `MESSAGE=kato runs event=started head=${HASH.slice(1)}`], null],
  [
    "a line without a user",
    [...FIELDS.toSpliced(1, 1), `MESSAGE=kato runs event=started head=${HASH}`],
    null,
  ],
  ["a user that is no number", [
    ...FIELDS.with(1, "_UID=ada"),
    `MESSAGE=kato runs event=started head=${HASH}`,
  ], null],
  ["a user with a longest number", [
    ...FIELDS.with(1, "_UID=4294967294"),
    `MESSAGE=kato runs event=started head=${HASH}`,
  ], 4294967294],
  ["a user with a longer number", [
    ...FIELDS.with(1, "_UID=42949672940"),
    `MESSAGE=kato runs event=started head=${HASH}`,
  ], null],
];

for (const [is, fields, uid] of LINES) {
  Deno.test(`readJournalHeads() takes ${uid === null ? "no head from" : "the head of"} ${is}`, () => {
    const folder = Deno.makeTempDirSync();
    try {
      const objects = fields.map((field) => data(field));
      const places = objects.map((_, index) =>
        objects.slice(0, index).reduce((sum, one) => sum + one.length, HEADER)
      );
      const whole = fileOf([...objects, entry(5, places)]);
      for (const name of ["a.journal", "b.journal~", "c.journal.bak", "d.txt"]) {
        Deno.writeFileSync(`${folder}/${name}`, whole);
      }
      const { heads, journals } = readJournalHeads(folder);
      assert.equal(journals, 2);
      const head = { hash: HASH, time: 5, machine: "abc", host: "laptop", journal: "b.journal~" };
      assert.deepEqual(heads, uid === null ? [] : [{ ...head, uid }]);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}
