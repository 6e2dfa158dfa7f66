/**
 * `kato export`. READS the logs of the chosen sessions, policy, and metadata of the destination's folder; WRITES the
 * decided destination and the audit log. Works whether the daemon runs or not.
 */
import { openCommandLog } from "../../audit/command_log.ts";
import { extname } from "@std/path";
import { generateName } from "../../destination/generated_name.ts";
import type { EffectivePolicy } from "../../settings/merge.ts";
import type { Config } from "../../settings/policy.ts";
import { isSystemError, reasonOf } from "../../disk/entry_at.ts";
import type { Format, Include } from "../../protocol/render.ts";
import { shortId } from "../../protocol/session.ts";
import type { IndexEntry } from "../../render/html_index.ts";
import { FORMATS, INCLUDES } from "../../protocol/closed_sets.ts";
import { AuditLogError } from "../../audit/error.ts";
import type { Context } from "../context.ts";
import { readDaemonState } from "../daemon_state.ts";
import { type Account, factsOf, tellPerson, tellProgram } from "../export/account.ts";
import { chooseSources, type ChosenSource } from "../export/choose_sources.ts";
import { openDecided, type OutputContext } from "../export/decide_output.ts";
import type { OutputFile } from "../export/output_file.ts";
import { type Listener, listenForInterruption } from "../interruption.ts";
import { NO_PROGRESS, type Progress, showProgress } from "../export/progress.ts";
import { writeIndexFile } from "../export/write_index.ts";
import { writeSession, type WrittenSession } from "../export/write_session.ts";
import type { ExportGiven } from "../commands/export.ts";
import { placesOf } from "../../settings/places.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { findReadableProviders } from "../sessions/readable_providers.ts";
import { findClientRoots, loadForSessions, loadOwnConfig } from "../planning/load_settings.ts";
import { count, plain, tilde } from "../terminal/style.ts";
import { absolutePath } from "../command_line/typed_path.ts";

const NEEDS_RECORD =
  "No file is written without its record: mend that and try again, or print the session with '--output -'.";

const INTERRUPTED = "Interrupted.";

/** The same for every session of one export. */
interface Run {
  readonly context: Context;
  readonly format: Format;
  readonly timeZone: string;
  /** The template for generated names. */
  readonly fileName: string;
  readonly include: readonly Include[];
  readonly progress: Progress;
  readonly stopped: () => boolean;
  readonly interruption: Listener["heard"];
  /** What to do when a session has no conversation; null where such a session is no failure. */
  readonly whenEmpty: string | null;
  readonly account: Account;
}

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
  const chosen = chooseSources(given, readable, context);
  if (!("sources" in chosen)) return chosen;
  const { sources } = chosen;

  const toFolder = namesFolder(given) || isFolder(given.output, context);
  const format = given.format ?? (toFolder ? null : formatOf(given.output)) ?? "md";
  const whenEmpty = adviceWhenEmpty(given);
  const interruption = listenForInterruption();
  const run: Run = {
    context,
    format,
    timeZone: config.value.render.time_zone || context.timeZone(),
    fileName: config.value.render.file_name,
    include: includesOf(given, config.value),
    progress: context.err.isTerminal && given.output !== "-" ? showProgress(context.err) : NO_PROGRESS,
    stopped: () => interruption.heard() !== null,
    interruption: interruption.heard,
    whenEmpty,
    account: given.json
      ? tellProgram(context, format, sources.length)
      : tellPerson(context, whenEmpty === null),
  };
  try {
    if (given.output === "-") return await exportEach(sources, run, (source) => printOne(source, run));
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
  };
  // The folder stays as it was typed, so that the decision judges the person's own words.
  const folder = given.output.replace(/\/+$/, "");
  const written: IndexEntry[] = [];
  const outcome = await exportEach(sources, run, (source) => {
    const file = toFolder ? nameOf(source, run) : "";
    const note = (facts: string) => void written.push({ file, meta: source.peek(), facts });
    return writeOne(source, toFolder ? `${folder}/${file}` : given.output, output, run, note);
  });
  const isListed = given.all && run.format === "html" && written.length > 0 && !run.stopped();
  const listed = isListed ? await writeIndexFile(folder, written, run.timeZone, output, run) : DONE;
  audit.close();
  if (outcome.outcome === "done") return listed;
  if ("message" in listed && listed.message !== null) account.failed(null, listed.outcome, listed.message);
  return outcome;
}

