/** The daemon's state as `kato clean` cleans it. The test plays the parser that says which logs are gone. */
import assert from "node:assert/strict";
import { type CleaningOptions, obeyClean } from "../../../src/daemon/clean.ts";
import { createStepQueue } from "../../../src/daemon/step_queue.ts";
import type { Answer, CleanRequest } from "../../../src/protocol/request.ts";
import type { SessionRef } from "../../../src/protocol/session.ts";
import { checkpointAt, type CommandScene, metaOf, withCommands } from "./own_state.ts";

export interface CleaningScene extends CommandScene {
  readonly options: CleaningOptions;
  readonly steps: CleaningOptions["steps"] & ReturnType<typeof createStepQueue>;
  /** Paths that the parser finds absent; null: it does not answer. */
  absent: ReadonlySet<string> | null;
  /** Sessions that were seen again. */
  readonly back: Set<string>;
  /** The questions to the parser. */
  readonly asked: { readonly paths: readonly string[]; readonly letGo: boolean }[];
  state: "watching" | "unused";
  /** Happens between the question to the parser and its answer. */
  whileAsked: () => void;
  /** There are rules in policy: they are about what lies in /ruled. */
  hasRules: boolean;
  clean(own?: Partial<CleanRequest>): Promise<Answer>;
  sessions(): string[];
}

export function withCleaning(play: (scene: CleaningScene) => Promise<void>): Promise<void> {
  return withCommands(async (commands) => {
    const { context, database, audit } = commands;
    const steps = createStepQueue({ held: () => {}, freed: () => {}, after: () => () => {} });
    const followed = {
      get state() {
        return scene.state;
      },
      absent: {
        find(logs: readonly { path: string }[], letGo: boolean) {
          scene.asked.push({ paths: logs.map(({ path }) => path), letGo });
          scene.whileAsked();
          return Promise.resolve(scene.absent);
        },
      },
      follow: { isThere: (session: string) => scene.back.has(session) },
      sources: {
        clear(paths: readonly string[]) {
          for (const path of paths) database.run("DELETE FROM sources WHERE path = ?", path);
        },
      },
    };
    const options: CleaningOptions = {
      database,
      audit: context.audit,
      steps,
      providers: new Map([["codex", followed]]) as unknown as CleaningOptions["providers"],
      covers: (meta) => meta === null ? scene.hasRules : meta.project === "/ruled",
      folders: [],
    };
    const scene: CleaningScene = Object.assign(commands, {
      options,
      steps,
      absent: new Set<string>(),
      back: new Set<string>(),
      asked: [],
      state: "watching" as const,
      whileAsked: () => {},
      hasRules: false,
      clean: (own: Partial<CleanRequest> = {}) =>
        obeyClean(options, { v: 1, id: "00000000", verb: "clean", dryRun: false, after: null, ...own }),
      sessions: () =>
        database.all("SELECT session FROM sessions ORDER BY session").map(({ session }) => String(session)),
    });
    assert.deepEqual(audit, []);
    await play(scene);
  });
}

export const pathOf = (session: string) => `/root/${session}.jsonl`;

/** A session that was read. */
export function addRead(scene: CleaningScene, session: string, project: string | null = "/work"): SessionRef {
  const ref = scene.addSession({ session });
  scene.context.sessions.advance(ref, checkpointAt(4), 200, metaOf(ref, project));
  return ref;
}
