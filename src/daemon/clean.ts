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
  /** A rule of policy may record such a session when it comes back. */
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
  try {
    const portion = choosePortion(options, after);
    const logs = portion === null ? NONE : await cleanLogs(options, portion, dryRun);
    const files = after === null ? leftBehind(options.folders) : [];
    if (!dryRun) removeFiles(options, files);
    const cleaned: Cleaned = { ...logs, files, next: portion?.next ?? null };
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
    return sayFailed(id, error);
  }
}

interface Portion {
  readonly provider: ProviderId;
  readonly logs: readonly KnownLog[];
  readonly next: CleanRequest["after"];
}

/** The logs of one provider that nothing needs, whether they are there or not. Null: there are no more. */
function choosePortion({ database, providers, covers }: CleaningOptions, after: CleanRequest["after"]) {
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
      ...sessions.filter(({ meta }) => meta === null || !covers(meta)),
    ];
    if (logs.length === 0 && !isMore) continue;
    const following = known[index + 1];
    const next = isMore
      ? { provider, session: last }
      : following === undefined
      ? null
      : { provider: following, session: "" };
    return { provider, logs, next } satisfies Portion;
  }
  return null;
}

const NONE: Pick<Cleaned, "logs" | "skipped"> = { logs: [], skipped: [] };

async function cleanLogs(
  options: CleaningOptions,
  { provider, logs }: Portion,
  dryRun: boolean,
): Promise<Pick<Cleaned, "logs" | "skipped">> {
  const followed = options.providers.get(provider);
  if (followed === undefined || logs.length === 0) return NONE;
  const skip = (why: Cleaned["skipped"][number]["why"]) => ({ logs: [], skipped: [{ provider, why }] });
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
  return { logs: removed.map(({ session, path }) => ({ provider, session, path })), skipped: [] };
}

/** A log may have come back, or a step of its session may wait: then it stays. */
function removeRows(
  { database, audit, steps, providers }: CleaningOptions,
  provider: ProviderId,
  logs: readonly KnownLog[],
): readonly KnownLog[] {
  const { follow, sources } = providers.get(provider) ?? {};
  const store = storeCleaning(database);
  return database.transact(() => {
    const gone = logs.filter(({ session }) =>
      session === null ||
      (steps.isIdle({ provider, session }) && follow?.isThere(session) !== true &&
        store.isUnneeded({ provider, session }))
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

function removeFiles({ audit }: CleaningOptions, files: readonly string[]): void {
  const nobody = { provider: null, session: null };
  audit(...files.map((path) => stateCleaned(nobody, "left-behind", path)));
  for (const path of files) removeIfThere(path);
}
