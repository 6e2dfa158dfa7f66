/**
 * `kato export`. READS the logs of the chosen sessions, policy, and metadata of the destination's folder; WRITES the
 * decided destination and the audit log. Works whether the daemon runs or not. Room: cli; edge through its parts.
 */
import { extname } from "@std/path";
import { generateName } from "../../destination/path.ts";
import type { Config } from "../../settings/policy.ts";
import type { Format, Include } from "../../protocol/render.ts";
import { shortId } from "../../protocol/session.ts";
import { FORMATS, INCLUDES } from "../../protocol/closed_sets.ts";
import { AuditLogError } from "../../audit/error.ts";
import type { Context } from "../context.ts";
import { readDaemonState } from "../daemon_state.ts";
import { chooseSources, type ChosenSource } from "../export/choose_sources.ts";
import { openDecided, type OutputContext } from "../export/decide_output.ts";
import { isSystemError, type OutputFile } from "../export/output_file.ts";
import { NO_PROGRESS, type Progress, showProgress } from "../export/progress.ts";
import { writeSession, type WrittenSession } from "../export/write_session.ts";
import type { ExportInvocation } from "../command_line/invocation.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { openOwnAudit } from "../own_audit.ts";
import { namesFolder } from "../planning/plan_command.ts";
import { findReadableProviders } from "../sessions/readable_providers.ts";
import { findClientRoots, loadForSessions, loadOwnConfig } from "../planning/load_settings.ts";
import { count, plain, showSize, tilde } from "../terminal/style.ts";
import { absolutePath } from "../command_line/typed_path.ts";

const NEEDS_RECORD =
  "No file is written without its record: mend that and try again, or print the session with '--output -'.";

/** What is the same for every session of one run. */
interface Run {
  readonly context: Context;
  readonly format: Format;
  readonly timeZone: string;
  readonly include: readonly Include[];
  readonly progress: Progress;
  readonly stopped: () => boolean;
}

export async function exportSessions(invocation: ExportInvocation, context: Context): Promise<Outcome> {
  const loaded = loadForSessions(context);
  if (!loaded.ok) return loaded.outcome;
  const config = loadOwnConfig(context);
  if (!config.ok) return config.outcome;
  const readable = findReadableProviders(context, loaded.value);
  const chosen = chooseSources(invocation, readable, context);
  if (!("sources" in chosen)) return fail(chosen.failure, chosen.message);

  const toFolder = namesFolder(invocation) || isFolder(invocation.output, context);
  const interruption = listenForInterruption();
  const run: Run = {
    context,
    format: invocation.format ?? (toFolder ? null : formatOf(invocation.output)) ?? "md",
    timeZone: config.value.render.time_zone || context.timeZone(),
    include: includesOf(invocation, config.value),
    progress: context.err.isTerminal && invocation.output !== "-" ? showProgress(context.err) : NO_PROGRESS,
    stopped: interruption.happened,
  };
  try {
    if (invocation.output === "-") return await printAll(chosen.sources, run);
    const audit = openOwnAudit(context.home, loaded.value, "export");
    const { policy } = loaded.value;
    const followed = readable.flatMap(({ roots }) => roots);
    const output: OutputContext = {
      ...context,
      policy,
      providerRoots: [...followed, ...Object.values(findClientRoots(context)).flat()],
      force: invocation.force,
      recorded: findRecorded(context),
      audit,
    };
    const place = (source: ChosenSource) =>
      toFolder ? nameIn(invocation.output, source, run) : invocation.output;
    const outcome = await writeAll(chosen.sources, place, output, run);
    audit.close();
    return outcome;
  } catch (error) {
    if (!(error instanceof AuditLogError) || error.refused) throw error;
    run.progress.clear();
    return fail("failed", `${plain(error.message)}. ${NEEDS_RECORD}`);
  } finally {
    interruption.close();
  }
}

/** The named file's extension decides; a word in the name of a folder does not. */
function formatOf(output: string): Format | null {
  return FORMATS.find((format) => extname(output) === `.${format}`) ?? null;
}

/** What the configuration shows, with what was asked for and without what was not. */
function includesOf({ include, exclude }: ExportInvocation, { render }: Config): Include[] {
  return INCLUDES.filter((part) => (render[part] || include.includes(part)) && !exclude.includes(part));
}

