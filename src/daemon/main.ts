/**
 * The daemon: takes the lock, opens policy, audit log and state, starts the orchestrator, and ends in good order. It
 * READS policy, its own state, its logs and metadata below the export roots. It WRITES its state, its logs and answers to
 * requests. It never reads a session's log and never writes a destination. Every start settles what a crash left.
 */
import { daemonStarted, daemonStopped, requestRefused, wideningIgnored } from "../audit/events.ts";
import { every, wait } from "../hosts/timers.ts";
import { join } from "@std/path";
import { STANDARD_PIPE } from "../hosts/byte_pipe.ts";
import type { Host } from "../hosts/host.ts";
import { createProcessHost } from "../hosts/process_host.ts";
import { quietConsole } from "../hosts/quiet_console.ts";
import { threadHost } from "../hosts/thread_host.ts";
import { formatSettingsError } from "../settings/keys.ts";
import { placesOf, SYSTEM_POLICY } from "../settings/places.ts";
import { parserGrants, rootsByProvider, writerGrants } from "../permissions/plan.ts";
import type { Config } from "../settings/policy.ts";
import { STOP_MS } from "../protocol/limits.ts";
import { DEFAULT_INCLUDES } from "../protocol/render.ts";
import { INCLUDES } from "../protocol/closed_sets.ts";
import { clientRoots } from "../protocol/clients.ts";
import { makePrivateFolder } from "../disk/atomic_file.ts";
import { escapeControls, isJournal, withPriority } from "../protocol/journal_line.ts";
import { loadConfig, loadPolicy } from "../settings/policy_files.ts";
import { VERSION } from "../version.ts";
import { readOrigin } from "../audit/origin.ts";
import { openDaemonAudit } from "./audit.ts";
import { describeFailure } from "./failure.ts";
import { keepTrying } from "./keep_trying.ts";
import { takeLock } from "./lock.ts";
import { type Log, openLog, sayLine } from "./log.ts";
import { openMarks } from "./marks.ts";
import { createOrchestrator, type KernelSandbox } from "./orchestrator.ts";
import { takeRequests } from "./requests.ts";
import type { ProviderPlan } from "./followed_provider.ts";
import { openState } from "./state.ts";

export interface DaemonOptions {
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The run before this one crashed; no signal from outside ended it. */
  readonly afterCrash: boolean;
  /** `processes`: a monitor at the other end of standard input and output starts them. */
  readonly roles: Host["name"];
  readonly kernel: KernelSandbox;
  /** Who must own the administrator's policy. */
  readonly administrator: number;
}

/** Exit statuses of the daemon (sysexits). */
const EXIT = { done: 0, failed: 1, bug: 70, restart: 75, refused: 78 } as const;

/** Heartbeats and other slow work. Milliseconds. */
const TEND_MS = 5_000;

/** Time for the parsers to stop. The rest is for the messages that they sent. Milliseconds. */
const PARSERS_STOP_MS = STOP_MS / 4;

