/** The daemon's state in a folder of its own, and the context of commands. The test plays recorders and policy. */
import type { AuditBody } from "../../../src/audit/record.ts";
import { createMoves } from "../../../src/daemon/moves.ts";
import type { ObeyContext } from "../../../src/daemon/obey_commands.ts";
import type { RecordingKind } from "../../../src/daemon/recording.ts";
import { storeRecordings } from "../../../src/daemon/recordings_store.ts";
import { storeSessions } from "../../../src/daemon/sessions_store.ts";
import { type Database, openState } from "../../../src/daemon/state.ts";
import { DEFAULT_POLICY } from "../../../src/settings/defaults.ts";
import type { Decision } from "../../../src/destination/decision.ts";
import type { Checkpoint } from "../../../src/protocol/cursor.ts";
import type { ProviderId } from "../../../src/protocol/event.ts";
import type { SessionMeta, SessionRef } from "../../../src/protocol/session.ts";

export const REF: SessionRef = { provider: "codex", session: "s" };

export function metaOf({ provider, session }: SessionRef, project: string | null = null): SessionMeta {
  return { provider, session, title: null, project, started: null, client: null };
}

export function checkpointAt(seq: number): Checkpoint {
  return {
    v: 1,
    seq,
    meta: { title: null, project: null, started: null, client: null },
    main: { cursor: null, fold: null, skip: 0 },
    agents: {},
    recent: [],
  };
}

export async function withState(
  play: (database: Database, path: string) => void | Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "kato-own-state-" });
  try {
    const path = `${folder}/kato.db`;
    const state = openState(path);
    if (!state.opened) throw new Error(state.message);
    await play(state.database, path);
    state.database.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The context of commands, and their effects. */
export interface CommandScene {
  readonly context: ObeyContext;
  readonly database: Database;
  /** All starts, ends, reports and log lines, in order. */
  readonly deeds: string[];
  readonly audit: AuditBody[];
  /** The next audit record throws this error. */
  noRecord: Error | null;
  /** The policy's answer. Without it, policy allows every destination as it is. */
  decision: Decision | null;
  /** The number of blocked recordings that are given up. */
  giveUp: () => Promise<number>;
  /** Commands wait for this where a recording must have stopped. */
  settled: (recording: number) => Promise<void>;
  addSession(
    own?: {
      session?: string;
      path?: string;
      provider?: ProviderId;
      arrived?: number | null;
      parent?: string | null;
    },
  ): SessionRef;
  addRecording(own?: {
    ref?: SessionRef;
    kind?: RecordingKind;
    destination?: string;
    whole?: boolean;
    next?: number;
    until?: number | null;
  }): number;
  /** The recording is over. */
  stop(id: number): void;
}

export function withCommands(
  play: (scene: CommandScene) => void | Promise<void>,
  own: Partial<ObeyContext> = {},
): Promise<void> {
  return withState(async (database) => {
    const deeds: string[] = [];
    const audit: AuditBody[] = [];
    const sessions = storeSessions(database);
    const recordings = storeRecordings(database);
    const record = (...bodies: readonly AuditBody[]) => {
      if (scene.noRecord !== null) throw scene.noRecord;
      audit.push(...bodies);
    };
    const recorders = {
      start: ({ id }: { id: number }) => void deeds.push(`start ${id}`),
      ended: ({ id, until }: { id: number; until: number | null }) =>
        void deeds.push(`${id} ends at ${until}`),
      settled: (id: number) => scene.settled(id),
      giveUp: () => scene.giveUp(),
    };
    const moves = createMoves({
      database,
      audit: record,
      sessions,
      recordings,
      recorders,
      rootOf: (_, path) => path.slice(0, path.indexOf("/", 1)),
      log: { report: (event) => void deeds.push(event) },
    });
    const context: ObeyContext = {
      database,
      sessions,
      recordings,
      recorders,
      decide: (_, destination) =>
        scene.decision ??
          { allow: true, path: destination ?? "/exports/generated.md", existing: null, directories: [] },
      mends: { effective: { policy: DEFAULT_POLICY, enforced: {} }, home: "/home/dev" },
      allowShared: false,
      commands: "typed",
      maxCommandAge: 0,
      started: 0,
      audit: record,
      recorded: new Set(),
      obeyed: ({ reason, path }) => void deeds.push(`obeyed: ${reason} ${path}`),
      denied: ({ reason }, message) => void deeds.push(`denied: ${reason}: ${message}`),
      remembered: () => void deeds.push("remembered"),
      refusals: {
        note: (_ref, { event }, barred, done) => {
          deeds.push(`note ${event} ${barred}`);
          done();
        },
        flush: ({ session }) => void deeds.push(`flush ${session}`),
        tend: () => {},
        close: () => {},
      },
      moves,
      timeZone: "UTC",
      include: ["thinking"],
      images: false,
      ...own,
    };
    const scene: CommandScene = {
      context,
      database,
      deeds,
      audit,
      noRecord: null,
      decision: null,
      settled: () => Promise.resolve(),
      giveUp: () => Promise.resolve(0),
      addSession(
        {
          session = "s",
          path = `/root/${session}.jsonl`,
          provider = "codex",
          arrived = null,
          parent = null,
        } = {},
      ) {
        const arrival = arrived === null ? null : { added: arrived, looked: arrived };
        const seen = { session, path, dev: 1, ino: 2, size: 0, modified: 0, parent, late: false };
        sessions.add(provider, seen, arrival);
        return { provider, session };
      },
      addRecording(
        { ref = REF, kind = "record", destination = "/exports/a.md", whole = false, next = 2, until = null } =
          {},
      ) {
        const head = { format: "md", meta: metaOf(ref), timeZone: "UTC", include: [] } as const;
        return recordings.add({
          ref,
          kind,
          destination,
          whole,
          head: { ...head, include: [] },
          checkpoint: checkpointAt(next),
          next,
          until,
          file: null,
        });
      },
      stop: (id) => recordings.giveUp(id),
    };
    await play(scene);
  });
}
