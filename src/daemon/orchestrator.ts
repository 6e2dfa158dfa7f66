/**
 * The orchestrator: routes between parsers and writers. READS policy, its own state, and metadata below the export
 * roots; WRITES its state, its logs and the status file. It parses no provider's format, opens no destination, and
 * hands conversation content on without looking at it. Room: daemon.
 */
import type { Host } from "../hosts/host.ts";
import { after } from "../hosts/timers.ts";
import type { EffectivePolicy } from "../settings/merge.ts";
import type { AuditBody } from "../audit/record.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { Grant } from "../protocol/grant.ts";
import type { Include } from "../protocol/render.ts";
import type { Answer, Request } from "../protocol/request.ts";
import { createDestinations } from "./destinations.ts";
import type { Log } from "./log.ts";
import type { ObeyContext } from "./obey.ts";
import { createMoves } from "./moves.ts";
import { createRefusals } from "./refused.ts";
import { createRecorders } from "./recorders.ts";
import { storeRecordings } from "./recordings_store.ts";
import { createOutside } from "./outside.ts";
import type { Audit } from "./audit.ts";
import { createIntake } from "./intake.ts";
import { storeSessions } from "./sessions_store.ts";
import { describeProvider, describeRecording } from "./describe.ts";
import type { Database } from "./state.ts";
import { createSide, EMPTY_BODY, type ProviderPlan, type Side, type SideContext } from "./side.ts";
import { createStatusFile, type StatusFile } from "./status_file.ts";
import { createTurns } from "./turns.ts";

/** What the kernel holds this run to, as the launcher says. */
export interface KernelSandbox {
  readonly sandbox: boolean;
  /** Parts that this kernel does not have, in the launcher's words. */
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
  readonly include: readonly Include[];
  readonly providers: readonly ProviderPlan[];
  readonly grantsFor: (destination: string, directories: readonly string[]) => readonly Grant[];
  readonly database: Database;
  readonly statusPath: string;
  readonly audit: Audit;
  readonly log: Log;
  /** Keeps on disk which session each provider's parser has in its hands. */
  readonly keepMark: (provider: ProviderId, session: string | null) => void;
  /** A role hangs and cannot be ended: the process must be. */
  readonly giveUp: (why: string) => void;
}

export interface Orchestrator {
  start(): void;
  /** A session took its parser down before this start. */
  crashed(provider: ProviderId, session: string): void;
  obey(request: Request): Promise<Answer>;
  /** Heartbeats, blocked recordings, quiet writers. */
  tend(): void;
  stop(withinMs: number): Promise<void>;
}

/** Recordings that are shown in the status, active ones first. */
const SHOWN_RECORDINGS = 100;

