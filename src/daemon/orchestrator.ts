/**
 * The orchestrator: routes between parsers and writers. READS policy, its own state, and metadata below the export
 * roots; WRITES its state, its logs and the status file. It parses no provider's format, opens no destination, and
 * hands conversation content on without looking at it. Room: daemon.
 */
import type { Host } from "../hosts/host.ts";
import type { EffectivePolicy } from "../policy/merge.ts";
import type { AuditBody } from "../protocol/audit_record.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { Grant } from "../protocol/grant.ts";
import type { FromParser } from "../protocol/parser_messages.ts";
import type { Include } from "../protocol/render.ts";
import type { Answer, Request } from "../protocol/request.ts";
import type { Status } from "../protocol/status.ts";
import { isInside } from "../policy/folders.ts";
import { createDestinations } from "./destinations.ts";
import { createFollow, type Follow } from "./follow.ts";
import type { Log } from "./log.ts";
import { obeyCommand, type ObeyContext, obeyMessage } from "./obey.ts";
import { createParserClient, type ParserClient } from "./parser_client.ts";
import { createRecorders } from "./recorders.ts";
import { storeRecordings } from "./recordings_store.ts";
import { refuse } from "./requests.ts";
import { storeSessions } from "./sessions_store.ts";
import { describeProvider, describeRecording } from "./describe.ts";
import type { Database } from "./state.ts";
import { createStatusFile, type StatusFile } from "./status_file.ts";

export interface ProviderPlan {
  readonly provider: ProviderId;
  readonly roots: readonly string[];
  readonly grants: readonly Grant[];
}

