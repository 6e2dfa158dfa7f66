/**
 * The orchestrator: routes between parsers and writers. It READS policy, its own state, and metadata below the export
 * roots. It WRITES its state, its logs and the status file. It parses no provider's format, opens no destination, and
 * never looks at conversation content.
 */
import type { Host } from "../hosts/host.ts";
import { after } from "../hosts/timers.ts";
import type { EffectivePolicy } from "../settings/merge.ts";
import { protocolViolated } from "../audit/events.ts";
import type { AuditBody } from "../audit/record.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { Grant } from "../protocol/grant.ts";
import type { Include } from "../protocol/render.ts";
import type { Answer, Request } from "../protocol/request.ts";
import { createDestinations } from "./destinations.ts";
import type { Log } from "./log.ts";
import type { ObeyContext } from "./obey_commands.ts";
import { createMoves } from "./moves.ts";
import { createRefusals } from "./refused.ts";
import { createRecorders } from "./recorders.ts";
import { createRecordingReports } from "./recording_reports.ts";
import { storeRecordings } from "./recordings_store.ts";
import { createRequestedCommands } from "./requested_commands.ts";
import type { Audit } from "./audit.ts";
import { createIntake } from "./intake.ts";
import { storeSessions } from "./sessions_store.ts";
import { describeProvider, describeRecording } from "./describe.ts";
import type { Database } from "./state.ts";
import {
  type FollowedProvider,
  type FollowingContext,
  followProvider,
  type ProviderPlan,
} from "./followed_provider.ts";
import { createStatusFile, type StatusFile } from "./status_file.ts";
import { createStepQueue } from "./step_queue.ts";

/** The kernel's sandbox of this run, as the launcher says. */
export interface KernelSandbox {
  readonly sandbox: boolean;
  /** Parts that this kernel lacks, in the launcher's words. */
  readonly missing: readonly string[];
}

export interface OrchestratorOptions {
  readonly home: string;
  readonly uid: number;
  readonly version: string;
  readonly host: Host;
  readonly kernel: KernelSandbox;
  readonly effective: EffectivePolicy;
  readonly timeZone: string;
  /** The template for the names of generated files. */
  readonly fileName: string;
  readonly include: readonly Include[];
  readonly providers: readonly ProviderPlan[];
  readonly grantsFor: (destination: string, directories: readonly string[]) => readonly Grant[];
  readonly database: Database;
  readonly statusPath: string;
  readonly audit: Audit;
  readonly log: Log;
  /** Keeps on disk which session each provider's parser has in its hands. */
  readonly keepMark: (provider: ProviderId, session: string | null) => void;
  /** A role hangs and cannot be ended, so the process must end. */
  readonly giveUp: (why: string) => void;
}

export interface Orchestrator {
  start(): void;
  /** A parser went down with this session before this start. */
  crashed(provider: ProviderId, session: string): void;
  obey(request: Request): Promise<Answer>;
  /** Heartbeats, blocked recordings, quiet writers. */
  tend(): void;
  /** `last`: the state that it leaves on record. */
  stop(withinMs: number, last: "stopped" | "restarting"): Promise<void>;
}

/** So many recordings stand in the status, active ones first. */
const SHOWN_RECORDINGS = 100;

