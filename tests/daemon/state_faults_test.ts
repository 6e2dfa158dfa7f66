/** The state on disks that say no: what is kept, what is thrown, and what is said once. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { basename } from "@std/path";
import { withDisk } from "../disk/fake_disk.ts";
import { type OpenedState, openState, StateError } from "../../src/daemon/state.ts";

async function withFolder(play: (path: string) => void | Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "kato-state-" });
  try {
    await play(`${folder}/kato.db`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function databaseOf(state: OpenedState) {
  if (!state.opened) throw new Error(state.message);
  return state.database;
}

const facts = (path: string) => {
  const other = new DatabaseSync(path);
  const rows = other.prepare("SELECT name FROM facts ORDER BY name").all().map(({ name }) => name);
  other.close();
  return rows;
};
const add = "INSERT INTO facts VALUES (?, 'x')";

Deno.test("state: its file is private, its folder is flushed when it is new, and each commit is", () =>
  withFolder(async (path) => {
    const opened = () =>
      withDisk({}, () => databaseOf(openState(path)).close()).then((happened) =>
        happened.filter((what) => what.startsWith("sync"))
      );
    assert.deepEqual(await opened(), [`sync ${basename(path.slice(0, path.lastIndexOf("/")))}`]);
    Deno.chmodSync(path, 0o644);
    assert.deepEqual(await opened(), [], "it was there");
    const database = databaseOf(openState(path));
    assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    assert.equal(database.get("PRAGMA synchronous")?.["synchronous"], 2, "FULL");
    assert.equal(database.get("PRAGMA journal_mode")?.["journal_mode"], "wal");
    assert.equal(database.get("PRAGMA foreign_keys")?.["foreign_keys"], 1);
    database.close();
  }));

Deno.test("state: a private file is not changed, on a disk that would refuse that", () =>
  withFolder((path) => {
    databaseOf(openState(path)).close();
    const { chmodSync } = Deno;
    Deno.chmodSync = () => {
      throw new Error("read-only");
    };
    try {
      databaseOf(openState(path)).close();
    } finally {
      Deno.chmodSync = chmodSync;
    }
  }));

Deno.test("state: a transaction is kept as a whole, one within it with it, or nothing is", () =>
  withFolder((path) => {
    const database = databaseOf(openState(path));
    const kept = database.transact(() => {
      database.run(add, "a");
      database.transact(() => database.run(add, "b"));
      assert.deepEqual(facts(path), [], "not before it is over");
      return 7;
    });
    assert.deepEqual([kept, facts(path)], [7, ["a", "b"]]);
    assert.throws(() =>
      database.transact(() => {
        database.run(add, "c");
        database.transact(() => {
          throw new TypeError("bug");
        });
      }), TypeError);
    assert.deepEqual(facts(path), ["a", "b"]);
    database.transact(() => database.run(add, "d"));
    assert.deepEqual(facts(path), ["a", "b", "d"]);
    assert.deepEqual(database.all("SELECT name FROM facts WHERE name > 'a'").map(({ name }) => name), [
      "b",
      "d",
    ]);
    assert.equal(database.get("SELECT name FROM facts WHERE name = 'z'"), undefined);
    const { changes, id } = database.run("INSERT OR IGNORE INTO facts VALUES ('a', 'y')");
    assert.deepEqual([changes, typeof id], [0, "number"]);
    database.close();
  }));

Deno.test("state: one that another program holds is waited for once, then not, until it is free", () =>
  withFolder((path) => {
    const database = databaseOf(openState(path));
    const other = new DatabaseSync(path);
    const patience = () => database.get("PRAGMA busy_timeout")?.["timeout"];
    other.exec("BEGIN IMMEDIATE");
    assert.equal(patience(), 250);
    assert.throws(() => database.transact(() => database.run(add, "a")), (error) => {
      assert.ok(error instanceof StateError);
      assert.match(error.message, /^Cannot use the state .*kato\.db: database is locked/);
      return true;
    });
    assert.equal(patience(), 0);
    assert.throws(() => database.run(add, "a"), StateError);
    other.exec("ROLLBACK");
    database.run(add, "a");
    assert.equal(patience(), 250);
    other.exec("BEGIN IMMEDIATE");
    assert.throws(() => database.run(add, "b"), StateError);
    assert.equal(patience(), 0);
    other.exec("ROLLBACK");
    other.close();
    assert.deepEqual(facts(path), ["a"]);
    database.close();
  }));

Deno.test("state: what nothing outside kato explains is thrown as it is, and costs no patience", () =>
  withFolder((path) => {
    const database = databaseOf(openState(path));
    database.run(add, "a");
    for (
      const [sql, words] of [
        ["INSERT INTO facts VALUES ('a', 'x')", /constraint failed/],
        ["SELECT * FROM nowhere", /no such table/],
        ["SELECT absent FROM facts", /no such column/],
        ["SELEKT", /syntax error/],
      ] as const
    ) {
      assert.throws(() => database.run(sql), (error) => {
        assert.ok(error instanceof Error && !(error instanceof StateError));
        assert.match(error.message, words);
        return true;
      });
      assert.throws(() => database.all(sql));
    }
    assert.equal(database.get("PRAGMA busy_timeout")?.["timeout"], 250);
    database.close();
  }));

Deno.test("state: a file that is no database is refused, with what to do", () =>
  withFolder((path) => {
    Deno.writeTextFileSync(path, "this is no database, and longer than a page header is ".repeat(20));
    const told: string[] = [];
    const state = openState(path, (message) => void told.push(message));
    assert.ok(!state.opened);
    assert.match(
      state.message,
      /kato\.db is damaged\. Put a backup in its place, or move the folder .* away/,
    );
    assert.deepEqual(told, [], "who opens it is told by the answer");
  }));

Deno.test("state: damage that shows later is said once", () =>
  withFolder((path) => {
    const first = databaseOf(openState(path));
    for (let n = 0; n < 500; n += 1) first.run(add, `a name that takes some room, number ${n}`);
    first.close();
    const told: string[] = [];
    const database = databaseOf(openState(path, (message) => void told.push(message)));
    const bytes = Deno.readFileSync(path);
    bytes.fill(0xff, 4096);
    Deno.writeFileSync(path, bytes);
    const other = new DatabaseSync(path);
    other.close();
    const fails = () => assert.throws(() => database.all("SELECT * FROM facts ORDER BY value"), StateError);
    fails();
    fails();
    assert.equal(told.length, 1);
    assert.match(told[0] ?? "", /is damaged/);
    database.close();
  }));

Deno.test("state: a folder that is not there is the system's word, not a message", () => {
  assert.throws(() => openState("/nowhere/kato.db"), Deno.errors.NotFound);
});