export interface OrchestratorOptions {
  readonly home: string;
  readonly uid: number;
  readonly version: string;
  readonly host: Host;
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

/** One provider, as the orchestrator holds it. */
interface Side {
  readonly plan: ProviderPlan;
  readonly client: ParserClient;
  readonly follow: Follow;
  state: Status["providers"][number]["state"];
  missing: readonly string[];
}

/** How long a request may wait for its session to be read. Milliseconds. */
const REQUEST_WAIT_MS = 4_000;

/** Recordings that are shown in the status, active ones first. */
const SHOWN_RECORDINGS = 100;

export function createOrchestrator(options: OrchestratorOptions): Orchestrator {
  const { database, effective, host, audit, log } = options;
  const { policy } = effective;
  const sessions = storeSessions(database);
  const recordings = storeRecordings(database);
  const sides = new Map<ProviderId, Side>();
  /** Commands of one session run one after another. */
  const turns = new Map<string, Promise<unknown>>();
  const watchers = new Map<string, (() => void)[]>();
  let stopping = false;

  const status: StatusFile = createStatusFile(options.statusPath, {
    fixed: {
      version: options.version,
      pid: Deno.pid,
      started: new Date().toISOString(),
      host: host.name,
      kernelSandbox: false,
      policy: { version: effective.version, hash: effective.hash },
    },
    providers: () =>
      [...sides.values()].map((side) => describeProvider(side, status.troubles(side.plan.provider))),
    recordings: () =>
      recordings.latest(SHOWN_RECORDINGS).map((recording) =>
        describeRecording(
          recording,
          recorders.problem(recording.id),
          sides.get(recording.provider)?.follow.sizeOf(recording.session) ?? 0,
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
    async open(recording) {
      const result = await destinations.open(recording);
      if ("problem" in result) {
        status.error(`${recording.destination}: ${result.problem}`);
        log.error("destination refused", { destination: recording.destination, problem: result.problem });
      }
      return result;
    },
    unchanged: destinations.unchanged,
    noteChange(recording, reason) {
      audit({
        ...noBody,
        event: "destination-changed",
        provider: recording.provider,
        session: recording.session,
        path: recording.destination,
        reason,
      });
    },
    changed: () => status.touch(),
    stopped(recording) {
      log.info("recording stopped", { session: recording.session, destination: recording.destination });
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
    commandsAllowed: policy.recording.commands,
    audit,
    denied(body, message) {
      audit(body);
      log.warning("command denied", { session: body.session, reason: body.reason, path: body.path });
      status.deny({ session: body.session, command: body.command, reason: body.reason, message });
    },
    timeZone: options.timeZone,
    include: options.include,
  };

  /** Runs `step` after everything else that was asked of this session. */
  function inTurn<Result>(
    provider: ProviderId,
    session: string,
    step: () => Promise<Result>,
  ): Promise<Result> {
    const key = `${provider}/${session}`;
    const done = (turns.get(key) ?? Promise.resolve()).then(step);
    turns.set(key, done.catch(() => {}));
    return done;
  }

  function take(side: Side, message: FromParser, payload: Uint8Array<ArrayBuffer> | null): void {
    const { provider } = side.plan;
    switch (message.type) {
      case "seen":
        return side.follow.seen(message);
      case "ready":
        side.follow.ready();
        side.state = message.watching === "inotify" ? "watching" : "polling";
        side.missing = message.missing;
        startRecordings(provider);
        log.info("watching", { provider, sessions: message.sessions, by: message.watching });
        return status.touch();
      case "watching":
        side.state = message.how === "inotify" ? "watching" : "polling";
        side.missing = [];
        if (message.how === "poll") log.warning("polling", { provider, why: message.why });
        return status.touch();
      case "found":
        void inTurn(provider, message.session, async () => {
          await obeyMessage(context, { provider, session: message.session }, message);
          side.client.send({ type: "handled", session: message.session, seq: message.seq });
          status.touch();
        });
        return;
      case "watched": {
        const { session } = message;
        void inTurn(provider, session, () => {
          side.follow.watched(message);
          for (const resolve of watchers.get(`${provider}/${session}`) ?? []) resolve();
          watchers.delete(`${provider}/${session}`);
          return captureAutomatically(provider, session);
        });
        return;
      }
      case "batch":
        return recorders.take(message, payload);
      case "lost":
        log.warning("session lost", { provider, session: message.session, why: message.why });
        return recorders.lost(message);
      case "trouble":
        log.warning("trouble in a log", {
          provider,
          session: message.session,
          kind: message.kind,
          what: message.what,
        });
        return status.trouble(provider, message.kind, message.what, message.count);
      case "mark":
      case "pong":
      case "stopped":
        throw new Error(`internal error: ${message.type} is the parser client's`);
    }
  }

  /** Goes on with everything that was under way: a feed needs its session watched. */
  function startRecordings(provider: ProviderId): void {
    for (const recording of recordings.active()) {
      if (recording.provider !== provider) continue;
      if (sides.get(provider)?.follow.watch(recording.session) !== true) continue;
      void recorders.start(recording);
    }
  }

  async function captureAutomatically(provider: ProviderId, session: string): Promise<void> {
    const ref = { provider, session };
    const stored = sessions.find(ref);
    const project = stored?.meta?.project ?? null;
    if (stored?.meta === null || stored === null || project === null) return;
    if (!policy.recording.automatic.some((folder) => isInside(project, folder))) return;
    if (recordings.ofSession(ref).length > 0) return;
    await obeyCommand(context, {
      ref,
      meta: stored.meta,
      asker: "automatic",
      verb: "capture",
      destination: null,
      token: "recording.automatic",
      place: "leading",
      seq: stored.checkpoint?.seq ?? 0,
      before: stored.checkpoint,
      claim: () => sessions.claimCommand(provider, `automatic:${session}`, 0),
    });
  }

  function parserFailed(side: Side, why: string, session: string | null, violation: boolean): void {
    const { provider } = side.plan;
    side.state = "failed";
    log.error("parser ended", { provider, why });
    status.error(`the parser of ${provider} ended: ${why}`);
    const event = violation ? "protocol-violation" : "role-ended";
    audit({
      ...noBody,
      event,
      provider,
      session,
      decision: violation ? "deny" : "note",
      reason: event,
      detail: why,
    });
    if (session !== null) crashed(provider, session);
    side.follow.restarted();
    recorders.restartFeeds(provider);
  }

  function crashed(provider: ProviderId, session: string): void {
    if (sides.get(provider)?.follow.crashed(session) !== true) return;
    log.error("session quarantined", { provider, session });
    audit({ ...noBody, event: "source-quarantined", provider, session, reason: "parser-failed-twice" });
    status.touch();
  }

  function createSide(plan: ProviderPlan): Side {
    const { provider } = plan;
    const client = createParserClient({
      host,
      ...plan,
      take: (message, payload) => take(side, message, payload),
      keepMark: (session) => options.keepMark(provider, session),
      failed: (why, session, violation) => parserFailed(side, why, session, violation),
      hangs(session) {
        if (session !== null) crashed(provider, session);
        options.giveUp(`the parser of ${provider} does not answer`);
      },
    });
    const follow = createFollow({
      provider,
      roots: plan.roots,
      version: options.version,
      database,
      sessions,
      send: client.send,
      released(session) {
        audit({ ...noBody, event: "source-released", provider, session, reason: "grown-or-upgraded" });
      },
    });
    const side: Side = { plan, client, follow, state: "starting", missing: [] };
    return side;
  }

  /** The session is watched, and read to its end. */
  async function catchUp(provider: ProviderId, session: string): Promise<boolean> {
    const side = sides.get(provider);
    const stored = sessions.find({ provider, session });
    if (side === undefined || stored === null) return false;
    if (stored.checkpoint !== null && stored.size === side.follow.sizeOf(session)) {
      return side.follow.watch(session);
    }
    const read = new Promise<void>((resolve) => {
      const key = `${provider}/${session}`;
      watchers.set(key, [...watchers.get(key) ?? [], resolve]);
      setTimeout(resolve, REQUEST_WAIT_MS);
    });
    if (!side.follow.watch(session)) return false;
    await read;
    return sessions.find({ provider, session })?.checkpoint !== null;
  }

  return {
    start() {
      status.write("starting");
      for (const plan of options.providers) sides.set(plan.provider, createSide(plan));
      for (const side of sides.values()) side.client.start();
      status.write("running");
    },
    crashed,
    async obey({ id, verb, provider, session, destination }) {
      if (!await catchUp(provider, session)) {
        return refuse(
          id,
          "no-such-session",
          `There is no session ${session} of ${provider} that kato can read.`,
        );
      }
      const ref = { provider, session };
      const verdict = await inTurn(provider, session, () => {
        const stored = sessions.find(ref);
        if (stored?.meta == null || stored.checkpoint === null) {
          throw new Error("internal error: session not read");
        }
        return obeyCommand(context, {
          ref,
          meta: stored.meta,
          asker: "spool",
          verb,
          destination,
          token: `kato ${verb}`,
          place: "leading",
          seq: stored.checkpoint.seq,
          before: stored.checkpoint,
          claim: () => true,
        });
      });
      status.touch();
      const { result, reason, message } = verdict;
      return { v: 1, id, result, reason, message, destination: verdict.destination };
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
      await Promise.all(turns.values());
      await recorders.close();
      status.write("stopped");
      status.close();
    },
  };
}

const noBody: Omit<AuditBody, "event" | "reason"> = {
  provider: null,
  session: null,
  command: null,
  requested: null,
  path: null,
  decision: "note",
  detail: null,
};