/** By the file's extension. A dot in the name of a folder does not count. */
function formatOf(output: string): Format | null {
  return FORMATS.find((format) => extname(output) === `.${format}`) ?? null;
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

/** Texts are gathered into pieces of this many characters, so that system calls take no time that counts. */
const PIECE = 256 * 1024;

function gather(write: (text: string) => void): { add(text: string): null; flush(): void } {
  let parts: string[] = [];
  let characters = 0;
  const flush = () => {
    if (characters > 0) write(parts.join(""));
    parts = [];
    characters = 0;
  };
  return {
    add(text) {
      parts.push(text);
      characters += text.length;
      if (characters >= PIECE) flush();
      return null;
    },
    flush,
  };
}

/** Each session by itself: one that cannot be exported keeps none of the others from it. */
async function exportEach(
  sources: readonly ChosenSource[],
  run: Run,
  exportOne: (source: ChosenSource) => Promise<Outcome>,
): Promise<Outcome> {
  const failures: Outcome[] = [];
  for (const source of sources) {
    const signal = run.interruption();
    const outcome = signal === null ? await exportOne(source) : fail(signal, INTERRUPTED);
    if (outcome.outcome === "done") continue;
    // Said once, and by the last word.
    if (outcome.outcome === run.interruption()) return outcome;
    failures.push(outcome);
    if (sources.length > 1 && "message" in outcome && outcome.message !== null) {
      run.account.failed(source, outcome.outcome, outcome.message);
    }
  }
  const [first] = failures;
  if (first === undefined || sources.length === 1 || !("message" in first)) return first ?? DONE;
  const message = `${count(failures.length, "session")} of ${sources.length} could not be exported.`;
  return fail(first.outcome, message);
}

async function writeOne(
  source: ChosenSource,
  destination: string,
  output: OutputContext,
  run: Run,
  note: (facts: string) => void,
): Promise<Outcome> {
  const about = { provider: source.provider.id, session: source.session };
  const opened = await openDecided(destination, about, output);
  if (!("file" in opened)) return fail(opened.denied ? "denied" : "failed", opened.message);
  const { file, path } = opened;
  const shown = tilde(path, run.context.home);
  try {
    const written = await writeSession({
      ...run,
      source,
      write: file.write,
      progress: (bytes) => run.progress.show(shown, bytes, source.size),
    });
    run.progress.clear();
    const why = whyFailed(written, source, run);
    if (why !== null) {
      run.account.noted(source, written);
      const left = await abandon(written, file, shown);
      return fail(run.interruption() ?? "failed", `${why} ${left}`);
    }
    const size = await file.finish();
    run.account.wrote(source, path, size, written);
    note(factsOf(written, size));
    return DONE;
  } catch (error) {
    run.progress.clear();
    await file.close();
    if (!isSystemError(error) || error instanceof Deno.errors.BrokenPipe) throw error;
    return fail(
      "failed",
      `Cannot write ${shown}: ${plain(reasonOf(error))}. What was written so far is in it.`,
    );
  }
}

/** Gives the file up; a sentence that says what is left of it. */
async function abandon({ events }: WrittenSession, file: OutputFile, shown: string): Promise<string> {
  if (await file.abandon()) return "The unfinished file was removed.";
  return events > 0 ? `${shown} holds what was written so far.` : `${shown} is empty now.`;
}

/** Null when what was written is what was asked for. */
function whyFailed({ end, events }: WrittenSession, { session }: ChosenSource, run: Run): string | null {
  if (end === "stopped") return INTERRUPTED;
  if (end === "unreadable") return `The log of session ${plain(session)} cannot be read any more.`;
  if (events > 0 || run.whenEmpty === null) return null;
  return `Session ${plain(shortId(session))} has no conversation yet. ${run.whenEmpty}`;
}
