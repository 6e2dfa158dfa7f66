/** Finding in an index is the same as looking at every passage, however it is found. */
import assert from "node:assert/strict";
import type { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { REDACTION } from "../../src/protocol/redaction.ts";
import { BLOCK_PASSAGES, NEWEST_BLOCKS } from "../../src/protocol/search_limits.ts";
import { findPassages, sessionsOf, type Wanted } from "../../src/search/find.ts";
import { makeIndexFolder, openToWrite } from "../../src/search/index_file.ts";
import { openIndexer } from "../../src/search/indexer.ts";
import { parseQuery, type Term } from "../../src/search/query.ts";
import { wordsOf } from "../../src/search/words.ts";
import { type Body, eventsOf } from "../render/render.ts";

interface Said {
  readonly session: string;
  readonly seq: number;
  readonly role: "user" | "assistant";
  readonly time: number;
  readonly text: string;
}

const WORDS = ["bean", "beans", "peas", "soup", "Söup", "soups"];
const START = Date.parse("2026-11-01T00:00:00Z");
const DAY = 86_400_000;

/** Sessions a day apart, each with messages an hour apart, as words of a little garden. */
function garden(sessions: number, each: number): Said[] {
  return Array.from({ length: sessions }, (_, day) =>
    Array.from({ length: each }, (_, seq): Said => ({
      session: `s${day}`,
      seq,
      role: seq % 2 === 0 ? "user" : "assistant",
      time: START + day * DAY + seq * 3_600_000,
      text: [0, 1, 2].map((at) => WORDS[(day * 7 + seq * (at + 2) + at) % WORDS.length]).join(" "),
    }))).flat();
}

function indexOf(said: readonly Said[]) {
  const folder = Deno.makeTempDirSync({ prefix: "kato-find-" });
  const places = { indexFile: `${folder}/index/search.db`, indexLock: `${folder}/index/search.lock` };
  assert.equal(makeIndexFolder(places, Deno.uid() ?? 0), null);
  const opened = openToWrite(places);
  assert.ok(opened.opened);
  const { database } = opened;
  const indexer = openIndexer(database, REDACTION);
  for (const [session, its] of Map.groupBy(said, ({ session }) => session)) {
    const work = indexer.begin({ provider: "claude-code", session });
    const bodies = its.map(({ role, text }): Body =>
      role === "user" ? { type: "user", text } : { type: "assistant", text, model: null, phase: null }
    );
    for (const [at, event] of eventsOf(bodies).entries()) {
      const time = its[at]?.time;
      assert.ok(time !== undefined);
      assert.ok(work.take({ ...event, time: new Date(time).toISOString() }));
    }
    work.finish({ size: 1, modified: START, title: null, project: null }, { blocked: null, recorded: null });
  }
  indexer.commit();
  return {
    database,
    [Symbol.dispose]() {
      database.close();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

function termsOf(...typed: readonly string[]): readonly Term[] {
  const parsed = parseQuery(typed);
  assert.ok(parsed.ok);
  return parsed.terms;
}

const ALL: Omit<Wanted, "terms"> = { roles: [], isIn: () => true, since: -Infinity, limit: 20 };

function found(database: DatabaseSync, wanted: Wanted, most?: number) {
  const { hits, rest } = findPassages(database, sessionsOf(database), wanted, most);
  return { hits: hits.map(({ session, passage }) => `${session.session} ${passage.seq}`), rest };
}

function hasTerm(text: string, { words, isPrefix }: Term): boolean {
  const all = [...wordsOf(text)].map(({ word }) => word);
  return all.some((_, at) =>
    words.every((word, index) => {
      const other = all[at + index];
      return isPrefix && index === words.length - 1 ? other?.startsWith(word) === true : other === word;
    })
  );
}

/** Looks at every passage, the latest first. */
function lookedFor(said: readonly Said[], { terms, roles, isIn: _, since, limit }: Wanted, among: RegExp) {
  const hits = said.filter(({ session, role, time, text }) =>
    among.test(session) && (roles.length === 0 || roles.includes(role)) && time >= since &&
    terms.every((term) => hasTerm(text, term))
  ).reverse().map(({ session, seq }) => `${session} ${seq}`);
  return { hits: hits.slice(0, limit), rest: hits.length > limit ? "more" : "none" };
}

Deno.test("findPassages() finds what looking at every passage finds", () => {
  const said = garden(2 * NEWEST_BLOCKS, 8);
  using index = indexOf(said);
  const typed = fc.array(
    fc.constantFrom("bean", "bea*", "so*", "s*", "soup", "peas bean", "beans soup*", "soup soups peas"),
    { minLength: 1, maxLength: 3 },
  );
  fc.assert(
    fc.property(
      typed,
      fc.constantFrom<Wanted["roles"]>([], ["user"], ["assistant", "user"]),
      fc.option(fc.integer({ min: -1, max: 2 * NEWEST_BLOCKS + 1 }), { nil: null }),
      fc.constantFrom(/./, /^s1/, /^s3\d?$/, /^x/),
      fc.constantFrom(1, 3, 20, 1000),
      (typed, roles, day, among, limit) => {
        const since = day === null ? -Infinity : START + day * DAY + 3_600_000;
        const isIn: Wanted["isIn"] = ({ session }) => among.test(session);
        const wanted = { terms: termsOf(...typed), roles, isIn, since, limit };
        assert.deepEqual(found(index.database, wanted), lookedFor(said, wanted, among));
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("a search for a phrase that compares too much says that it did not look at all, and shows what it found", () => {
  const said = garden(6, BLOCK_PASSAGES);
  using index = indexOf(said);
  const wanted = { ...ALL, terms: termsOf("soups soups soups soups") };
  assert.deepEqual(found(index.database, wanted), { hits: [], rest: "none" });
  assert.deepEqual(found(index.database, wanted, 20_000), { hits: [], rest: "unlooked" });
  const [last] = said.slice(-1);
  assert.ok(last !== undefined);
  const phrase = { ...ALL, terms: termsOf(last.text), limit: 1000 };
  const { hits, rest } = found(index.database, phrase, 20_000);
  assert.equal(rest, "unlooked");
  assert.equal(hits[0], `${last.session} ${last.seq}`);
});
