/** Begins a run of the daemon: reads policy and configuration, takes the lock, opens state and audit log. */
import { daemonStarted, wideningIgnored } from "../audit/events.ts";
import type { Host } from "../hosts/host.ts";
import { formatSettingsError } from "../settings/keys.ts";
import { type Places, SYSTEM_POLICY } from "../settings/places.ts";
import type { EffectivePolicy } from "../settings/merge.ts";
import type { Config } from "../settings/policy.ts";
import { makePrivateFolder } from "../disk/atomic_file.ts";
import { escapeControls, withPriority } from "../protocol/journal_line.ts";
import { loadConfig, loadPolicy } from "../settings/policy_files.ts";
import { VERSION } from "../version.ts";
import { readOrigin } from "../audit/origin.ts";
import type { AuditBody } from "../audit/record.ts";
import { type DaemonAudit, openDaemonAudit } from "./audit.ts";
import { keepTrying } from "./keep_trying.ts";
import { type Lock, takeLock } from "./lock.ts";
import { type Log, sayLine } from "./log.ts";
import type { KernelSandbox } from "./describe.ts";
import { type Database, openState } from "./state.ts";

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
export const EXIT = { done: 0, failed: 1, bug: 70, restart: 75, refused: 78 } as const;

/** A run, before anything is open. */
export interface Run {
  readonly options: DaemonOptions;
  readonly places: Places;
  readonly toJournal: boolean;
  readonly ended: Promise<number>;
  readonly end: (status: number) => void;
}

export interface Settings {
  readonly config: Config;
  readonly effective: EffectivePolicy;
}

export function readSettings(
  { home, kernel, administrator }: DaemonOptions,
): Settings | { readonly refused: readonly string[] } {
  const from = { system: SYSTEM_POLICY, home, uid: Deno.uid() ?? 0, administrator };
  const config = loadConfig(from);
  if (!config.ok) return { refused: config.errors.map(formatSettingsError) };
  const policy = loadPolicy(from);
  if (!policy.ok) return { refused: policy.errors.map(formatSettingsError) };
  const { effective } = policy;
  if (effective.policy.sandbox.require_kernel_sandbox && !kernel.sandbox) {
    const mend = kernel.missing.length > 0
      ? `this kernel lacks ${kernel.missing.join(", ")}`
      : "use an installed kato";
    const why = `policy has require_kernel_sandbox = true, and this run has no kernel sandbox: ${mend}`;
    return { refused: [why] };
  }
  return { config: config.config, effective };
}

export interface Opened {
  readonly lock: Lock;
  readonly database: Database;
  readonly audit: DaemonAudit;
}

/** Opens what the daemon needs, and records the start. A number: it ends before that, with this exit status. */
export async function openDaemon(run: Run, { effective }: Settings, log: Log): Promise<Opened | number> {
  const { places, options, toJournal } = run;
  const start = <Result>(step: () => Result | Promise<Result>) => keepTrying(step, run.ended, log);
  const folders = await start(() => makeFolders(places, options.roles, effective));
  if (!folders.done) return folders.status;
  const locking = await start(() => takeLock(places.lockFile));
  if (!locking.done) return locking.status;
  const lock = locking.result;
  if (lock === null) {
    complain("a daemon is running already. 'kato status' shows it.", toJournal);
    return EXIT.failed;
  }
  const opening = await start(() =>
    openState(places.database, (message) => run.end(refuse([message], toJournal)))
  );
  if (!opening.done) return opening.status;
  const state = opening.result;
  if (!state.opened) return refuse([state.message], toJournal);
  const origin = readOrigin(options.environment["USER"]);
  const auditing = await start(() => openDaemonAudit(places.logs, effective, log, origin));
  if (!auditing.done) return auditing.status;
  const audit = auditing.result;
  const noted = await start(() => audit.record(startOf(options)));
  if (!noted.done) return noted.status;
  for (const violation of effective.violations) {
    const noted = await start(() => audit.record(wideningIgnored(formatSettingsError(violation))));
    if (!noted.done) return noted.status;
    const { file, line, key } = violation;
    log.report("widening-ignored", { file, line, key });
  }
  return { lock, database: state.database, audit };
}

/** The daemon may write only its own two folders. The launcher makes the rest of `~/.kato`. */
function makeFolders(places: Places, roles: Host["name"], { policy }: EffectivePolicy): void {
  for (const folder of [places.state, places.requests, places.logs]) makePrivateFolder(folder);
  // The one export root that kato brings along; a person makes others. Where roles are processes, the launcher makes
  // it, and this process may not.
  if (roles === "threads" && policy.destinations.roots.includes(places.exports)) {
    makePrivateFolder(places.exports);
  }
}

function startOf({ kernel, roles }: DaemonOptions): AuditBody {
  const without = kernel.missing.length > 0 ? `; the kernel lacks ${kernel.missing.join(", ")}` : "";
  const sandbox = kernel.sandbox ? "kernel-sandbox" : "no-kernel-sandbox";
  return daemonStarted(sandbox, `kato ${VERSION}, host ${roles}${without}`);
}

/** Returns the exit status. */
export function refuse(messages: readonly string[], toJournal: boolean): number {
  for (const message of messages) complain(message, toJournal);
  return EXIT.refused;
}

/** For messages before the log is open. */
function complain(message: string, toJournal: boolean): void {
  const line = escapeControls(`kato: ${message}`);
  sayLine(toJournal ? withPriority(line, "error") : line);
}
