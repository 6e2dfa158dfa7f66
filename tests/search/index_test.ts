/** The index itself: what a kill leaves, what is forgotten, and what it refuses to open. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Checkpoint } from "../../src/protocol/cursor.ts";
import type { Event } from "../../src/protocol/event.ts";
import { REDACTION } from "../../src/protocol/redaction.ts";
import { BATCH_CHARS, BLOCK_PASSAGES, READ_ANEW_BYTES } from "../../src/protocol/search_limits.ts";
import { findPassages, sessionsOf } from "../../src/search/find.ts";
import {
  asIndexError,
  IndexError,
  lockIndex,
  makeIndexFolder,
  openToRead,
  openToWrite,
  removeIndex,
} from "../../src/search/index_file.ts";
import { openIndexer } from "../../src/search/indexer.ts";
import { parseQuery } from "../../src/search/query.ts";
import { type Body, eventsOf } from "../render/render.ts";

const UID = Deno.uid() ?? 0;
const REF = { provider: "claude-code", session: "one" } as const;
const FACTS = { size: READ_ANEW_BYTES, modified: 1, title: "A title", project: "/p" };
const WHOLE = { blocked: null, recorded: null };
const CHECKPOINT: Checkpoint = {
  v: 1,
  seq: 3,
  meta: { title: null, project: null, started: null, client: null },
  main: { cursor: null, fold: null, skip: 0 },
  agents: {},
  recent: [],
};

function makePlaces() {
  const folder = Deno.makeTempDirSync({ prefix: "kato-index-" });
  return {
    indexFile: `${folder}/index/search.db`,
    indexLock: `${folder}/index/search.lock`,
    folder,
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}
type Places = ReturnType<typeof makePlaces>;

function openOrFail(places: Places): DatabaseSync {
  assert.equal(makeIndexFolder(places, UID), null);
  const opened = openToWrite(places);
  assert.ok(opened.opened);
  return opened.database;
}

const said = (...texts: string[]): readonly Event[] =>
  eventsOf(texts.map((text): Body => ({ type: "user", text })));

function seqsOf(database: DatabaseSync, ...typed: string[]): number[] {
  const query = parseQuery(typed);
  assert.ok(query.ok);
  const wanted = { terms: query.terms, roles: [], isIn: () => true, since: -Infinity, limit: 100 };
  return findPassages(database, sessionsOf(database), wanted).hits.map(({ passage }) => passage.seq);
}

Deno.test("the index and its folder are the person's alone, under any umask", () => {
  using places = makePlaces();
  const umask = Deno.umask(0o277);
  try {
    openOrFail(places).close();
  } finally {
    Deno.umask(umask);
  }
  assert.equal((Deno.statSync(places.indexFile).mode ?? 0) & 0o777, 0o600);
  assert.equal((Deno.statSync(`${places.folder}/index`).mode ?? 0) & 0o777, 0o700);
});

Deno.test("what was not kept is not in the index: a process that ends there leaves no trace of it", () => {
  using places = makePlaces();
  {
    using database = openOrFail(places);
    const indexer = openIndexer(database, REDACTION);
    const work = indexer.begin(REF);
    for (const event of said("first beans")) work.take(event);
    work.keep(CHECKPOINT);
    indexer.commit();
    for (const event of said("second beans")) work.take(event);
    work.keep({ ...CHECKPOINT, seq: 4 });
    // Nothing ends the transaction.
  }
  using database = openOrFail(places);
  assert.deepEqual(seqsOf(database, "beans"), [0]);
  assert.deepEqual(openIndexer(database, REDACTION).begin(REF).from, CHECKPOINT);
});

Deno.test("a full batch is on the disk before its session is read to the end", () => {
  using places = makePlaces();
  using database = openOrFail(places);
  const work = openIndexer(database, REDACTION).begin(REF);
  const [event] = said(`beans ${"and peas ".repeat(4000)}`);
  assert.ok(event !== undefined);
  for (let chars = 0; !work.isFull() && chars < 2 * BATCH_CHARS; chars += 30_000) work.take(event);
  assert.ok(work.isFull());
  work.keep(CHECKPOINT);
  assert.ok(!work.isFull());
  using other = new DatabaseSync(places.indexFile, { readOnly: true });
  assert.ok(seqsOf(other, "beans").length > 0);
});

Deno.test("what is provisional is taken out when its session is read on, and what is settled stays", () => {
  using places = makePlaces();
  using database = openOrFail(places);
  const indexer = openIndexer(database, REDACTION);
  const [settled, rest, later] = said("settled beans", "provisional beans", "later beans");
  assert.ok(settled !== undefined && rest !== undefined && later !== undefined);
  const work = indexer.begin(REF);
  work.take(settled);
  work.keep(CHECKPOINT);
  work.beginRest();
  work.take(rest);
  work.finish(FACTS, WHOLE);
  indexer.commit();
  assert.deepEqual(seqsOf(database, "beans"), [1, 0]);
  const again = indexer.begin(REF);
  again.take(later);
  again.keep(CHECKPOINT);
  again.finish(FACTS, WHOLE);
  indexer.commit();
  assert.deepEqual([seqsOf(database, "beans"), seqsOf(database, "provisional")], [[2, 0], []]);
});

Deno.test("a text over which the redaction cannot run is in no index, and its session says so", () => {
  using places = makePlaces();
  using database = openOrFail(places);
  const indexer = openIndexer(database, REDACTION, (event) => {
    if (event.type === "user" && event.text.includes("poison")) throw new Error("the redaction is broken");
    return event;
  });
  const [safe, poison] = said("safe beans", "poison beans");
  assert.ok(safe !== undefined && poison !== undefined);
  const work = indexer.begin(REF);
  assert.equal(work.take(safe), true);
  work.keep(CHECKPOINT);
  // A block of them is in the transaction already.
  for (const event of said(...Array(BLOCK_PASSAGES).fill("lost beans"))) assert.equal(work.take(event), true);
  assert.equal(work.take(poison), false);
  work.abandon();
  work.finish({ ...FACTS, title: null }, { ...WHOLE, blocked: "redaction" });
  indexer.commit();
  assert.deepEqual([seqsOf(database, "beans"), seqsOf(database, "poison")], [[0], []]);
  assert.deepEqual(seqsOf(database, "lost"), []);
  assert.equal(sessionsOf(database)[0]?.blocked, "redaction");
});

Deno.test("a session that is forgotten leaves no word of it in the file", () => {
  using places = makePlaces();
  using database = openOrFail(places);
  const indexer = openIndexer(database, REDACTION);
  const other = { ...REF, session: "two" };
  for (const [ref, text] of [[REF, "zanzibar zebra"], [other, "quiet beans"]] as const) {
    const work = indexer.begin(ref);
    for (const event of said(text)) work.take(event);
    work.keep(CHECKPOINT);
    work.finish({ ...FACTS, title: text }, WHOLE);
  }
  indexer.commit();
  const holds = (word: string) => {
    const bytes = Deno.readFileSync(places.indexFile);
    return new TextDecoder("latin1").decode(bytes).includes(word);
  };
  assert.ok(holds("zanzibar"));
  assert.equal(indexer.forget(REF), true);
  assert.equal(indexer.forget(REF), false);
  assert.ok(!holds("zanzibar") && !holds("zebra"));
  // A recording of it goes, too; one of another session stays.
  for (const [path, recorded] of [["/a.md", REF.session], ["/b.md", "two"]] as const) {
    const work = indexer.begin({ ...REF, session: path });
    for (const event of said(`okapi ${path}`)) work.take(event);
    work.keep(CHECKPOINT);
    work.finish({ ...FACTS, title: null }, { ...WHOLE, recorded });
  }
  assert.equal(indexer.forget(REF), true);
  assert.deepEqual(indexer.known().map(({ session }) => session), ["two", "/b.md"]);
  assert.deepEqual([seqsOf(database, "zanzibar"), seqsOf(database, "beans")], [[], [0]]);
});

Deno.test("a session whose logs are gone says so until they are read again", () => {
  using places = makePlaces();
  using database = openOrFail(places);
  const indexer = openIndexer(database, REDACTION);
  const read = () => {
    indexer.begin(REF).finish(FACTS, WHOLE);
    indexer.commit();
  };
  const gone = () => [indexer.known()[0]?.gone, sessionsOf(database)[0]?.gone];
  read();
  assert.deepEqual(gone(), [false, false]);
  for (const is of [true, false, true]) {
    indexer.setGone(indexer.known()[0]?.id ?? 0, is);
    assert.deepEqual(gone(), [is, is]);
  }
  read();
  assert.deepEqual(gone(), [false, false]);
});

Deno.test("one process writes to the index at a time", () => {
  using places = makePlaces();
  openOrFail(places).close();
  using lock = lockIndex(places);
  assert.ok(lock !== null);
  const { success, stdout } = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `const file = Deno.openSync(${
        JSON.stringify(places.indexLock)
      }, { write: true }); console.log(file.tryLockSync(true));`,
    ],
    stderr: "null",
  }).outputSync();
  assert.deepEqual([success, new TextDecoder().decode(stdout)], [true, "false\n"]);
});

const STRANGERS: readonly (readonly [what: string, make: (places: Places) => void, message: RegExp])[] = [
  ["a folder that is a link", ({ folder }) => {
    Deno.mkdirSync(`${folder}/elsewhere`);
    Deno.symlinkSync(`${folder}/elsewhere`, `${folder}/index`);
  }, /index is a link\. Move it away and search again: kato makes its own\./],
  [
    "a folder that is a file",
    ({ folder }) => Deno.writeTextFileSync(`${folder}/index`, ""),
    /no folder of yours/,
  ],
  ["a file that is a link", ({ folder, indexFile }) => {
    Deno.mkdirSync(`${folder}/index`);
    Deno.writeTextFileSync(`${folder}/other`, "");
    Deno.symlinkSync(`${folder}/other`, indexFile);
  }, /search\.db is a link/],
  ["a file with two names", ({ folder, indexFile }) => {
    Deno.mkdirSync(`${folder}/index`);
    Deno.writeTextFileSync(`${folder}/other`, "");
    Deno.linkSync(`${folder}/other`, indexFile);
  }, /no file of kato's/],
  ["a journal that is a link", ({ folder, indexFile }) => {
    Deno.mkdirSync(`${folder}/index`);
    Deno.symlinkSync(`${folder}/other`, `${indexFile}-journal`);
  }, /search\.db-journal is a link/],
  ["a lock that is a link", ({ folder, indexLock }) => {
    Deno.mkdirSync(`${folder}/index`);
    Deno.symlinkSync(`${folder}/other`, indexLock);
  }, /search\.lock is a link/],
];

for (const [what, make, message] of STRANGERS) {
  Deno.test(`an index is refused that has ${what}, and nothing is written through it`, () => {
    using places = makePlaces();
    make(places);
    assert.match(makeIndexFolder(places, UID) ?? "", message);
    const opened = openToRead(places, UID);
    assert.ok(!opened.opened);
    assert.match(opened.message, message);
    assert.deepEqual([...Deno.readDirSync(places.folder)].filter(({ name }) => name === "new"), []);
  });
}

Deno.test("an index of a newer kato is refused, and a damaged one says how it is mended", () => {
  using places = makePlaces();
  {
    using database = openOrFail(places);
    database.exec("PRAGMA user_version = 99");
  }
  for (const opened of [openToWrite(places), openToRead(places, UID)]) {
    assert.ok(!opened.opened);
    assert.match(
      opened.message,
      /newer kato \(schema 99, this one knows \d+\)\. Install that version again, or make/,
    );
  }
  Deno.writeTextFileSync(places.indexFile, "no database ".repeat(1000));
  assert.throws(() => openToRead(places, UID), (error) => {
    assert.ok(error instanceof IndexError);
    assert.match(error.message, /'kato search --rebuild' makes it anew from the logs\.$/);
    return true;
  });
  removeIndex(places);
  openOrFail(places).close();
});

const ERRORS: readonly (readonly [words: string, mend: string])[] = [
  ["database disk image is malformed", "'kato search --rebuild' makes it anew from the logs."],
  ["file is not a database", "'kato search --rebuild' makes it anew from the logs."],
  ["database is locked", "Another search writes to it; try again when that one is done."],
  ["attempt to write a readonly database", "Run the search without --no-update once."],
  ["disk I/O error", "Mend this, and try again; 'kato search --rebuild' makes the index anew."],
];

for (const [words, mend] of ERRORS) {
  Deno.test(`an error of SQLite says what to do: ${words}`, () => {
    const error = asIndexError("/i/search.db", Object.assign(new Error(words), { code: "ERR_SQLITE_ERROR" }));
    assert.ok(error instanceof IndexError);
    assert.equal(error.message, `Cannot use the index /i/search.db: ${words}. ${mend}`);
  });
}

Deno.test("an error that is none of SQLite's stays as it is", () => {
  for (const error of [new Error("x"), Object.assign(new Error("x"), { code: "ENOENT" }), "x"]) {
    assert.equal(asIndexError("/i/search.db", error), error);
  }
});

Deno.test("a reader finds no index, and makes none", () => {
  using places = makePlaces();
  const opened = openToRead(places, UID);
  assert.ok(!opened.opened);
  assert.equal(opened.message, "Nothing is indexed yet. 'kato search --update' makes the index.");
  assert.deepEqual([...Deno.readDirSync(places.folder)], []);
});