/** Runs until a signal or a failure ends it. Returns the exit status. */
export async function runDaemon(options: DaemonOptions): Promise<number> {
  const { home, environment, roles, kernel, administrator } = options;
  // Standard output belongs to the monitor.
  if (roles === "processes") quietConsole();
  const toJournal = isJournal(environment);
  const refuse = (messages: readonly string[]) => {
    for (const message of messages) complain(message, toJournal);
    return EXIT.refused;
  };
  const places = placesOf(home);
  let giveUp: (status: number) => void = () => {};
  const ended = new Promise<number>((resolve) => giveUp = resolve);
  // First of all, so that a signal ends even a start that waits for a disk.
  listen(["SIGTERM", "SIGINT"], () => giveUp(EXIT.done));
  listen(["SIGHUP"], () => giveUp(EXIT.restart));
  const settings = { system: SYSTEM_POLICY, home, uid: Deno.uid() ?? 0, administrator };
  const config = loadConfig(settings);
  if (!config.ok) return refuse(config.errors.map(formatSettingsError));
  const policy = loadPolicy(settings);
  if (!policy.ok) return refuse(policy.errors.map(formatSettingsError));
  const { effective } = policy;
  if (effective.policy.sandbox.require_kernel_sandbox && !kernel.sandbox) {
    const mend = kernel.missing.length > 0
      ? `this kernel lacks ${kernel.missing.join(", ")}`
      : "use an installed kato";
    return refuse([`policy has require_kernel_sandbox = true, and this run has no kernel sandbox: ${mend}`]);
  }

  const log = await openLog({
    level: config.config.log.level,
    toJournal,
    file: config.config.log.file ? join(places.logs, "kato.log") : null,
  });
  const start = <Result>(step: () => Result | Promise<Result>) => keepTrying(step, ended, log);

  const folders = await start(() => {
    // The daemon may write only its own two folders. The launcher makes the rest of `~/.kato`.
    for (const folder of [places.state, places.requests, places.logs]) makePrivateFolder(folder);
    // The one export root that kato brings along; a person makes others. Where roles are processes, the launcher
    // makes it, and this process may not.
    if (roles === "threads" && effective.policy.destinations.roots.includes(places.exports)) {
      makePrivateFolder(places.exports);
    }
  });
  if (!folders.done) return folders.status;
  const locking = await start(() => takeLock(places.lockFile));
  if (!locking.done) return locking.status;
  const lock = locking.result;
  if (lock === null) {
    complain("a daemon is running already. 'kato status' shows it.", toJournal);
    return EXIT.failed;
  }
  const opening = await start(() =>
    openState(places.database, (message) => {
      complain(message, toJournal);
      giveUp(EXIT.refused);
    })
  );
  if (!opening.done) return opening.status;
  const state = opening.result;
  if (!state.opened) return refuse([state.message]);
  const auditing = await start(() =>
    openDaemonAudit(places.logs, effective, log, readOrigin(environment["USER"]))
  );
  if (!auditing.done) return auditing.status;
  const audit = auditing.result;
  const without = kernel.missing.length > 0 ? `; the kernel lacks ${kernel.missing.join(", ")}` : "";
  const sandbox = kernel.sandbox ? "kernel-sandbox" : "no-kernel-sandbox";
  const noted = await start(() =>
    audit.record(daemonStarted(sandbox, `kato ${VERSION}, host ${roles}${without}`))
  );
  if (!noted.done) return noted.status;
  for (const violation of effective.violations) {
    const noted = await start(() => audit.record(wideningIgnored(formatSettingsError(violation))));
    if (!noted.done) return noted.status;
    const { file, line, key } = violation;
    log.report("widening-ignored", { file, line, key });
  }

  const marks = openMarks(places, log);
  const host = roles === "threads" ? threadHost : createProcessHost(STANDARD_PIPE, (why) => {
    log.report("monitor-lost", { why });
    giveUp(EXIT.failed);
  });
  const orchestrator = createOrchestrator({
    home,
    uid: settings.uid,
    version: VERSION,
    host,
    kernel,
    effective,
    timeZone: config.config.render.time_zone || Temporal.Now.timeZoneId(),
    fileName: config.config.render.file_name,
    include: includesOf(config.config),
    providers: planProviders(effective.policy, options),
    grantsFor: (destination, directories) => writerGrants([destination], directories),
    database: state.database,
    statusPath: places.statusFile,
    audit: audit.record,
    log,
    keepMark: marks.keep,
    giveUp(why) {
      log.report("giving-up", { why });
      // Nothing else ends a thread that loops.
      Deno.exit(EXIT.bug);
    },
  });
  const started = await start(() => orchestrator.start());
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
  const stopTending = every(TEND_MS, () => {
    if (!lock.isThere()) {
      // The state folder was taken away: another daemon may start, and nobody knows of this one.
      log.report("giving-up", { why: `${places.lockFile} was removed or replaced` });
      return giveUp(EXIT.restart);
    }
    orchestrator.tend();
    requests.look();
  });
  log.report("started", {
    version: VERSION,
    pid: Deno.pid,
    policy: effective.hash.slice(0, 12),
    organisation: effective.organisationHash?.slice(0, 12) ?? "none",
    roles,
    kernel_sandbox: kernel.sandbox,
    head: audit.head(),
  });
  if (kernel.missing.length > 0) log.report("kernel-lacks", { what: kernel.missing.join(" ") });

  const status = await ended;

  stopTending();
  requests.close();
  const isRestart = status === EXIT.restart;
  const stopping = orchestrator.stop(PARSERS_STOP_MS, isRestart ? "restarting" : "stopped");
  await within(STOP_MS - PARSERS_STOP_MS, stopping, log);
  try {
    audit.record(daemonStopped(isRestart ? "restart" : "stopped"));
  } catch (error) {
    // The daemon ends even without the record: the next start shows that it is missing.
    log.report("audit-failed", { why: describeFailure(error).why });
  }
  log.report("stopped", { head: audit.head() });
  audit.close();
  state.database.close();
  await log.close();
  lock.release();
  return status;
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

/** For messages before the log is open. */
function complain(message: string, toJournal: boolean): void {
  const line = escapeControls(`kato: ${message}`);
  sayLine(toJournal ? withPriority(line, "error") : line);
}
