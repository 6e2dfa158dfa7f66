/** The small parts of the parser, one table each. */
import assert from "node:assert/strict";
import { concatenate, findBytes } from "../../src/parser/bytes.ts";
import { readFull, readSmall } from "../../src/parser/disk.ts";
import { goRound } from "../../src/parser/folder_rounds.ts";
import type { Folder } from "../../src/parser/folders.ts";
import { isUnique } from "../../src/parser/inherited.ts";
import type { Redaction } from "../../src/protocol/redaction.ts";
import { gatherMeta } from "../../src/parser/session_meta.ts";
import { countTroubles } from "../../src/parser/troubles.ts";
import { makeTwoEndedQueue } from "../../src/parser/two_ended_queue.ts";
import { OTHERS } from "../../src/protocol/few_names.ts";
import {
  HOT_MS,
  SESSION_TROUBLE_NAMES,
  TROUBLE_NAME_CHARS,
  TROUBLE_NAMES,
} from "../../src/protocol/limits.ts";
import { makeStage } from "./stage.ts";

Deno.test("a queue gives from both ends, each item once", () => {
  const queue = makeTwoEndedQueue<number>();
  for (let item = 0; item < 10; item += 1) queue.push(item);
  const taken = [];
  while (queue.size() > 0) taken.push(queue.takeOldest(), queue.takeNewest());
  assert.deepEqual(taken, [0, 9, 1, 8, 2, 7, 3, 6, 4, 5]);
  assert.deepEqual([queue.takeOldest(), queue.takeNewest(), queue.size()], [undefined, undefined, 0]);
  queue.push(11);
  assert.deepEqual([queue.size(), queue.takeNewest(), queue.takeNewest()], [1, 11, undefined]);
});

Deno.test("troubles are counted by session, kind and name, and sent once", () => {
  const sent: unknown[] = [];
  const troubles = countTroubles(({ session, kind, what, count }) => sent.push([session, kind, what, count]));
  for (const session of ["s", "s", null]) troubles.count(session, { kind: "unknown-record", what: "x" });
  troubles.count("s", { kind: "malformed-line", what: "x" });
  troubles.send();
  troubles.send();
  assert.deepEqual(sent, [
    ["s", "unknown-record", "x", 2],
    [null, "unknown-record", "x", 1],
    ["s", "malformed-line", "x", 1],
  ]);
});

Deno.test("troubles have few names in a session, few in all, and short ones", () => {
  const names = new Set<string>();
  const troubles = countTroubles(({ what }) => names.add(what));
  const count = (session: string, many: number) => {
    names.clear();
    for (let name = 0; name < many; name += 1) {
      troubles.count(session, { kind: "unknown-record", what: `${session} ${name}`.padEnd(200, "x") });
    }
    troubles.send();
    return names.size;
  };
  assert.equal(count("one", 1000), SESSION_TROUBLE_NAMES + 1);
  assert.ok(names.has(OTHERS) && [...names].every((name) => name.length <= TROUBLE_NAME_CHARS));
  let all = 0;
  for (let session = 0; session < 10; session += 1) all += count(`session ${session}`, 1000) - 1;
  assert.ok(all <= TROUBLE_NAMES);
});

const MetaRows: readonly (readonly [what: string, rows: readonly object[], expected: object])[] = [
  ["the later of two titles of one rank", [{ title: { text: "a", rank: 1 } }, {
    title: { text: "b", rank: 1 },
  }], { title: "b" }],
  ["the title of the higher rank", [{ title: { text: "a", rank: 2 } }, { title: { text: "b", rank: 1 } }], {
    title: "a",
  }],
  ["the first project", [{ project: "/a" }, { project: "/b" }], { project: "/a" }],
  ["no project that is no path of any file system", [{ project: "/".repeat(5000) }], { project: null }],
  ["the earliest start", [{ started: "2026-01-02" }, { started: "2026-01-01" }, { started: "2026-01-03" }], {
    started: "2026-01-01",
  }],
  ["the first client", [{ client: "1" }, { client: "2" }], { client: "1" }],
  ["what it had when a record says nothing", [{ client: "1", project: "/a" }, {}], {
    client: "1",
    project: "/a",
  }],
];

for (const [what, rows, expected] of MetaRows) {
  Deno.test(`a session has ${what}`, () => {
    const meta = gatherMeta(null);
    for (const row of rows) meta.take({ out: "meta", ...row });
    const again = gatherMeta(meta.state());
    const shown = again.show({ provider: "codex", session: "s" });
    assert.deepEqual({ ...shown, ...expected }, shown);
  });
}

const OWN: Redaction = { secrets: false, prefixes: ["ACME-"], allow: ["ACME-0000000000"] };

Deno.test("a title has no secret of policy's rules, also one of a checkpoint and of a file beside the log", () => {
  const text = "use ACME-9f8a7s6d5f or ACME-0000000000";
  const safe = "use [redacted: own-secret] or ACME-0000000000";
  const title = { text, rank: 0 };
  const meta = gatherMeta(null, OWN);
  meta.take({ out: "meta", title });
  const before = gatherMeta(null);
  before.take({ out: "meta", title });
  assert.equal(before.state().title?.text, text);
  const after = gatherMeta(before.state(), OWN);
  for (const gathered of [meta, after, gatherMeta(after.state(), OWN)]) {
    assert.equal(gathered.state().title?.text, safe);
    assert.equal(gathered.show({ provider: "codex", session: "s" }).title, safe);
  }
  assert.equal(gatherMeta(null, OWN).show({ provider: "codex", session: "s" }, { title }).title, safe);
});