function isFolder(output: string, { cwd, home }: Context): boolean {
  if (output === "-") return false;
  try {
    return Deno.statSync(absolutePath(output, cwd, home)).isDirectory;
  } catch (error) {
    // What cannot be looked at is for the decision to judge.
    if (isSystemError(error) || error instanceof Deno.errors.NotCapable) return false;
    throw error;
  }
}

/** As typed as far as it was typed, so that the decision sees what the person wrote. */
function nameIn(folder: string, source: ChosenSource, { timeZone, format }: Run): string {
  const name = generateName(source.peek(), timeZone).replace(/md$/, format);
  return `${folder.replace(/\/+$/, "")}/${name}`;
}

function findRecorded({ home }: Context): ReadonlySet<string> {
  const { running, status } = readDaemonState(home);
  const recordings = running ? status?.recordings ?? [] : [];
  return new Set(
    recordings.filter(({ state }) => state !== "stopped" && state !== "done")
      .map(({ destination }) => destination),
  );
}

async function printAll(sources: readonly ChosenSource[], run: Run): Promise<Outcome> {
  for (const source of sources) {
    const text = gather(run.context.out.write);
    const written = await writeSession({ ...run, source, write: text.add, progress: () => {} });
    text.flush();
    if (written.end !== "complete") return fail("failed", whyIncomplete(written, source));
    reportTroubles(written, source, run);
  }
  return DONE;
}

/** Gathers texts into pieces of this many characters, so that system calls do not count. */
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

/** Each session by itself: one that cannot be written keeps none of the others from it. */
async function writeAll(
  sources: readonly ChosenSource[],
  place: (source: ChosenSource) => string,
  output: OutputContext,
  run: Run,
): Promise<Outcome> {
  const failures: Outcome[] = [];
  for (const source of sources) {
    if (run.stopped()) break;
    const outcome = await writeOne(source, place(source), output, run);
    if (outcome.outcome === "done") continue;
    failures.push(outcome);
    if (sources.length > 1 && "message" in outcome) run.context.err.write(`kato: ${outcome.message}\n`);
  }
  if (run.stopped()) {
    return sources.length === 1 ? failures[0] ?? DONE : fail("failed", "Interrupted.");
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
): Promise<Outcome> {
  const opened = await openDecided(destination, source, output);
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
    if (written.end !== "complete") return await abandon(written, file, source, shown);
    const size = await file.finish();
    run.context.out.write(`wrote ${shown} (${count(written.events, "event")}, ${showSize(size)})\n`);
    reportTroubles(written, source, run);
    return DONE;
  } catch (error) {
    run.progress.clear();
    await file.close();
    if (!isSystemError(error) || error instanceof Deno.errors.BrokenPipe) throw error;
    return fail(
      "failed",
      `Cannot write ${shown}: ${plain(error.message)}. What was written so far is in it.`,
    );
  }
}

async function abandon(
  written: WrittenSession,
  file: OutputFile,
  source: ChosenSource,
  shown: string,
): Promise<Outcome> {
  const left = await file.abandon()
    ? "The unfinished file was removed."
    : `${shown} holds what was written so far.`;
  return fail("failed", `${whyIncomplete(written, source)} ${left}`);
}

function whyIncomplete({ end }: WrittenSession, { session }: ChosenSource): string {
  return end === "stopped" ? "Interrupted." : `The log of session ${plain(session)} cannot be read any more.`;
}

/** Troubles that are named; `--format jsonl` and the log itself have the rest. */
const NAMED = 5;

function reportTroubles({ troubles, events }: WrittenSession, source: ChosenSource, { context }: Run): void {
  const id = plain(shortId(source.session));
  if (events === 0) context.err.write(`kato: session ${id} has no conversation yet.\n`);
  const named = [...troubles].slice(0, NAMED).map(([what, times]) => `${plain(what)} (${times})`);
  if (named.length === 0) return;
  const more = troubles.size > NAMED ? `, and ${troubles.size - NAMED} more kinds` : "";
  context.err.write(
    `kato: in session ${id}, not everything could be taken over: ${named.join(", ")}${more}\n`,
  );
}

/** Signals that ask for an end, heard between two slices of the work. */
function listenForInterruption(): { happened: () => boolean; close: () => void } {
  let interrupted = false;
  const hear = () => void (interrupted = true);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, hear);
  return {
    happened: () => interrupted,
    close() {
      for (const signal of signals) Deno.removeSignalListener(signal, hear);
    },
  };
}
