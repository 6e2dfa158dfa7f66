/** What the state costs: however many recordings there were, none is read that is not asked for, and none grows it. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { MIGRATIONS } from "../../src/daemon/migrations.ts";
import type { Delivery, RecordingKind } from "../../src/daemon/recording.ts";
import { type RecordingsStore, storeRecordings } from "../../src/daemon/recordings_store.ts";
import { storeSessions } from "../../src/daemon/sessions_store.ts";
import { type Database, openState } from "../../src/daemon/state.ts";
import type { Component } from "../../src/destination/decision.ts";
import type { Checkpoint } from "../../src/protocol/cursor.ts";
import { DEFAULT_INCLUDES } from "../../src/protocol/render.ts";

const REF = { provider: "codex", session: "s" } as const;
const META = { ...REF, title: null, project: null, started: null, client: null };

/** As large as those of real sessions. */
const CHECKPOINT: Checkpoint = {
  v: 1,
  seq: 3,
  meta: { title: null, project: null, started: null, client: null },
  main: {
    cursor: { dev: 1, ino: 2, head: "h", headBytes: 1, tail: "00", offset: 700, line: 3 },
    fold: null,
    skip: 0,
  },
  part: { name: "first", before: 50 },
  agents: {},
  recent: Array.from({ length: 128 }, (_, n) => `an-id-of-an-event-that-is-as-long-as-such-ids-are-${n}`),
};

const FILE: Component = {
  path: "/exports/now.md",
  kind: "file",
  uid: 1000,
  mode: 0o100600,
  dev: 7,
  ino: 1,
  links: 1,
  size: 0,
  birth: 5,
};

/** `count` of rows that any statement gave, and every statement. */
interface Watched {
  readonly database: Database;
  readonly statements: Set<string>;
  rows: number;
}

function watch(database: Database): Watched {
  const statements = new Set<string>();
  const watched: Watched = {
    statements,
    rows: 0,
    database: {
      ...database,
      run(sql, ...values) {
        statements.add(sql);
        return database.run(sql, ...values);
      },
      get(sql, ...values) {
        statements.add(sql);
        const row = database.get(sql, ...values);
        watched.rows += row === undefined ? 0 : 1;
        return row;
      },
      all(sql, ...values) {
        statements.add(sql);
        const rows = database.all(sql, ...values);
        watched.rows += rows.length;
        return rows;
      },
    },
  };
  return watched;
}