Deno.test("that a session is a copy stays in its checkpoints, and is no part of what is shown", () => {
  const meta = gatherMeta(null);
  meta.take({ out: "meta", isCopy: true });
  meta.take({ out: "meta", client: "1" });
  const again = gatherMeta(meta.state());
  assert.equal(again.state().isCopy, true);
  assert.ok(!("isCopy" in again.show({ provider: "codex", session: "s" })));
  assert.ok(!("isCopy" in gatherMeta(null).state()));
});

const UUID = "0198c0de-0000-7000-8000-00000000000a";
const ULID = "01M8MB71G23T6K3XXF9N9H8D5Y";

Deno.test("an id is unique by itself when it holds a UUID", () => {
  assert.ok([UUID, `msg:${UUID}:result`, UUID.toUpperCase(), ULID, `msg_${ULID}`].every(isUnique));
  assert.ok(![ULID.slice(1), ULID.toLowerCase(), `8${ULID.slice(1)}`, `${ULID}x`, `x${ULID}`].some(isUnique));
  assert.ok(![UUID.slice(1), "msg_01", "7", UUID.replace("-", "")].some(isUnique));
});

Deno.test("findBytes() finds a text wherever it begins, and no half of a byte", () => {
  const piece = 64 * 1024;
  for (const at of [0, 1, piece - 2, piece - 1, piece, 2 * piece + 3]) {
    const bytes = new Uint8Array(3 * piece);
    bytes.set(new TextEncoder().encode("€x"), at);
    assert.equal(findBytes(bytes, "€x"), at);
  }
  assert.equal(findBytes(new Uint8Array([0x12, 0x34]), "#"), -1);
  assert.equal(findBytes(new TextEncoder().encode("ab"), "abc"), -1);
});

Deno.test("concatenate() puts the second behind the first", () => {
  assert.deepEqual([...concatenate(new Uint8Array([1, 2]), new Uint8Array([3]))], [1, 2, 3]);
});

Deno.test("readFull() goes on after a short read, and ends with the file", () => {
  const content = [1, 2, 3, 4, 5];
  const reads = (sizes: number[]) => ({
    readSync(buffer: Uint8Array) {
      const count = Math.min(sizes.shift() ?? 0, buffer.length);
      if (count === 0) return null;
      buffer.set(content.splice(0, count));
      return count;
    },
  });
  assert.deepEqual([...readFull(reads([2, 1, 9]), new Uint8Array(4))], [1, 2, 3, 4]);
  assert.deepEqual([...readFull(reads([1]), new Uint8Array(4))], [5]);
});

Deno.test("readSmall() reads a file up to its bound, nothing longer, and nothing that is no file", () => {
  using stage = makeStage();
  const path = stage.write("a/x", "12345");
  assert.deepEqual([5, 4].map((most) => readSmall(path, most)), ["12345", null]);
  assert.deepEqual([readSmall(`${stage.root}/none`, 5), readSmall(`${stage.root}/a`, 5)], [null, null]);
  Deno.symlinkSync(path, `${stage.root}/link`);
  assert.equal(readSmall(`${stage.root}/link`, 5), null);
});

/** `count` folders, the first of which changed now. */
function foldersOf(count: number): Folder[] {
  const still = { version: "1", listed: "1", hasSpecial: false, links: 0 };
  return Array.from({ length: count }, (_, index) => ({
    ...still,
    path: `/f${index}`,
    changed: performance.now() - (index === 0 ? 0 : 2 * HOT_MS),
  }));
}

Deno.test("a round looks at the roots, at what changed lately, and at some of the others in turn", () => {
  const folders = foldersOf(80);
  const rounds = goRound(["/root"], { all: () => folders });
  const looks = Array.from({ length: 4 }, () => [...rounds.next(() => true, false)]);
  assert.ok(looks.every(([root, changed]) => root === "/root" && changed === "/f0"));
  const inTurn = looks.map((paths) => paths.slice(2));
  assert.deepEqual(inTurn.map(({ length }) => length), [32, 32, 16, 32]);
  assert.deepEqual(inTurn.slice(0, 3).flat(), folders.map(({ path }) => path));
});

Deno.test("a round looks at everything that is not watched, up to a bound, and goes faster without events", () => {
  const folders = foldersOf(2000);
  const of = (isWatched: boolean, isHurried: boolean) =>
    [...goRound([], { all: () => folders }).next(() => isWatched, isHurried)].length;
  assert.deepEqual([of(true, false), of(false, false), of(true, true)], [1 + 32, 512 + 32, 1 + 512]);
});

Deno.test("lookedAt() is when the last whole round began", () => {
  const folders = foldersOf(40);
  const rounds = goRound([], { all: () => folders });
  const { now } = Date;
  let time = now();
  Date.now = () => time;
  try {
    const before = rounds.lookedAt();
    time += 1000;
    for (const _ of rounds.next(() => true, false));
    const began = time;
    time += 1000;
    assert.equal(rounds.lookedAt(), before);
    for (const _ of rounds.next(() => true, false));
    assert.equal(rounds.lookedAt(), began);
  } finally {
    Date.now = now;
  }
});
