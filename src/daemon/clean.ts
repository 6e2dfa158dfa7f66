/**
 * `kato clean`: removes from the state what it has of sessions whose logs are gone and that nothing needs, and files that a
 * crash left in the state's folders. Each removal is on record before it happens. A session that comes back is one that
 * appears at that moment: its old commands are history. Requires write on the state folder.
 */
import { join } from "@std/path";
import { stateCleaned } from "../audit/events.ts";
import { entryAt, removeIfThere } from "../disk/entry_at.ts";
import { PROVIDERS } from "../protocol/closed_sets.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { Answer, Cleaned, CleanRequest } from "../protocol/request.ts";
import { CLEANED_AT_ONCE } from "../protocol/state_limits.ts";
import type { AutoRules } from "./auto_rules.ts";
import type { Audit } from "./audit.ts";
import { type KnownLog, storeCleaning } from "./cleaning_rows.ts";
import type { FollowedProvider } from "./followed_provider.ts";
import { sayFailed } from "./requested_commands.ts";
import type { Database } from "./state.ts";
import type { StepQueue } from "./step_queue.ts";

export interface CleaningOptions {
  readonly database: Database;
  readonly audit: Audit;
  readonly steps: Pick<StepQueue, "ask" | "isIdle">;
  readonly providers: ReadonlyMap<
    ProviderId,
    Pick<FollowedProvider, "state" | "absent" | "follow" | "sources">
  >;
  /** A rule of policy may record such a session when it comes back. Null: one that was never read. */
  readonly covers: AutoRules["covers"];
  /** Folders of the state in which only this process writes. */
  readonly folders: readonly string[];
}

/** As disk/atomic_file.ts names a file that it is about to rename. */
const TEMPORARY = /^\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** Cleans one portion, from `after` on; `next` of the answer is where another one begins. */
export async function obeyClean(
  options: CleaningOptions,
  { id, dryRun, after }: CleanRequest,
): Promise<Answer> {
  let cleaned: Cleaned = { ...NONE, next: null };
  try {
    const portion = choosePortion(options, after);
    if (portion !== null) cleaned = await cleanLogs(options, portion, dryRun);
    const left = after === null ? leftBehind(options.folders) : [];
    const files: string[] = [];
    cleaned = { ...cleaned, files };
    if (dryRun) files.push(...left);
    else removeFiles(options, left, (path) => void files.push(path));
    const reason = dryRun ? "would-be-cleaned" : "cleaned";
    return {
      v: 1,
      id,
      result: "done",
      reason,
      message: reason.replaceAll("-", " "),
      destination: null,
      cleaned,
    };
  } catch (error) {
    // What is removed by then is said all the same.
    return { ...sayFailed(id, error), cleaned: { ...cleaned, next: null } };
  }
}

interface Portion {
  readonly provider: ProviderId;
  readonly logs: readonly KnownLog[];
  readonly next: CleanRequest["after"];
  /** Where the next provider begins. */
  readonly behind: CleanRequest["after"];
}

/** The logs of one provider that nothing needs, whether they are there or not. Null: there are no more. */
function choosePortion(
  { database, providers, covers }: CleaningOptions,
  after: CleanRequest["after"],
): Portion | null {
  const store = storeCleaning(database);
  const known = PROVIDERS.filter((provider) => providers.has(provider));
  const first = after === null ? 0 : known.indexOf(after.provider);
  for (const [index, provider] of known.entries()) {
    if (index < first || first < 0) continue;
    const from = after?.provider === provider ? after.session : "";
    const sessions = store.unneeded(provider, from, CLEANED_AT_ONCE);
    const last = sessions.at(-1)?.session ?? null;
    const isMore = sessions.length === CLEANED_AT_ONCE && last !== null;
    const logs = [
      ...from === "" ? store.sources(provider) : [],
      ...sessions.filter(({ meta }) => !covers(meta)),
    ];
    if (logs.length === 0 && !isMore) continue;
    const following = known[index + 1];
    const behind = following === undefined ? null : { provider: following, session: "" };
    return { provider, logs, next: isMore ? { provider, session: last } : behind, behind };
  }
  return null;
}

const NONE: Omit<Cleaned, "next"> = { logs: [], files: [], skipped: [] };

async function cleanLogs(
  options: CleaningOptions,
  { provider, logs, next, behind }: Portion,
  dryRun: boolean,
): Promise<Cleaned> {
  const followed = options.providers.get(provider);
  if (followed === undefined || logs.length === 0) return { ...NONE, next };
  // The provider's other portions would wait as long, and in vain.
  const skip = (why: Cleaned["skipped"][number]["why"]) => ({
    ...NONE,
    skipped: [{ provider, why }],
    next: behind,
  });
  if (followed.state !== "watching" && followed.state !== "polling") return skip("not-watched");
  const asked = logs.map(({ session, path }) => ({ session, path }));
  const absent = await followed.absent.find(asked, !dryRun);
  if (absent === null) return skip("no-answer");
  const gone = logs.filter(({ path }) => absent.has(path));
  // After every sight of a log that came before the answer.
  const removed = dryRun || gone.length === 0
    ? gone
    : await options.steps.ask({ provider, session: null }, () =>
      Promise.resolve(removeRows(options, provider, gone)));
  return { ...NONE, logs: removed.map(({ session, path }) => ({ provider, session, path })), next };
}

/** Asked again, for the parser took its time: a log may have come back, something may need its session, or a step of it waits. */
function removeRows(
  { database, audit, steps, providers, covers }: CleaningOptions,
  provider: ProviderId,
  logs: readonly KnownLog[],
): readonly KnownLog[] {
  const { follow, sources } = providers.get(provider) ?? {};
  const store = storeCleaning(database);
  return database.transact(() => {
    const recorded = store.recorded(provider);
    const isUnneeded = (session: string) => {
      if (recorded.has(session)) return false;
      const free = store.findFree({ provider, session });
      return free !== null && !covers(free.meta);
    };
    const gone = logs.filter(({ session }) =>
      session === null ||
      steps.isIdle({ provider, session }) && follow?.isThere(session) !== true && isUnneeded(session)
    );
    audit(...gone.map(({ session, path }) => stateCleaned({ provider, session }, "log-gone", path)));
    for (const { session } of gone) if (session !== null) store.drop({ provider, session });
    sources?.clear(gone.flatMap(({ session, path }) => session === null ? [path] : []));
    return gone;
  });
}

/** Files that a crash left before they were renamed. */
function leftBehind(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    entryAt(folder) === null
      ? []
      : [...Deno.readDirSync(folder)].filter(({ name, isFile }) => isFile && TEMPORARY.test(name))
        .map(({ name }) => join(folder, name))
  ).sort();
}

function removeFiles(
  { audit }: CleaningOptions,
  files: readonly string[],
  removed: (path: string) => void,
): void {
  const nobody = { provider: null, session: null };
  audit(...files.map((path) => stateCleaned(nobody, "left-behind", path)));
  for (const path of files) {
    removeIfThere(path);
    removed(path);
  }
}
