/**
 * `kato export`. READS the logs of the chosen sessions, policy, and metadata of the destination's folder; WRITES the
 * decided destination and the audit log. Works whether the daemon runs or not.
 */
import { secretsKept } from "../../audit/events.ts";
import { openCommandLog } from "../../audit/command_log.ts";
import { generateName } from "../../destination/generated_name.ts";
import type { EffectivePolicy } from "../../settings/merge.ts";
import type { Config } from "../../settings/policy.ts";
import { isSystemError } from "../../disk/entry_at.ts";
import type { Format, Include } from "../../protocol/render.ts";
import { INCLUDES } from "../../protocol/closed_sets.ts";
import { AuditLogError } from "../../audit/error.ts";
import type { Context } from "../context.ts";
import { readDaemonState } from "../daemon_state.ts";
import { tellPerson, tellProgram } from "../export/account.ts";
import { chooseSources, type ChosenSource } from "../export/choose_sources.ts";
import type { OutputContext } from "../export/decide_output.ts";
import { makeBuffers } from "../export/output_buffers.ts";
import { listenForInterruption } from "../interruption.ts";
import { gather } from "../terminal/gather.ts";
import { NO_PROGRESS, showProgress } from "../terminal/progress.ts";
import { gatherEndings, INTERRUPTED, type Run, whyFailed } from "../export/run.ts";
import { writeFiles } from "../export/write_files.ts";
import { writeIndexFile } from "../export/write_index.ts";
import { writeSession } from "../export/write_session.ts";
import { type ExportGiven, formatOf } from "../commands/export.ts";
import { placesOf } from "../../settings/places.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { findReadableProviders } from "../sessions/readable_providers.ts";
import { findClientRoots, loadForSessions, loadOwnConfig } from "../planning/load_settings.ts";
import { plain } from "../terminal/style.ts";
import { describeRange } from "../../render/range.ts";
import { rangeOf } from "../export/asked_range.ts";
import { absolutePath } from "../command_line/typed_path.ts";

const NEEDS_RECORD =
  "No file is written without its record: mend that and try again, or print the session with '--output -'.";

/** Among all sessions, one has often just begun. */
function adviceWhenEmpty({ all, file }: ExportGiven): string | null {
  if (all) return null;
  return file === null
    ? "Try again when something was said in it."
    : "If something was said in it, name the client that wrote it with --provider.";
}

export async function exportSessions(given: ExportGiven, context: Context): Promise<Outcome> {
  const loaded = loadForSessions(context);
  if (!loaded.ok) return loaded.outcome;
  const config = loadOwnConfig(context);
  if (!config.ok) return config.outcome;
  const readable = findReadableProviders(context, loaded.value);
  const chosen = await chooseSources(given, readable, loaded.value.policy.redaction, context);
  if (!("sources" in chosen)) return chosen;
  const { sources } = chosen;

  const toFolder = namesFolder(given) || isFolder(given.output, context);
  const format = given.format ?? (toFolder ? null : formatOf(given.output)) ?? "md";
  const whenEmpty = adviceWhenEmpty(given);
  const range = rangeOf({ ...given, since: given.all ? null : given.since }, context.now);
  const interruption = listenForInterruption();
  const run: Run = {
    context,
    format,
    timeZone: config.value.render.time_zone || context.timeZone(),
    fileName: config.value.render.file_name,
    include: includesOf(given, config.value),
    images: config.value.render.images === "files" ? imagesOf(format, given) : null,
    redaction: {
      ...loaded.value.policy.redaction,
      secrets: given.redact ?? loaded.value.policy.redaction.secrets,
    },
    range,
    progress: context.err.isTerminal && given.output !== "-" ? showProgress(context.err) : NO_PROGRESS,
    stopped: () => interruption.heard() !== null,
    interruption: interruption.heard,
    whenEmpty,
    account: given.json
      ? tellProgram(context, {
        format,
        chosen: sources.length,
        range: range === null ? null : describeRange(range),
      })
      : tellPerson(context, whenEmpty === null),
  };
  try {
    if (given.redact === false) {
      const refused = keepSecrets(sources, given, loaded.value, context);
      if (refused !== null) return run.account.close(refused);
    }
    if (given.output === "-") return await printEach(sources, run);
    const roots = readable.flatMap((provider) => provider.roots);
    return run.account.close(await exportToFiles(sources, given, toFolder, run, loaded.value, roots));
  } catch (error) {
    if (!(error instanceof AuditLogError) || error.refused) throw error;
    run.progress.clear();
    return run.account.close(fail("failed", `${plain(error.message)}. ${NEEDS_RECORD}`));
  } finally {
    interruption.close();
  }
}

