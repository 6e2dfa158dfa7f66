/**
 * The daemon: takes the lock, opens policy, audit log and state, starts the orchestrator, and ends in good order. It
 * READS policy, its own state, its logs and metadata below the export roots. It WRITES its state, its logs and answers to
 * requests. It never reads a session's log and never writes a destination. Every start settles what a crash left.
 */
import { daemonStopped, requestRefused } from "../audit/events.ts";
import { every, wait } from "../hosts/timers.ts";
import { join } from "@std/path";
import { STANDARD_PIPE } from "../hosts/byte_pipe.ts";
import { createProcessHost } from "../hosts/process_host.ts";
import { quietConsole } from "../hosts/quiet_console.ts";
import { threadHost } from "../hosts/thread_host.ts";
import { placesOf } from "../settings/places.ts";
import { parserGrants, rootsByProvider, writerGrants } from "../permissions/plan.ts";
import type { EffectivePolicy } from "../settings/merge.ts";
import type { Config } from "../settings/policy.ts";
import { STOP_MS } from "../protocol/limits.ts";
import { DEFAULT_INCLUDES } from "../protocol/render.ts";
import { INCLUDES } from "../protocol/closed_sets.ts";
import { clientRoots } from "../protocol/clients.ts";
import { isJournal } from "../protocol/journal_line.ts";
import { VERSION } from "../version.ts";
import { describeFailure } from "./failure.ts";
import { rememberFolder } from "./granted_folder.ts";
import { keepTrying } from "./keep_trying.ts";
import {
  type DaemonOptions,
  EXIT,
  openDaemon,
  type Opened,
  readSettings,
  refuse,
  type Run,
  type Settings,
} from "./open_daemon.ts";
import { type Log, openLog } from "./log.ts";
import { openMarks } from "./marks.ts";
import { createOrchestrator, type OrchestratorOptions } from "./orchestrator.ts";
import { takeRequests } from "./requests.ts";
import type { ProviderPlan } from "./followed_provider.ts";

/** Heartbeats and other slow work. Milliseconds. */
const TEND_MS = 5_000;

/** Time for the parsers to stop. The rest is for the messages that they sent. Milliseconds. */
const PARSERS_STOP_MS = STOP_MS / 4;

/** Runs until a signal or a failure ends it. Returns the exit status. */
export async function runDaemon(options: DaemonOptions): Promise<number> {
  const { home, environment, roles } = options;
  // Standard output belongs to the monitor.
  if (roles === "processes") quietConsole();
  const { promise: ended, resolve: end } = Promise.withResolvers<number>();
  const run: Run = { options, places: placesOf(home), toJournal: isJournal(environment), ended, end };
  // First of all, so that a signal ends even a start that waits for a disk.
  listen(["SIGTERM", "SIGINT"], () => end(EXIT.done));
  listen(["SIGHUP"], () => end(EXIT.restart));
  const settings = readSettings(options);
  if ("refused" in settings) return refuse(settings.refused, run.toJournal);
  const { level, file } = settings.config.log;
  const log = await openLog({
    level,
    toJournal: run.toJournal,
    file: file ? join(run.places.logs, "kato.log") : null,
  });
  const opened = await openDaemon(run, settings, log);
  return typeof opened === "number" ? opened : await serve(run, settings, log, opened);
}

async function serve(run: Run, settings: Settings, log: Log, opened: Opened): Promise<number> {
  const { options, places, ended } = run;
  const { lock, database, audit } = opened;
  const marks = openMarks(places, log);
  const orchestrator = createOrchestrator({
    ...orchestratorOptions(run, settings, log),
    database,
    audit: audit.record,
    keepMark: marks.keep,
  });
  const started = await keepTrying(() => orchestrator.start(), ended, log);
  if (!started.done) return started.status;
  if (options.afterCrash) {
    for (const [provider, session] of marks.left) orchestrator.crashed(provider, session);
  }
  const requests = takeRequests({
    folder: places.requests,
    refused: places.refusedRequests,
    obey: orchestrator.obey,
    record: (path, reason, detail) => audit.record(requestRefused(path, reason, detail)),
    log,
  });
  const logs = rememberFolder(places.logs);
  const stopTending = every(TEND_MS, () => {
    if (!lock.isThere()) {
      // The state folder was taken away: another daemon may start, and nobody knows of this one.
      log.report("giving-up", { why: `${places.lockFile} was removed or replaced` });
      return run.end(EXIT.restart);
    }
    if (options.kernel.sandbox && logs.isReplaced()) {
      log.report("giving-up", { why: `${places.logs} was replaced, and the sandbox holds the old folder` });
      return run.end(EXIT.restart);
    }
    orchestrator.tend();
    requests.look();
  });
  reportStart(options, settings.effective, log, audit.head());

  const status = await ended;

  stopTending();
  requests.close();
  const stopping = orchestrator.stop(PARSERS_STOP_MS, status === EXIT.restart ? "restarting" : "stopped");
  await within(STOP_MS - PARSERS_STOP_MS, stopping, log);
  await close(opened, status, log);
  return status;
}

