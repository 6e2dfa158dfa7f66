/**
 * `kato clean`: asks the daemon, through the spool, to clean its state, and gives back free space of the search index.
 * Requires read and write on the spool and the index; looks at no log, and removes no file itself.
 */
import { CLIENTS } from "../../protocol/clients.ts";
import { systemWords } from "../../disk/entry_at.ts";
import type { Cleaned, CleanRequest } from "../../protocol/request.ts";
import { shortId } from "../../protocol/session.ts";
import { asIndexError, IndexError } from "../../search/index_file.ts";
import { measureFreeSpace, shrinkIndex, type Shrunk } from "../../search/shrink.ts";
import type { EffectivePolicy } from "../../settings/merge.ts";
import { placesOf } from "../../settings/places.ts";
import { askDaemon, whyNotRunning } from "../ask_daemon.ts";
import type { CleanGiven } from "../commands/clean.ts";
import type { Context } from "../context.ts";
import { DONE, fail, type Failed, type Outcome } from "../outcome.ts";
import { loadEffective } from "../planning/load_settings.ts";
import { reportText } from "../report/report.ts";
import type { ReportBody } from "../report/reports.ts";
import { plain, showSize, tilde } from "../terminal/style.ts";

type Report = ReportBody<"clean">;

export async function cleanUp({ json, dryRun }: CleanGiven, context: Context): Promise<Outcome> {
  const loaded = loadEffective(context);
  if (!loaded.ok) return loaded.outcome;
  const notRunning = whyNotRunning(context);
  if (notRunning !== null) return notRunning;
  const { portions, stopped } = await askForAll(dryRun, context);
  const failed = stopped?.message ?? null;
  const index = stopped === null ? tidyIndex(dryRun, loaded.value, context) : UNTOUCHED;
  const report: Report = {
    dryRun,
    logs: portions.flatMap(({ logs }) => logs),
    files: portions.flatMap(({ files }) => files),
    skipped: portions.flatMap(({ skipped }) => skipped),
    index,
    failed,
  };
  context.out.write(json ? reportText("clean", report) : describe(report, context));
  const why = failed ?? (index.state === "left" ? index.why : null);
  if (why !== null) return fail(stopped?.outcome ?? "failed", json ? null : plain(why));
  return report.skipped.some(({ why }) => why === "no-answer") ? fail("failed", null) : DONE;
}

interface Asked {
  readonly portions: readonly Cleaned[];
  /** Why the daemon did not come to the end; null: it did. */
  readonly stopped: Failed | null;
}

/** Whatever ends it, the portions until then are cleaned. */
async function askForAll(dryRun: boolean, context: Context): Promise<Asked> {
  const portions: Cleaned[] = [];
  for (let after: CleanRequest["after"] = null;;) {
    const answered = await askDaemon({ verb: "clean", dryRun, after }, context);
    if ("outcome" in answered) return { portions, stopped: answered };
    const { result, message, cleaned } = answered;
    if (cleaned !== undefined) portions.push(cleaned);
    if (result !== "done" || cleaned === undefined) return { portions, stopped: fail("failed", message) };
    after = cleaned.next;
    if (after === null) return { portions, stopped: null };
  }
}

const UNTOUCHED: Shrunk = { state: "none", bytes: 0, why: null };

function tidyIndex(dryRun: boolean, { policy }: EffectivePolicy, { home, uid }: Context): Shrunk {
  if (!policy.search.enabled) return { state: "off", bytes: 0, why: null };
  const places = placesOf(home);
  try {
    return dryRun ? measureFreeSpace(places, uid) : shrinkIndex(places, uid);
  } catch (thrown) {
    const error = asIndexError(places.indexFile, thrown);
    const why = error instanceof IndexError ? error.message : systemWords(error);
    if (why === null) throw error;
    return { state: "left", bytes: 0, why };
  }
}

function describe({ dryRun, logs, files, skipped, index, failed }: Report, { home }: Context): string {
  const shown = (path: string) => plain(tilde(path, home));
  const lines: string[] = [];
  if (logs.length > 0) {
    lines.push(`${dryRun ? "Would remove" : "Removed"} from kato's state, for their logs are gone:`);
    lines.push(...logs.map(({ provider, session, path }) => {
      const what = session === null ? "a log" : `session ${plain(shortId(session))}`;
      return `  ${what} of ${CLIENTS[provider].name}: ${shown(path)}`;
    }));
  }
  if (files.length > 0) {
    lines.push(`${dryRun ? "Would remove" : "Removed"} files that a crash left:`);
    lines.push(...files.map((path) => `  ${shown(path)}`));
  }
  for (const { provider, why } of skipped) {
    const isRest = logs.some((log) => log.provider === provider);
    const left = `Left the ${isRest ? "rest of the " : ""}state of ${CLIENTS[provider].name} as it is:`;
    lines.push(
      why === "not-watched"
        ? `${left} kato does not watch its folders now, or they hold nothing.`
        : `${left} its parser did not answer. Ask again.`,
    );
  }
  lines.push(...describeIndex(index, dryRun));
  if (lines.length === 0 && failed === null) lines.push("There is nothing to clean.");
  return lines.map((line) => `${line}\n`).join("");
}

function describeIndex({ state, bytes }: Shrunk, dryRun: boolean): string[] {
  if (bytes === 0) return [];
  const size = showSize(bytes);
  switch (state) {
    case "shrunk":
      return [`${dryRun ? "Would give back" : "Gave back"} ${size} of the search index.`];
    case "fixed":
      return [
        `The search index has ${size} of free space, which it uses again. An earlier kato made it, so the file cannot become ` +
        "smaller: 'kato search --rebuild' makes it anew, without the sessions whose logs are gone.",
      ];
    default:
      return [];
  }
}
