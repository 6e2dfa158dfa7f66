/**
 * The orchestrator: routes between parsers and writers. It READS policy, its own state, and metadata below the export
 * roots. It WRITES its state, its logs and the status file. It parses no provider's format, opens no destination, and
 * never looks at conversation content.
 */
import { dirname } from "@std/path";
import type { Host } from "../hosts/host.ts";
import type { EffectivePolicy } from "../settings/merge.ts";
import { protocolViolated } from "../audit/events.ts";
import type { AuditBody } from "../audit/record.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { Grant } from "../protocol/grant.ts";
import type { Include } from "../protocol/render.ts";
import type { Answer, AnyRequest } from "../protocol/request.ts";
import type { SessionRef } from "../protocol/session.ts";
import { createAutoRules } from "./auto_rules.ts";
import { createDestinations, type Destinations } from "./destinations.ts";
import type { Log } from "./log.ts";
import type { ObeyContext } from "./obey_commands.ts";
import { createMoves, type Moves } from "./moves.ts";
import { createRefusals, type Refusals } from "./refused.ts";
import { createRecorders, type Recorders } from "./recorders.ts";
import { createRetention } from "./retention.ts";
import { createRecordingReports } from "./recording_reports.ts";
import { type RecordingsStore, storeRecordings } from "./recordings_store.ts";
import { createRequestedCommands } from "./requested_commands.ts";
import type { Audit } from "./audit.ts";
import { keepForgottenList } from "./forget.ts";
import { createIntake } from "./intake.ts";
import { type SessionsStore, storeSessions } from "./sessions_store.ts";
import { describeProvider, describeRecording, describeRun, type KernelSandbox } from "./describe.ts";
import { obeyRequest } from "./obey_request.ts";
import type { Database } from "./state.ts";
import {
  type FollowedProvider,
  type FollowingContext,
  followProvider,
  type ProviderPlan,
} from "./followed_provider.ts";
import { createStatusFile, type StatusFile } from "./status_file.ts";
import { createSteps } from "./logged_steps.ts";
import type { StepQueue } from "./step_queue.ts";

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
  /** Whether recordings keep images: Markdown in files, HTML in the page. */
  readonly images: boolean;
  readonly providers: readonly ProviderPlan[];
  readonly grantsFor: (destination: string, directories: readonly string[]) => readonly Grant[];
  readonly database: Database;
  readonly statusPath: string;
  /** The list of forgotten sessions. */
  readonly forgottenPath: string;
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
  obey(request: AnyRequest): Promise<Answer>;
  /** Heartbeats, blocked recordings, quiet writers. */
  tend(): void;
  /** `last`: the state that it leaves on record. */
  stop(withinMs: number, last: "stopped" | "restarting"): Promise<void>;
}

/** So many recordings stand in the status, active ones first. */
const SHOWN_RECORDINGS = 100;

/** The parts that run from the start to the end. */
interface Parts {
  readonly options: OrchestratorOptions;
  readonly sessions: SessionsStore;
  readonly recordings: RecordingsStore;
  readonly providers: Map<ProviderId, FollowedProvider>;
  readonly steps: StepQueue;
  readonly status: StatusFile;
  readonly destinations: Destinations;
  readonly recorders: Recorders;
  readonly refusals: Refusals;
  readonly moves: Moves;
  readonly forgottenList: ReturnType<typeof keepForgottenList>;
}