function withState(look: (database: Database, path: string) => void): void {
  const folder = Deno.makeTempDirSync({ prefix: "kato-store-" });
  try {
    const state = openState(`${folder}/kato.db`);
    assert.ok(state.opened);
    look(state.database, `${folder}/kato.db`);
    state.database.close();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function add(store: RecordingsStore, kind: RecordingKind, destination: string): number {
  return store.add({
    ref: REF,
    kind,
    destination,
    whole: true,
    head: { format: "md", meta: META, timeZone: "UTC", include: [...DEFAULT_INCLUDES] },
    checkpoint: CHECKPOINT,
    next: 3,
    until: null,
    file: null,
  });
}

function delivery(own: Partial<Delivery> = {}): Delivery {
  const render = new Uint8Array(4000);
  return { before: 0, length: 10, checkpoint: CHECKPOINT, next: 4, events: 1, last: false, render, ...own };
}

/** A recording from its beginning to its end. */
function finish(store: RecordingsStore, kind: RecordingKind, destination: string): number {
  const id = add(store, kind, destination);
  store.setFile(id, { dev: 7, ino: id }, 0, { path: destination, birth: null });
  store.openDelivery(id, delivery({ last: true }));
  store.commitDelivery(id, 10);
  return id;
}

/** Asks everything that is asked while kato runs. */
function askAll(database: Database): void {
  const store = storeRecordings(database);
  const id = add(store, "record", "/exports/now.md");
  store.setFile(id, { dev: 8, ino: id }, 0, null);
  store.openDelivery(id, delivery());
  store.dropDelivery(id, 0);
  store.advance(id, delivery());
  store.active();
  store.latest(100);
  store.knows(REF);
  store.activeOfSession(REF);
  store.ofDestination("/exports/now.md");
  store.created.has("7:1", FILE);
  store.followNumber("/exports/now.md", FILE);
  store.forgetOthers("/exports/now.md", { dev: 7, ino: 1 });
  store.isAsLeft("/exports/now.md", { dev: 8, ino: id }, 0);
  store.end(id, 9);
  store.goOn(id);
  store.resume(id, CHECKPOINT, 4, false);
  store.giveUp(id);
  const sessions = storeSessions(database);
  const seen = {
    session: "s",
    path: "/log",
    dev: 1,
    ino: 2,
    size: 3,
    modified: 4,
    parent: null,
    late: false,
  };
  sessions.add("codex", seen, { added: 0, looked: 0 });
  sessions.move(REF, "/other", 3);
  sessions.setBaseline(REF, 1);
  sessions.advance(REF, CHECKPOINT, 3, META);
  sessions.point(REF, "/exports/now.md");
  sessions.countCrash(REF);
  sessions.quarantine(REF, null);
  sessions.find(REF);
  sessions.setFact("a", "b");
  sessions.fact("a");
  sessions.claimCommand("codex", "e", 0);
  sessions.isClaimed("codex", "e", 0);
  sessions.countUnlisted(REF, 3);
  sessions.forgetUnlisted(REF);
}

Deno.test("state: every statement finds its rows by an index", () =>
  withState((database, path) => {
    const watched = watch(database);
    askAll(watched.database);
    const planner = new DatabaseSync(path);
    for (const sql of watched.statements) {
      const values = Array.from(sql.matchAll(/\?/g), () => null);
      const steps = planner.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values)
        .map(({ detail }) => String(detail));
      const slow = steps.filter((step) => /^SCAN (?!CONSTANT ROW)|TEMP B-TREE/.test(step));
      assert.deepEqual(slow, [], sql);
    }
    planner.close();
  }));

Deno.test("state: what is asked while kato runs reads no more rows after 2,000 recordings than after 100", () => {
  const rowsAfter = (count: number) => {
    let rows = 0;
    withState((database) => {
      const store = storeRecordings(database);
      database.transact(() => {
        for (let n = 0; n < count; n++) finish(store, n % 2 === 0 ? "record" : "export", `/exports/${n}.md`);
      });
      const watched = watch(database);
      askAll(watched.database);
      rows = watched.rows;
    });
    return rows;
  };
  assert.equal(rowsAfter(2000), rowsAfter(100));
});

Deno.test("state: what is shown at every change of an active recording is that recording alone", () =>
  withState((database) => {
    const past = storeRecordings(database);
    database.transact(() => {
      for (let n = 0; n < 200; n++) finish(past, "record", `/exports/${n}.md`);
    });
    const watched = watch(database);
    const store = storeRecordings(watched.database);
    const id = add(store, "record", "/exports/now.md");
    assert.equal(store.latest(100).length, 100);
    watched.rows = 0;
    store.advance(id, delivery());
    const [first, ...rest] = store.latest(100);
    assert.deepEqual([first?.id, first?.events, first?.readTo, rest.length], [id, 1, 750, 99]);
    assert.equal(watched.rows, 1);
    // One that is over is among the past ones at once, and one that goes on no longer.
    store.giveUp(id);
    assert.deepEqual(store.latest(2).map(({ id, active }) => [id, active]), [[id, false], [id - 1, false]]);
    store.goOn(id - 1);
    assert.deepEqual(store.latest(2).map(({ id, active }) => [id, active]), [[id - 1, true], [id, false]]);
  }));

Deno.test("state: an export that is done leaves no reading or rendering state behind", () =>
  withState((database) => {
    const store = storeRecordings(database);
    const pages = () =>
      Number(database.get("PRAGMA page_count")?.["page_count"]) -
      Number(database.get("PRAGMA freelist_count")?.["freelist_count"]);
    finish(store, "export", "/exports/first.md");
    const before = pages();
    const count = 200;
    for (let n = 0; n < count; n++) finish(store, "export", `/exports/${n}.md`);
    const size = Number(database.get("PRAGMA page_size")?.["page_size"]);
    const each = (pages() - before) * size / count;
    assert.ok(each < 2048, `${each} bytes for each`);
    // A recording that may be resumed keeps them.
    assert.notEqual(store.get(finish(store, "capture", "/exports/kept.md")).checkpoint, null);
  }));

Deno.test("state: a size that kato itself may have left is no edit, wherever it was interrupted", () =>
  withState((database) => {
    const store = storeRecordings(database);
    const id = add(store, "record", "/exports/now.md");
    const file = { dev: 8, ino: 9 };
    store.setFile(id, file, 100, null);
    const left = (size: number, ...except: number[]) =>
      store.isAsLeft("/exports/now.md", file, size, ...except);
    assert.deepEqual([99, 100, 101].map((size) => left(size)), [false, true, false]);
    store.openDelivery(id, delivery({ before: 100, length: 50 }));
    assert.deepEqual([99, 100, 101, 150, 151].map((size) => left(size)), [false, true, true, true, false]);
    assert.equal(store.isAsLeft("/exports/now.md", { dev: 8, ino: 10 }, 100), false, "another file");
    assert.equal(left(100, id), false, "no other recording writes there");
  }));

Deno.test("state: that of schema 1 stays readable, and gives back what its exports kept", () => {
  const folder = Deno.makeTempDirSync({ prefix: "kato-store-" });
  const path = `${folder}/kato.db`;
  try {
    const old = new DatabaseSync(path);
    old.exec(`${MIGRATIONS[0]}; PRAGMA user_version = 1;`);
    const head = JSON.stringify({
      format: "md",
      meta: META,
      timeZone: "UTC",
      include: [...DEFAULT_INCLUDES],
    });
    const insert = old.prepare(
      `INSERT INTO recordings (id, provider, session, kind, destination, state, whole, head, checkpoint, next, render)
        VALUES (?, 'codex', 's', ?, ?, ?, 1, ?, ?, 3, x'00')`,
    );
    const checkpoint = JSON.stringify(CHECKPOINT);
    insert.run(1, "export", "/exports/done.md", "stopped", head, checkpoint);
    insert.run(2, "export", "/exports/under-way.md", "active", head, checkpoint);
    insert.run(3, "record", "/exports/stopped.md", "stopped", head, checkpoint);
    insert.run(4, "capture", "/exports/new.md", "active", head, null);
    old.prepare("INSERT INTO deliveries VALUES (2, 5, 6, 'a hash', ?, 4, 1, 0, x'00')").run(checkpoint);
    old.close();

    const state = openState(path);
    assert.ok(state.opened);
    const store = storeRecordings(state.database);
    const read = (id: number) => {
      const { checkpoint, readTo } = store.get(id);
      return [checkpoint?.seq ?? null, readTo];
    };
    assert.deepEqual([1, 2, 3, 4].map(read), [[null, 750], [3, 750], [3, 750], [null, 0]]);
    const { before, length, next } = store.delivery(2) ?? {};
    assert.deepEqual({ before, length, next }, { before: 5, length: 6, next: 4 });
    store.commitDelivery(2, 11);
    assert.equal(store.get(2).events, 1);
    assert.deepEqual(storeSessions(state.database).forgotten(), []);
    state.database.close();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("state: a file that kato created is known by more than its inode, which is used again", () =>
  withState((database) => {
    const store = storeRecordings(database);
    const id = add(store, "record", "/exports/a.md");
    const has = (file: Partial<Component>) =>
      store.created.has("7:1", { ...FILE, path: "/exports/a.md", ...file });
    store.setFile(id, { dev: 7, ino: 1 }, 0, { path: "/exports/a.md", birth: 5 });
    assert.ok(has({}));
    assert.ok(has({ path: "/exports/renamed.md" }), "its birth says that it is the same");
    assert.ok(!has({ birth: 6 }), "the inode was used again");
    assert.ok(!has({ ino: 2 }));
    assert.ok(has({ birth: null }), "where nothing says when it was made, the path does");
    assert.ok(!has({ birth: null, path: "/exports/own.md" }));
    // As an earlier kato knew it, and as a file system without times of birth has it.
    store.setFile(id, { dev: 7, ino: 1 }, 0, { path: "/exports/a.md", birth: null });
    assert.ok(has({}));
    assert.ok(!has({ path: "/exports/own.md" }));
    store.forgetOthers("/exports/a.md", { dev: 7, ino: 1 });
    assert.ok(has({}), "it is still there");
    store.forgetOthers("/exports/a.md", null);
    assert.ok(!has({}), "it was seen to be gone");
  }));

Deno.test("state: a file that kato did not make, and went on in, is followed like one of its own", () =>
  withState((database) => {
    const store = storeRecordings(database);
    const id = add(store, "record", "/exports/a.md");
    store.setFile(id, { dev: 7, ino: 1 }, 9, null, 5);
    const follow = (file: Partial<Component>) => {
      const there = { ...FILE, path: "/exports/a.md", dev: 8, ino: 1, birth: 5, ...file };
      store.followNumber(there.path, there);
      assert.ok(!store.created.has("", there), "it is not kato's for that");
      return store.get(id).file;
    };
    for (const other of [{ ino: 2 }, { birth: 6 }, { birth: null }, { path: "/exports/b.md" }]) {
      assert.deepEqual(follow(other), { dev: 7, ino: 1 }, JSON.stringify(other));
    }
    assert.deepEqual(follow({}), { dev: 8, ino: 1 });
  }));

Deno.test("state: a file whose disk has another number is followed, and no other file is taken for it", () =>
  withState((database) => {
    const store = storeRecordings(database);
    const id = add(store, "record", "/exports/a.md");
    store.setFile(id, { dev: 7, ino: 1 }, 0, { path: "/exports/a.md", birth: 5 });
    const isKnown = (file: Partial<Component>) => {
      const there = { ...FILE, path: "/exports/a.md", dev: 8, ino: 1, birth: 5, ...file };
      store.followNumber(there.path, there);
      return store.created.has("", there);
    };
    for (const other of [{ ino: 2 }, { birth: 6 }, { birth: null }, { path: "/exports/b.md" }]) {
      assert.ok(!isKnown(other), JSON.stringify(other));
    }
    assert.deepEqual(store.get(id).file, { dev: 7, ino: 1 });
    assert.ok(isKnown({}));
    assert.deepEqual(store.get(id).file, { dev: 8, ino: 1 });
    assert.ok(!store.created.has("", { ...FILE, path: "/exports/a.md", dev: 7, ino: 1, birth: 5 }));
    // Of a file system without times of birth: another share that is mounted there may have this path and inode, too.
    store.setFile(id, { dev: 8, ino: 1 }, 0, { path: "/exports/a.md", birth: null });
    for (const other of [{ birth: null }, { birth: 5 }]) {
      assert.ok(!isKnown({ dev: 9, ...other }), JSON.stringify(other));
    }
    assert.deepEqual(store.get(id).file, { dev: 8, ino: 1 });
  }));
