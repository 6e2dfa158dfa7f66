/**
 * `kato search`. READS the logs of sessions, recordings, the settings, the list of forgotten sessions and the index; WRITES
 * the index, and the audit log when it makes one. With `--no-update` it reads no log and writes nothing. Texts get into the
 * index without their secrets.
 */
import type { DatabaseSync } from "node:sqlite";
import { systemWords } from "../../disk/entry_at.ts";
import { HITS, UPDATE_BYTES } from "../../protocol/search_limits.ts";
import { findPassages, type Found, type IndexedSession, sessionsOf } from "../../search/find.ts";
import {
  asIndexError,
  IndexError,
  lockIndex,
  makeIndexFolder,
  openToRead,
  readAtOnce,
} from "../../search/index_file.ts";
import { openIndexer } from "../../search/indexer.ts";
import { parseQuery, type Term } from "../../search/query.ts";
import { isOfOtherRules } from "../../search/rules.ts";
import { sessionKey } from "../../protocol/session.ts";
import type { EffectivePolicy } from "../../settings/merge.ts";
import { placesOf } from "../../settings/places.ts";
import type { SearchGiven } from "../commands/search.ts";
import type { Context } from "../context.ts";
import { listenForInterruption } from "../interruption.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { loadForSessions } from "../planning/load_settings.ts";
import { reportText } from "../report/report.ts";
import { openForUpdate } from "../search/open_index.ts";
import { hitsForPeople, hitsForPrograms } from "../search/show_hits.ts";
import { dropForgotten, readForgotten } from "../search/forgotten_sessions.ts";
import { type Updated, updateIndex } from "../search/update_index.ts";
import { findRecordings, updateRecordings } from "../search/update_recordings.ts";
import { earliest, isInProject } from "../sessions/filter.ts";
import { findSessions } from "../sessions/find_sessions.ts";
import { findReadableProviders } from "../sessions/readable_providers.ts";
import { NO_PROGRESS, showProgress } from "../terminal/progress.ts";
import { count, plain, showSize } from "../terminal/style.ts";

interface Update extends Updated {
  /** Recordings that were read. */
  readonly recordings: number;
}

export async function searchSessions(given: SearchGiven, context: Context): Promise<Outcome> {
  const loaded = loadForSessions(context);
  if (!loaded.ok) return loaded.outcome;
  const effective = loaded.value;
  if (!effective.policy.search.enabled) return whyOff(effective);
  const query = given.words.length === 0 ? null : parseQuery(given.words);
  if (query !== null && !query.ok) return fail("usage", plain(query.message));
  const { indexFile } = placesOf(context.home);
  try {
    const updated = given.update === false ? null : await update(given, effective, context);
    if (updated !== null && "outcome" in updated) return updated;
    return showFound(query?.terms ?? null, updated, given, effective, context);
  } catch (thrown) {
    const error = asIndexError(indexFile, thrown);
    if (error instanceof IndexError) return fail("failed", plain(error.message));
    const words = systemWords(error);
    if (words === null) throw error;
    return fail(
      "failed",
      `Cannot use the index ${plain(indexFile)}: ${plain(words)}. Mend that, and search again.`,
    );
  }
}

function whyOff({ enforced }: EffectivePolicy): Outcome {
  return fail(
    "denied",
    "search.enabled" in enforced
      ? "Your administrator's policy has search.enabled = false: kato keeps no index and cannot search."
      : "The search is off, because its index holds the texts of your sessions once more. To switch it on, write " +
        "'enabled = true' below [search] in ~/.kato/config/policy.toml.",
  );
}

/** Brings the index up to date. Null: another search is at it. */
async function update(
  { rebuild, update }: SearchGiven,
  effective: EffectivePolicy,
  context: Context,
): Promise<Update | Outcome | null> {
  const { home, uid, err } = context;
  const { redaction } = effective.policy;
  const places = placesOf(home);
  const odd = makeIndexFolder(places, uid);
  if (odd !== null) return fail("failed", plain(odd));
  using lock = lockIndex(places);
  if (lock === null) {
    if (rebuild || update === true) {
      return fail("failed", "Another search is updating the index. Try again when it is done.");
    }
    err.write("kato: another search is updating the index; this one takes it as it is.\n");
    return null;
  }
  const opened = openForUpdate(rebuild, effective, context);
  if (!opened.opened) return fail("failed", plain(opened.message));
  using database = opened.database;
  const interruption = listenForInterruption();
  const progress = err.isTerminal ? showProgress(err) : NO_PROGRESS;
  try {
    const indexer = openIndexer(database, redaction);
    // Under the lock: a session that is forgotten from here on is taken out by its own command.
    const isForgotten = readForgotten(places.forgottenFile);
    dropForgotten(indexer, isForgotten);
    const most = rebuild || update === true ? Infinity : UPDATE_BYTES;
    const stopped = () => interruption.heard() !== null;
    const sessions = await updateIndex(indexer, {
      redaction,
      sessions: (await findSessions(findReadableProviders(context, effective), null))
        .filter(({ provider, session }) => !isForgotten({ provider: provider.id, session })),
      most,
      progress: (done, total) =>
        progress.show(() => `${showSize(done)} of ${showSize(total)} of logs`, done, total),
      stopped,
    });
    const found = findRecordings(effective.policy.destinations.roots);
    const recordings = await updateRecordings(indexer, found, {
      most: most - sessions.bytes,
      stopped,
      isForgotten,
    });
    const signal = interruption.heard();
    if (signal === null) {
      return { ...sessions, recordings: recordings.read, left: sessions.left + recordings.left };
    }
    return fail(signal, "Interrupted. The next search goes on where this one ended.");
  } finally {
    progress.clear();
    interruption.close();
  }
}