export function createOrchestrator(options: OrchestratorOptions): Orchestrator {
  const parts = createParts(options);
  const { providers, steps, status, destinations, recorders, refusals } = parts;
  const requested = createRequestedCommands({
    context: parts.context,
    steps,
    watch: ({ provider, session }) => providers.get(provider)?.follow.watch(session) ?? false,
    sizeOf: ({ provider, session }) => providers.get(provider)?.follow.sizeOf(session) ?? 0,
  });
  const followOf = ({ provider }: SessionRef) => providers.get(provider)?.follow ?? null;
  const rules = createAutoRules({ ...options, context: parts.context });
  const folders = [options.statusPath, options.forgottenPath].map((path) => dirname(path));
  const obeying = { ...options, ...parts, ...requested, followOf, covers: rules.covers, folders };
  const retention = createRetention({ ...options, ...parts, covers: rules.covers });
  const ready = (provider: ProviderId) => {
    startRecordings(parts, provider);
    retention.look(provider);
  };
  const take = createIntake({ ...parts, log: options.log, requested, rules, ready });
  let stopping = false;
  return {
    start() {
      parts.forgottenList.keep();
      status.write("starting");
      startProviders(parts, take);
      status.write("running");
    },
    crashed: (provider, session) => providers.get(provider)?.crashed(session),
    async obey(request) {
      const answer = await obeyRequest(obeying, request);
      status.touch();
      return answer;
    },
    tend() {
      for (const { client } of providers.values()) client.beat();
      destinations.tend();
      refusals.tend();
      retention.tend();
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

function createParts(options: OrchestratorOptions): Parts & { readonly context: ObeyContext } {
  const { database, audit, log } = options;
  const sessions = storeSessions(database);
  sessions.titlesAreBy(options.effective.policy.redaction);
  const recordings = storeRecordings(database);
  const providers: Parts["providers"] = new Map();
  const steps = createSteps(log, () => status.touch());
  const problem = (recording: number) => recorders.problem(recording);
  const status: StatusFile = createStatus({ options, recordings, providers, steps }, problem);

  /** Records something that has happened already, as soon as the disk takes it. */
  function auditSoon(body: AuditBody, provider: ProviderId): void {
    steps.take({ provider, session: body.session }, () => audit(body));
  }

  /** Its record is on the disk. */
  function denied({ session, command, reason, path }: AuditBody, message: string): void {
    log.report("command-denied", { session, reason, path });
    status.deny({ session, command, reason, message });
  }

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
    maxBytes: options.effective.policy.destinations.max_file_mb * 1024 * 1024,
    redaction: options.effective.policy.redaction,
    send: (provider, message) => providers.get(provider)?.client.send(message),
    watch: ({ provider, session }) => void providers.get(provider)?.follow.watch(session),
    open: async (recording) => reports.opened(recording, await destinations.open(recording)),
    keepImages: destinations.keepImages,
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
  const refusals = createRefusals({ database, sessions, audit, show: denied, take: steps.take });
  const rootOf = (provider: ProviderId, path: string) => providers.get(provider)?.follow.rootOf(path) ?? null;
  const moves = createMoves({ database, audit, sessions, recordings, recorders, rootOf, log });
  const parts = {
    options,
    sessions,
    recordings,
    providers,
    steps,
    status,
    destinations,
    recorders,
    refusals,
    moves,
    forgottenList: keepForgottenList(options.forgottenPath, sessions, log),
  };
  return { ...parts, context: contextOf(parts, denied) };
}

function createStatus(
  { options, recordings, providers, steps }: Pick<Parts, "options" | "recordings" | "providers" | "steps">,
  problem: (recording: number) => string | null,
): StatusFile {
  const status: StatusFile = createStatusFile(options.statusPath, {
    fixed: describeRun(options),
    providers: () =>
      [...providers.values()].map((followed) =>
        describeProvider(followed, status.troubles(followed.plan.provider))
      ),
    waiting: () => steps.held(),
    failed: (problem) => options.log.report("status-failed", { problem }),
    recordings: () =>
      recordings.latest(SHOWN_RECORDINGS).map((recording) =>
        describeRecording(recording, problem(recording.id), providers.get(recording.provider)?.follow)
      ),
  });
  return status;
}

/** The parts that commands work with. */
function contextOf(parts: Parts, denied: ObeyContext["denied"]): ObeyContext {
  const { options, destinations } = parts;
  const { audit, database, log, effective: { policy } } = options;
  return {
    ...parts,
    database,
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
    remembered: parts.forgottenList.keepLater,
    timeZone: options.timeZone,
    include: options.include,
    images: options.images,
  };
}

function startProviders(parts: Parts, take: FollowingContext["take"]): void {
  const { options, sessions, steps, status, recorders, providers } = parts;
  const context: FollowingContext = {
    ...options,
    sessions,
    steps,
    take,
    unused(provider) {
      // Its active recordings need the parser all the same: they learn from it that their logs are gone.
      startRecordings(parts, provider);
      status.write();
    },
    down(provider, why) {
      status.error(`the parser of ${provider} ended: ${why}`);
      recorders.restartFeeds(provider);
    },
  };
  for (const plan of options.providers) providers.set(plan.provider, followProvider(plan, context));
  for (const { client } of providers.values()) client.start();
}

/** Starts the recordings that were active. */
function startRecordings({ recordings, recorders, moves }: Parts, provider: ProviderId): void {
  for (const recording of recordings.active()) {
    if (recording.provider === provider) recorders.start(recording);
  }
  moves.goOn(provider);
}
