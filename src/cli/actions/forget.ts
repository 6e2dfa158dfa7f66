/**
 * `kato forget`: asks the daemon, through the spool, and takes the session out of the search index. Requires list on the
 * provider roots and the export roots, read and write on the spool and the index; opens no log, and removes no recording.
 */
import { entryAt, systemWords } from "../../disk/entry_at.ts";
import type { Answer } from "../../protocol/request.ts";
import { type SessionRef, shortId } from "../../protocol/session.ts";
import {
  asIndexError,
  IndexError,
  lockIndex,
  makeIndexFolder,
  openToWrite,
} from "../../search/index_file.ts";
import { openIndexer } from "../../search/indexer.ts";
import type { EffectivePolicy } from "../../settings/merge.ts";
import { placesOf } from "../../settings/places.ts";
import { askDaemon, chooseTyped, whyNotRunning } from "../ask_daemon.ts";
import type { ForgetGiven } from "../commands/forget.ts";
import type { Context } from "../context.ts";
import { describeFiles, describeShared, type JudgedFile, judgeFile } from "../forget_files.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { loadEffective } from "../planning/load_settings.ts";
import { reportText } from "../report/report.ts";
import type { ReportBody } from "../report/reports.ts";
import { plain } from "../terminal/style.ts";

/** A search that writes to the index is waited for. Milliseconds. */
const LOCK_MS = 5_000;
const LOOK_MS = 50;

type Index = ReportBody<"forget">["index"];

export async function forgetSession(given: ForgetGiven, context: Context): Promise<Outcome> {
  const loaded = loadEffective(context);
  if (!loaded.ok) return loaded.outcome;
  const notRunning = whyNotRunning(context);
  if (notRunning !== null) return notRunning;
  const chosen = await chooseTyped(given.session, given.provider, loaded.value, context);
  const ref = "message" in chosen ? goneOf(given) : chosen;
  if (ref === null) return fail("usage", whyUnknown(chosen));
  const answered = await askDaemon({ verb: "forget", ...ref, destination: null }, context);
  if ("outcome" in answered) return answered;
  if (answered.reason === "no-such-session" && "message" in chosen) return fail("usage", whyUnknown(chosen));
  const isDone = answered.result === "done";
  const index = isDone ? await takeOut(ref, loaded.value, context) : { state: "left", why: null } as const;
  const files = (answered.files ?? []).map((file) => judgeFile(file, given.recordings));
  if (given.json) {
    const { result, reason, message } = answered;
    context.out.write(reportText("forget", { ...ref, result, reason, message, index, files }));
  } else {
    context.out.write(describe(ref, answered, index, files, context));
  }
  if (!isDone) {
    return fail(
      answered.result === "denied" ? "denied" : "failed",
      given.json ? null : plain(answered.message),
    );
  }
  return index.state === "left" ? fail("failed", given.json ? null : `${index.why} Forget it again.`) : DONE;
}

/** A session whose log is gone, by its whole id. */
function goneOf({ session, provider }: ForgetGiven): SessionRef | null {
  return provider === null ? null : { provider, session };
}

function whyUnknown(chosen: Awaited<ReturnType<typeof chooseTyped>>): string {
  const message = "message" in chosen ? chosen.message : "";
  return `${message} If its log is gone, give its whole id and --provider.`;
}

/** Takes the session and its recordings out of the index. */
async function takeOut(ref: SessionRef, { policy }: EffectivePolicy, context: Context): Promise<Index> {
  if (!policy.search.enabled) return { state: "off", why: null };
  const places = placesOf(context.home);
  const left = (why: string) => ({ state: "left", why } as const);
  try {
    const odd = makeIndexFolder(places, context.uid);
    if (odd !== null) return left(odd);
    using lock = await waitForLock(places);
    if (lock === null) {
      return left("A search is updating the index, and shows nothing of the session any more.");
    }
    if (entryAt(places.indexFile) === null) return { state: "none", why: null };
    const opened = openToWrite(places);
    if (!opened.opened) return left(opened.message);
    using database = opened.database;
    return { state: openIndexer(database, policy.redaction).forget(ref) ? "removed" : "none", why: null };
  } catch (thrown) {
    const error = asIndexError(places.indexFile, thrown);
    if (error instanceof IndexError) return left(error.message);
    const words = systemWords(error);
    if (words === null) throw error;
    return left(`Cannot use the index ${places.indexFile}: ${words}.`);
  }
}

async function waitForLock(places: ReturnType<typeof placesOf>): Promise<Deno.FsFile | null> {
  const latest = performance.now() + LOCK_MS;
  for (;;) {
    const lock = lockIndex(places);
    if (lock !== null || performance.now() > latest) return lock;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

const INDEXED: Readonly<Record<Index["state"], string | null>> = {
  removed: "Its words are out of the search index.",
  none: null,
  off: "The search is off. An index of former times may have its words: remove ~/.kato/index.",
  left: null,
};

function describe(
  { session }: SessionRef,
  { result, reason }: Answer,
  index: Index,
  files: readonly JudgedFile[],
  { home }: Context,
): string {
  const id = plain(shortId(session));
  const said = reason === "already-forgotten"
    ? `Session ${id} was forgotten already.`
    : `Forgot session ${id}.`;
  const lines = result === "done" ? [said, INDEXED[index.state] ?? []].flat() : [];
  if (index.state === "removed" || index.state === "none") {
    const but = index.state === "removed" ? "But " : "";
    lines.push(...describeShared(files, home).map((line) => `${but}${line}`));
  }
  lines.push(...describeFiles(files, home));
  return lines.map((line) => `${line}\n`).join("");
}