export function createOrchestrator(options: OrchestratorOptions): Orchestrator {
  const { database, effective, host, audit, log } = options;
  const { policy } = effective;
  const sessions = storeSessions(database);
  const recordings = storeRecordings(database);
  const sides = new Map<ProviderId, Side>();
  const turns = createTurns({
    after,
    held({ provider, session }, { why, bug }) {
      log.tell(bug ? "step-failed" : "step-waits", { provider, session, why });
      status.touch();
    },
    freed({ provider, session }) {
      log.tell("step-done", { provider, session });
      status.touch();
    },
  });

  /** For what has happened already, and cannot wait for its record: it comes as soon as it can. */
  function auditSoon(body: AuditBody, provider: ProviderId): void {
    turns.take({ provider, session: body.session }, () => audit(body));
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
      policy: { version: effective.version, hash: effective.hash },
    },
    providers: () =>
      [...sides.values()].map((side) => describeProvider(side, status.troubles(side.plan.provider))),
    waiting: () => turns.held(),
    failed: (problem) => log.tell("status-failed", { problem }),
    recordings: () =>
      recordings.latest(SHOWN_RECORDINGS).map((recording) => {
        const { id, provider, session, next, readTo } = recording;
        const behind = sides.get(provider)?.follow.behind(session, next, readTo) ?? 0;
        return describeRecording(recording, recorders.problem(id), behind);
      }),
  });

  const destinations = createDestinations({
    policy,
    home: options.home,
    uid: options.uid,
    providerRoots: options.providers.flatMap(({ roots }) => roots),
    timeZone: options.timeZone,
    host,
    recordings,
    grantsFor: options.grantsFor,
    audit,
    violated({ provider, session, destination: path }, detail) {
      const event = "protocol-violation";
      auditSoon(
        { ...EMPTY_BODY, event, provider, session, path, decision: "deny", reason: event, detail },
        provider,
      );
    },
  });

  const recorders = createRecorders({
    store: recordings,
    maxBytes: policy.destinations.max_file_mb * 1024 * 1024,
    send: (provider, message) => sides.get(provider)?.client.send(message),
    watch: ({ provider, session }) => sides.get(provider)?.follow.watch(session) ?? false,
    async open(recording) {
      const result = await destinations.open(recording);
      const { provider, session, destination } = recording;
      if (result !== null && "writer" in result) {
        log.tell("recording-opened", { provider, session, destination });
      }
      return result;
    },
    blocked({ provider, session, destination }, { why, kind }) {
      if (kind === "no-log") {
        log.tell("session-lost", { provider, session, why });
        const reason = "log-not-there";
        auditSoon(
          { ...EMPTY_BODY, event: "feed-lost", provider, session, path: destination, reason },
          provider,
        );
      } else {
        status.error(`${destination}: ${why}`);
        log.tell("destination-refused", { destination, problem: why });
      }
      if (kind !== "full") return;
      const reason = "too-large";
      const event = "recording-blocked";
      auditSoon(
        { ...EMPTY_BODY, event, provider, session, path: destination, decision: "deny", reason },
        provider,
      );
    },
    givenUp({ provider, session, destination }, why) {
      const event = "recording-given-up";
      audit({ ...EMPTY_BODY, event, provider, session, path: destination, reason: event, detail: why });
      status.error(`${destination}: stopped without the last of what was said: ${why}`);
      log.tell("recording-given-up", { provider, session, destination, problem: why });
    },
    unchanged: destinations.unchanged,
    noteChange(recording, reason) {
      audit({
        ...EMPTY_BODY,
        event: "destination-changed",
        provider: recording.provider,
        session: recording.session,
        path: recording.destination,
        reason,
      });
    },
    changed: () => status.touch(),
    stopped({ provider, session, destination }) {
      log.tell("recording-stopped", { provider, session, destination });
      status.touch();
      // A command may wait for its end, and so may the recording that goes on with its file.
      turns.tryAgain({ provider, session });
      turns.take({ provider, session: null }, () => moves.goOn(provider), "go-on");
    },
  });

  /** Its record is on the disk. */
  function denied({ session, command, reason, path }: AuditBody, message: string): void {
    log.tell("command-denied", { session, reason, path });
    status.deny({ session, command, reason, message });
  }

  const refusals = createRefusals({ database, sessions, audit, tell: denied, take: turns.take });

  const rootOf = (provider: ProviderId, path: string) => sides.get(provider)?.follow.rootOf(path) ?? null;
  const moves = createMoves({ database, audit, sessions, recordings, recorders, rootOf, log });

  const context: ObeyContext = {
    database,
    sessions,
    recordings,
    recorders,
    decide: destinations.decide,
    allowShared: policy.destinations.allow_shared,
    commands: policy.recording.commands,
    maxCommandAge: policy.recording.max_command_age,
    started: Date.now(),
    audit,
    recorded: new Set(),
    obeyed: ({ provider, session, reason, path }) =>
      log.tell("command-obeyed", { provider, session, reason, path }),
    denied,
    refusals,
    moves,
    timeZone: options.timeZone,
    include: options.include,
  };

  const outside = createOutside({
    context,
    turns,
    automatic: policy.recording.automatic,
    watch: ({ provider, session }) => sides.get(provider)?.follow.watch(session) ?? false,
    sizeOf: ({ provider, session }) => sides.get(provider)?.follow.sizeOf(session) ?? 0,
  });

  const take = createIntake({ turns, context, outside, recorders, status, log, ready: startRecordings });
  const sideContext: SideContext = {
    host,
    version: options.version,
    database,
    sessions,
    turns,
    audit,
    log,
    keepMark: options.keepMark,
    giveUp: options.giveUp,
    take,
    down(provider, why) {
      status.error(`the parser of ${provider} ended: ${why}`);
      recorders.restartFeeds(provider);
    },
  };

  /** Goes on with everything that was under way. */
  function startRecordings(provider: ProviderId): void {
    for (const recording of recordings.active()) {
      if (recording.provider === provider) recorders.start(recording);
    }
    moves.goOn(provider);
  }

  return {
    start() {
      status.write("starting");
      for (const plan of options.providers) sides.set(plan.provider, createSide(plan, sideContext));
      for (const side of sides.values()) side.client.start();
      status.write("running");
    },
    crashed: (provider, session) => sides.get(provider)?.crashed(session),
    async obey(request) {
      const answer = await outside.obey(request);
      status.touch();
      return answer;
    },
    tend() {
      for (const { client } of sides.values()) client.beat();
      destinations.tend();
      refusals.tend();
    },
    async stop(withinMs) {
      if (stopping) return;
      stopping = true;
      status.write("stopping");
      await Promise.all([...sides.values()].map(({ client }) => client.stop(withinMs)));
      for (const { plan, follow } of sides.values()) {
        turns.take({ provider: plan.provider, session: null }, follow.stopped);
      }
      refusals.close();
      await turns.close();
      destinations.close();
      await recorders.close();
      status.write("stopped");
      status.close();
    },
  };
}