function orchestratorOptions(
  { options, places, end }: Run,
  { config, effective }: Settings,
  log: Log,
): Omit<OrchestratorOptions, "database" | "audit" | "keepMark"> {
  const { home, kernel, roles } = options;
  const { render } = config;
  const host = roles === "threads" ? threadHost : createProcessHost(STANDARD_PIPE, (why) => {
    log.report("monitor-lost", { why });
    end(EXIT.failed);
  });
  return {
    home,
    uid: Deno.uid() ?? 0,
    version: VERSION,
    host,
    kernel,
    effective,
    timeZone: render.time_zone || Temporal.Now.timeZoneId(),
    fileName: render.file_name,
    include: includesOf(config),
    images: render.images === "files",
    providers: planProviders(effective.policy, options),
    grantsFor: (destination, directories) => writerGrants([destination], directories),
    statusPath: places.statusFile,
    forgottenPath: places.forgottenFile,
    log,
    giveUp(why) {
      log.report("giving-up", { why });
      // Nothing else ends a thread that loops.
      Deno.exit(EXIT.bug);
    },
  };
}

function reportStart({ roles, kernel }: DaemonOptions, effective: EffectivePolicy, log: Log, head: string) {
  log.report("started", {
    version: VERSION,
    pid: Deno.pid,
    policy: effective.hash.slice(0, 12),
    organisation: effective.organisationHash?.slice(0, 12) ?? "none",
    roles,
    kernel_sandbox: kernel.sandbox,
    head,
  });
  if (kernel.missing.length > 0) log.report("kernel-lacks", { what: kernel.missing.join(" ") });
}

async function close({ lock, database, audit }: Opened, status: number, log: Log): Promise<void> {
  try {
    audit.record(daemonStopped(status === EXIT.restart ? "restart" : "stopped"));
  } catch (error) {
    // The daemon ends even without the record: the next start shows that it is missing.
    log.report("audit-failed", { why: describeFailure(error).why });
  }
  log.report("stopped", { head: audit.head() });
  audit.close();
  database.close();
  await log.close();
  lock.release();
}

function planProviders(
  policy: Parameters<typeof rootsByProvider>[0],
  { home, environment, roles }: DaemonOptions,
): ProviderPlan[] {
  return [...rootsByProvider(policy, { clientRoots: clientRoots(home, environment) })]
    // With a monitor, the plan has the grants, and the orchestrator may not look at these roots.
    .map(([provider, roots]) => ({
      provider,
      roots,
      grants: roles === "processes" ? [] : parserGrants(withReal(roots)),
    }));
}

/** A root that is a link is granted under both names. */
function withReal(roots: readonly string[]): string[] {
  return [...new Set(roots.flatMap((root) => [root, realPath(root) ?? root]))];
}

function realPath(path: string): string | null {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function includesOf({ render }: Config) {
  const wanted = INCLUDES.filter((name) => render[name]);
  return wanted.length === 0 ? DEFAULT_INCLUDES : wanted;
}

function listen(signals: readonly Deno.Signal[], stop: () => void): void {
  for (const signal of signals) Deno.addSignalListener(signal, stop);
}

/** Stopping takes no longer than promised. The next start settles the rest. */
async function within(ms: number, step: Promise<void>, log: Log): Promise<void> {
  const late = Symbol("late");
  const limit = wait(ms).then(() => late);
  if (await Promise.race([step, limit]) === late) log.report("stopped-early");
}