/** `terms` is null where only the index was to be brought up to date. */
function showFound(
  terms: readonly Term[] | null,
  updated: Update | null,
  given: SearchGiven,
  effective: EffectivePolicy,
  context: Context,
): Outcome {
  const { home, uid, out, err, now } = context;
  const opened = openToRead(placesOf(home), uid);
  if (!opened.opened) return fail("failed", plain(opened.message));
  using database = opened.database;
  // Another search may write to the index meanwhile.
  const looked = readAtOnce(database, () => lookUp(database, terms, given, effective, context));
  if ("outcome" in looked) return looked;
  const { found, sessions, bytes } = looked;
  const blocked = sessions.filter((session) => session.blocked !== null).length;
  const shown = { found, sessions, now, home };
  if (given.json) {
    const recordings = sessions.filter(({ file }) => file !== null).length;
    const index = {
      sessions: sessions.length - recordings,
      recordings,
      blocked,
      left: updated?.left ?? null,
      unreadable: updated?.unreadable ?? null,
      bytes,
    };
    out.write(reportText("search", { query: [...given.words], ...hitsForPrograms(shown), index }));
    return DONE;
  }
  if (terms !== null) out.write(hitsForPeople(shown, out));
  else out.write(`${describe(updated, sessions, bytes)}\n`);
  if (updated !== null && updated.left > 0) {
    err.write(
      `kato: ${showSize(updated.left)} of logs are not indexed yet. 'kato search --update' takes them in.\n`,
    );
  }
  if (updated !== null && updated.unreadable > 0) {
    err.write(
      `kato: the logs of ${
        count(updated.unreadable, "session")
      } could not be read to their end, so the index may ` +
        `lack a part of ${updated.unreadable === 1 ? "it" : "them"}. The next search reads them again.\n`,
    );
  }
  if (blocked > 0) {
    err.write(
      `kato: the redaction failed in ${count(blocked, "session")}, so the index lacks the rest of ` +
        `${blocked === 1 ? "it" : "them"}. Please report it.\n`,
    );
  }
  return DONE;
}

interface Looked {
  readonly found: Found;
  /** Those that may be found. */
  readonly sessions: readonly IndexedSession[];
  /** Of the index. */
  readonly bytes: number;
}

function lookUp(
  database: DatabaseSync,
  terms: readonly Term[] | null,
  given: SearchGiven,
  { policy }: EffectivePolicy,
  context: Context,
): Looked | Outcome {
  if (isOfOtherRules(database, policy.redaction)) {
    const message = "Other secrets are replaced than when the index was made. Search without --no-update.";
    return fail("failed", message);
  }
  const isForgotten = readForgotten(placesOf(context.home).forgottenFile);
  const sessions = sessionsOf(database).filter((one) =>
    policy.providers[one.provider]?.enabled === true && !isForgotten(one)
  );
  const { provider, since, role, limit } = given;
  const isPlace = placeFilter(given.in, sessions);
  const found: Found = terms === null ? { hits: [], rest: "none" } : findPassages(database, sessions, {
    terms,
    roles: role ?? [],
    isIn: (session) =>
      isPlace(session) && (provider === null || session.provider === provider) &&
      isInProject(given, session.project, context),
    since: earliest(since, context.now),
    limit: limit ?? HITS,
  });
  return { found, sessions, bytes: sizeOf(database) };
}

/** A recording says what its session says: it is looked at where it is asked for, or the session is not indexed. */
function placeFilter(
  asked: SearchGiven["in"],
  all: readonly IndexedSession[],
): (one: IndexedSession) => boolean {
  if (asked !== null) return ({ file }) => (file !== null) === (asked === "recordings");
  const indexed = new Set(all.filter(({ file }) => file === null).map(sessionKey));
  return (one) => one.file === null || !indexed.has(sessionKey(one));
}

function describe(updated: Update | null, all: readonly IndexedSession[], bytes: number): string {
  const recordings = all.filter(({ file }) => file !== null).length;
  const read = updated === null || updated.sessions + updated.recordings === 0
    ? "Nothing is new."
    : `Read ${count(updated.sessions, "session")} with ${showSize(updated.bytes)} of logs, and ${
      count(updated.recordings, "recording")
    }.`;
  return `${read} The index has ${count(all.length - recordings, "session")} and ${
    count(recordings, "recording")
  }, and takes ${showSize(bytes)}.`;
}

function sizeOf(database: DatabaseSync): number {
  const pages = (name: string) =>
    Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
  return pages("page_count") * pages("page_size");
}
