/** Both hosts, for tests that must pass on each. The test plays some roles, the others are real. */
import { createProcessHost } from "../../src/hosts/process_host.ts";
import type { Host, RoleKind } from "../../src/hosts/host.ts";
import { writerGrants } from "../../src/permissions/plan.ts";
import type { Grant } from "../../src/protocol/grant.ts";
import { type Act, hostWith } from "../daemon/stage/fake_roles.ts";
import { type FakeMonitor, startMonitor } from "./fake_monitor.ts";
import { pipePair } from "./pipes.ts";
import { playRole, startChild, type StartedRole } from "./started_role.ts";

export interface World extends AsyncDisposable {
  readonly host: Host;
}

export interface ProcessWorld extends World {
  readonly monitor: FakeMonitor;
  /** The sentences by which the host said that it lost its monitor; empty while it has one. */
  readonly lost: readonly string[];
}

/** The role that the test plays; null: a real one. */
export type Play = (kind: RoleKind, name: string) => Act | null;

const ENTRIES: Readonly<Record<RoleKind, string>> = {
  parser: new URL("../../src/parser/entry.ts", import.meta.url).pathname,
  writer: new URL("../../src/writer/entry.ts", import.meta.url).pathname,
};

const NOBODY = () => null;

export function threads(play: Play = NOBODY): World {
  return { host: hostWith(play), [Symbol.asyncDispose]: () => Promise.resolve() };
}

/**
 * `start`: a role that the test plays, with the grants of the plan; null: a real one. `isUsed`: whether the folders of
 * a provider's parser hold anything; null: nobody asks.
 */
export function processes(
  play: Play = NOBODY,
  start: (name: string, grants: readonly Grant[]) => StartedRole | null = NOBODY,
  isUsed: ((provider: string) => boolean) | null = null,
): ProcessWorld {
  const [ours, theirs] = pipePair();
  /** The grants of each role by its name, as in the plan. The host does not pass them on. */
  const grants = new Map<string, readonly Grant[]>();
  const monitor = startMonitor({
    pipe: theirs,
    ...(isUsed === null ? {} : { isUsed }),
    start(role, name) {
      const act = play(role.kind, name);
      if (act !== null) return playRole(act);
      const own = role.kind === "writer" ? writerGrants([role.destination], []) : grants.get(name) ?? [];
      return start(name, own) ?? startChild(ENTRIES[role.kind], own);
    },
  });
  const lost: string[] = [];
  const host = createProcessHost(ours, (why) => lost.push(why));
  return {
    monitor,
    lost,
    host: {
      name: host.name,
      start(kind, name, granted, opening) {
        grants.set(name, granted);
        return host.start(kind, name, granted, opening);
      },
      ...(isUsed === null ? {} : { look: host.look }),
    },
    async [Symbol.asyncDispose]() {
      host.close();
      await monitor[Symbol.asyncDispose]();
      await ours.close();
    },
  };
}

export const WORLDS: readonly (readonly [name: Host["name"], make: (play?: Play) => World])[] = [
  ["threads", threads],
  ["processes", processes],
];