export function createOrchestrator(options: OrchestratorOptions): Orchestrator {
  const { database, effective, host, audit, log } = options;
  const { policy } = effective;
  const sessions = storeSessions(database);
  const recordings = storeRecordings(database);
  const providers = new Map<ProviderId, FollowedProvider>();
  const steps = createStepQueue({
    after,
    held({ provider, session }, { why, bug }) {
      log.report(bug ? "step-failed" : "step-waits", { provider, session, why });
      status.touch();
    },
    freed({ provider, session }) {
      log.report("step-done", { provider, session });
      status.touch();
    },
  });

  /** Records something that has happened already, as soon as the disk takes it. */
  function auditSoon(body: AuditBody, provider: ProviderId): void {
    steps.take({ provider, session: body.session }, () => audit(body));
  }
  let stopping = false;

  const status: StatusFile = createStatusFile(options.statusPath, {
    fixed: {
      version: options.version,
      pid: Deno.pid,
      started: new Date().toISOString(),
      host: host.name,
      kernelSandbox: options.kernel.sandbox,
      kernelMissing: [...options.kernel.missing],
      policy: {
        version: effective.version,
        hash: effective.hash,
        organisationHash: effective.organisationHash,
      },
    },
    providers: () =>
      [...providers.values()].map((followed) =>
        describeProvider(followed, status.troubles(followed.plan.provider))
      ),
    waiting: () => steps.held(),
    failed: (problem) => log.report("status-failed", { problem }),
    recordings: () =>
      recordings.latest(SHOWN_RECORDINGS).map((recording) => {
        const { id, provider, session, next, readTo } = recording;
        const behind = providers.get(provider)?.follow.behind(session, next, readTo) ?? 0;
        return describeRecording(recording, recorders.problem(id), behind);
      }),
  });

  const destinations = createDestinations({
    ...options,
    providerRoots: options.providers.flatMap(({ roots }) => roots),
    recordings,
    mended: (recording) => recorders.tryNow(recording),
    violated({ provider, session, destination: path }, detail) {
      auditSoon(protocolViolated({ provider, session }, path, detail), provider);
    },
  });

  const reports = createRecordingReports({ audit, auditSoon, log, status });
  const recorders = createRecorders({
    ...reports,
    store: recordings,
    maxBytes: policy.destinations.max_file_mb * 1024 * 1024,
    send: (provider, message) => providers.get(provider)?.client.send(message),
    watch: ({ provider, session }) => void providers.get(provider)?.follow.watch(session),
    open: async (recording) => reports.opened(recording, await destinations.open(recording)),
    unchanged: destinations.unchanged,
    changed: () => status.touch(),
    stopped({ provider, session, destination }) {
      log.report("recording-stopped", { provider, session, destination });
      status.touch();
      // A command may wait for this end, and so may the recording that follows it.
      steps.tryAgain({ provider, session });
      steps.take({ provider, session: null }, () => moves.goOn(provider), "go-on");
    },
  });

  /** Its record is on the disk. */
  function denied({ session, command, reason, path }: AuditBody, message: string): void {
    log.report("command-denied", { session, reason, path });
    status.deny({ session, command, reason, message });
  }

  const refusals = createRefusals({ database, sessions, audit, show: denied, take: steps.take });

  const rootOf = (provider: ProviderId, path: string) => providers.get(provider)?.follow.rootOf(path) ?? null;
  const moves = createMoves({ database, audit, sessions, recordings, recorders, rootOf, log });

  const context: ObeyContext = {
    database,
    sessions,
    recordings,
    recorders,
    decide: destinations.decide,
    mends: options,
    allowShared: policy.destinations.allow_shared,
    commands: policy.recording.commands,
    maxCommandAge: policy.recording.max_command_age,
    started: Date.now(),
    audit,
    recorded: new Set(),
    obeyed: ({ provider, session, reason, path }) =>
      log.report("command-obeyed", { provider, session, reason, path }),
    denied,
    refusals,
    moves,
    timeZone: options.timeZone,
    include: options.include,
  };

  const requested = createRequestedCommands({
    context,
    steps,
    automatic: policy.recording.automatic,
    watch: ({ provider, session }) => providers.get(provider)?.follow.watch(session) ?? false,
    sizeOf: ({ provider, session }) => providers.get(provider)?.follow.sizeOf(session) ?? 0,
  });

  const take = createIntake({
    steps,
    context,
    requested,
    recorders,
    status,
    log,
    ready: startRecordings,
  });
  const shared: FollowingContext = {
    ...options,
    sessions,
    steps,
    take,
    down(provider, why) {
      status.error(`the parser of ${provider} ended: ${why}`);
      recorders.restartFeeds(provider);
    },
  };

  /** Starts the recordings that were active. */
  function startRecordings(provider: ProviderId): void {
    for (const recording of recordings.active()) {
      if (recording.provider === provider) recorders.start(recording);
    }
    moves.goOn(provider);
  }

  return {
    start() {
      status.write("starting");
      for (const plan of options.providers) {
        providers.set(plan.provider, followProvider(plan, shared));
      }
      for (const followed of providers.values()) followed.client.start();
      status.write("running");
    },
    crashed: (provider, session) => providers.get(provider)?.crashed(session),
    async obey(request) {
      const answer = await requested.obey(request);
      status.touch();
      return answer;
    },
    tend() {
      for (const { client } of providers.values()) client.beat();
      destinations.tend();
      refusals.tend();
    },
    async stop(withinMs, last) {
      if (stopping) return;
      stopping = true;
      status.write("stopping");
      await Promise.all([...providers.values()].map(({ client }) => client.stop(withinMs)));
      for (const { plan, follow } of providers.values()) {
        steps.take({ provider: plan.provider, session: null }, follow.stopped);
      }
      refusals.close();
      await steps.close();
      destinations.close();
      await recorders.close();
      status.write(last);
      status.close();
    },
  };
}
