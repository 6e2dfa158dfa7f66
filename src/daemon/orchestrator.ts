/**
 * The orchestrator: routes between parsers and writers. READS policy, its own state, and metadata below the export
 * roots; WRITES its state, its logs and the status file. It parses no provider's format, opens no destination, and
 * hands conversation content on without looking at it. Room: daemon.
 */
import type { Host } from "../hosts/host.ts";
import { LOGGED_TROUBLES } from "../protocol/limits.ts";
import type { EffectivePolicy } from "../policy/merge.ts";
import type { AuditBody } from "../protocol/audit_record.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { Grant } from "../protocol/grant.ts";
import type { FromParser } from "../protocol/parser_messages.ts";
import type { Include } from "../protocol/render.ts";
import type { Answer, Request } from "../protocol/request.ts";
import { createDestinations } from "./destinations.ts";
import type { Log } from "./log.ts";
import { type ObeyContext, obeyMessage } from "./obey.ts";
import { createRecorders } from "./recorders.ts";
import { storeRecordings } from "./recordings_store.ts";
import { createOutside } from "./outside.ts";
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
  readonly audit: (body: AuditBody) => void;
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
  const turns = createTurns();
  const noted = new Set<string>();
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
    recordings: () =>
      recordings.latest(SHOWN_RECORDINGS).map((recording) =>
        describeRecording(
          recording,
          recorders.problem(recording.id),
          sides.get(recording.provider)?.follow.behind(
            recording.session,
            recording.next,
            recording.readTo,
          ) ?? 0,
        )
      ),
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
  });

  const recorders = createRecorders({
    store: recordings,
    maxBytes: policy.destinations.max_file_mb * 1024 * 1024,
    send: (provider, message) => sides.get(provider)?.client.send(message),
    watch: ({ provider, session }) => sides.get(provider)?.follow.watch(session) ?? false,
    async open(recording) {
      const result = await destinations.open(recording);
      const { provider, session, destination } = recording;
      if ("problem" in result) {
        status.error(`${destination}: ${result.problem}`);
        log.tell("destination-refused", { destination, problem: result.problem });
      } else {
        log.tell("recording-opened", { provider, session, destination });
      }
      return result;
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
    },
  });

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
    audit(body) {
      audit(body);
      const { event, decision, provider, session, reason, path } = body;
      if (event === "command" && decision === "allow") {
        log.tell("command-obeyed", { provider, session, reason, path });
      }
    },
    denied(body, message) {
      audit(body);
      log.tell("command-denied", { session: body.session, reason: body.reason, path: body.path });
      status.deny({ session: body.session, command: body.command, reason: body.reason, message });
    },
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

  function take(side: Side, message: FromParser, payload: Uint8Array<ArrayBuffer> | null): void {
    const { provider } = side.plan;
    switch (message.type) {
      case "seen":
        side.follow.seen(message);
        for (const { session } of message.sessions) recorders.found({ provider, session });
        return status.touch();
      case "ready":
        side.follow.ready();
        side.state = message.watching === "inotify" ? "watching" : "polling";
        side.missing = message.missing;
        startRecordings(provider);
        log.tell("watching", { provider, sessions: message.sessions, by: message.watching });
        // Whoever started it waits for this.
        return status.write();
      case "watching":
        side.state = message.how === "inotify" ? "watching" : "polling";
        side.missing = [];
        if (message.how === "poll") log.tell("polling", { provider, why: message.why });
        return status.touch();
      case "found":
        void turns.take({ provider, session: message.session }, async () => {
          await obeyMessage(context, { provider, session: message.session }, message);
          side.client.send({ type: "handled", session: message.session, seq: message.seq });
          status.touch();
        });
        return;
      case "watched":
        void turns.take({ provider, session: message.session }, () => {
          side.follow.watched(message);
          return outside.wasRead({ provider, session: message.session });
        });
        return;
      case "batch":
        return recorders.take(message, payload);
      case "lost":
        log.tell("session-lost", { provider, session: message.session, why: message.why });
        return recorders.lost(message);
      case "trouble":
        return noteTrouble(provider, message);
      case "mark":
      case "pong":
      case "stopped":
        throw new Error(`internal error: ${message.type} is the parser client's`);
    }
  }

  const sideContext: SideContext = {
    host,
    version: options.version,
    database,
    sessions,
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

  /** The log says it once for each session, and not without end; how often it happened is in the status. */
  function noteTrouble(provider: ProviderId, trouble: Extract<FromParser, { type: "trouble" }>): void {
    const { session, kind, what, count } = trouble;
    const key = `${provider}/${session} ${kind} ${what}`;
    if (!noted.has(key) && noted.size < LOGGED_TROUBLES) {
      // The name of a type is whatever a log says it is; what is no name may be anything that was said.
      const isName = kind !== "unknown-record" || /^[\w./:+-]{1,130}$/.test(what);
      log.tell("log-trouble", { provider, session, kind, what: isName ? what : "a type that is no name" });
      noted.add(key);
    }
    status.trouble(provider, kind, what, count);
  }

  /** Goes on with everything that was under way. */
  function startRecordings(provider: ProviderId): void {
    for (const recording of recordings.active()) {
      if (recording.provider === provider) void recorders.start(recording);
    }
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
      recorders.tend();
    },
    async stop(withinMs) {
      if (stopping) return;
      stopping = true;
      status.write("stopping");
      await Promise.all([...sides.values()].map(({ client }) => client.stop(withinMs)));
      for (const { follow } of sides.values()) follow.stopped();
      await turns.settled();
      await recorders.close();
      status.write("stopped");
      status.close();
    },
  };
}