/** @param followed The folders of the clients whose sessions were looked for. */
async function exportToFiles(
  sources: readonly ChosenSource[],
  given: ExportGiven,
  toFolder: boolean,
  run: Run,
  effective: EffectivePolicy,
  followed: readonly string[],
): Promise<Outcome> {
  const { context, account } = run;
  const { logs } = placesOf(context.home);
  const audit = openCommandLog(logs, effective, "export", context.variables(["USER"])["USER"]);
  const output: OutputContext = {
    ...context,
    policy: effective.policy,
    providerRoots: [...followed, ...Object.values(findClientRoots(context)).flat()],
    force: given.force,
    recorded: findRecorded(context),
    audit,
    buffers: makeBuffers(),
  };
  // The folder stays as it was typed, so that the decision judges the person's own words.
  const folder = given.output.replace(/\/+$/, "");
  const written: { readonly source: ChosenSource; readonly facts: string }[] = [];
  const outcome = await writeFiles(
    sources,
    (source) => toFolder ? `${folder}/${nameOf(source, run)}` : given.output,
    output,
    run,
    (source, facts) => void written.push({ source, facts }),
  );
  const isListed = given.all && run.format === "html" && written.length > 0 && !run.stopped();
  const entries = () =>
    written.map(({ source, facts }) => ({ file: nameOf(source, run), meta: source.peek(), facts }));
  const listed = isListed ? await writeIndexFile(folder, entries(), run.timeZone, output, run) : DONE;
  audit.close();
  if (outcome.outcome === "done") return listed;
  if ("message" in listed && listed.message !== null) account.failed(null, listed.outcome, listed.message);
  return outcome;
}

/** Puts on record that an export keeps the secrets. Refused where an administrator says that they are replaced. */
function keepSecrets(
  sources: readonly ChosenSource[],
  { output }: ExportGiven,
  effective: EffectivePolicy,
  context: Context,
): Outcome | null {
  const isEnforced = effective.policy.redaction.secrets && "redaction.secrets" in effective.enforced;
  const audit = openCommandLog(
    placesOf(context.home).logs,
    effective,
    "export",
    context.variables(["USER"])["USER"],
  );
  const [source] = sources;
  const about = sources.length === 1 && source !== undefined
    ? { provider: source.provider.id, session: source.session }
    : { provider: null, session: null };
  audit.append(secretsKept(about, output, isEnforced ? "enforced" : "asked-for"));
  audit.close();
  if (!isEnforced) return null;
  const message =
    "Your administrator's policy has redaction.secrets = true: secrets are never kept. Leave --no-redact out.";
  return fail("denied", message);
}

/** HTML holds images in itself. Those of Markdown are files, which standard output has not. */
function imagesOf(format: Format, { output }: ExportGiven): Run["images"] {
  if (format === "html") return "inline";
  return format === "md" && output !== "-" ? "files" : null;
}

/** The parts that the configuration shows, with those of --include and without those of --exclude. */
function includesOf({ include, exclude }: ExportGiven, { render }: Config): Include[] {
  return INCLUDES.filter((part) => (render[part] || include.includes(part)) && !exclude.includes(part));
}

/** Whether DEST must be a folder, whatever is there. */
function namesFolder({ output, all, sessions }: ExportGiven): boolean {
  return all || sessions.length > 1 || output.endsWith("/") || output === "~" || /(^|\/)\.$/.test(output);
}

function isFolder(output: string, { cwd, home }: Context): boolean {
  if (output === "-") return false;
  try {
    return Deno.statSync(absolutePath(output, cwd, home)).isDirectory;
  } catch (error) {
    // decide() judges a path that this process cannot look at.
    if (isSystemError(error) || error instanceof Deno.errors.NotCapable) return false;
    throw error;
  }
}

function nameOf(source: ChosenSource, { timeZone, fileName, format }: Run): string {
  return generateName(source.peek(), timeZone, fileName).replace(/md$/, format);
}

function findRecorded({ home }: Context): ReadonlySet<string> {
  const { running, status } = readDaemonState(home);
  const recordings = running ? status?.recordings ?? [] : [];
  return new Set(
    recordings.filter(({ state }) => state !== "stopped" && state !== "done")
      .map(({ destination }) => destination),
  );
}

async function printOne(source: ChosenSource, run: Run): Promise<Outcome> {
  const text = gather(run.context.out.write);
  const written = await writeSession({ ...run, source, write: text.add, progress: () => {} });
  run.account.noted(source, written);
  const why = whyFailed(written, source, run);
  if (why === null || written.events > 0) text.flush();
  return why === null ? DONE : fail(run.interruption() ?? "failed", why);
}

/** Each session by itself. */
async function printEach(sources: readonly ChosenSource[], run: Run): Promise<Outcome> {
  const endings = gatherEndings(sources.length, run);
  for (const source of sources) {
    const signal = run.interruption();
    endings.add(source, signal === null ? await printOne(source, run) : fail(signal, INTERRUPTED));
  }
  return endings.outcome();
}
