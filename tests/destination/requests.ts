/** A policy, requests and a made-up file system for the tests of the destination decision. */
import type { Component, Lookup, Request } from "../../src/destination/decision.ts";
import { DEFAULT_POLICY } from "../../src/settings/defaults.ts";
import type { Policy } from "../../src/settings/policy.ts";

export const HOME = "/home/dev";
export const UID = 1000;
export const ROOT = "/home/dev/notes";
export const EXPORTS = "/home/dev/.kato/exports";

export function makePolicy(destinations: Partial<Policy["destinations"]> = {}): Policy {
  return {
    ...DEFAULT_POLICY,
    destinations: {
      ...DEFAULT_POLICY.destinations,
      roots: [EXPORTS, ROOT],
      default_root: EXPORTS,
      ...destinations,
    },
  };
}

export function makeRequest(change: Partial<Request> = {}): Request {
  return {
    asker: "chat",
    destination: "notes.md",
    generated: "undated_no-project_5d8aa099.md",
    home: HOME,
    cwd: change.asker === "cli" ? "/home/dev/work" : null,
    uid: UID,
    providerRoots: ["/home/dev/.claude/projects", "/home/dev/sessions"],
    created: new Set(),
    force: false,
    ...change,
  };
}

export type Entry = Partial<Omit<Component, "path">>;

const DIRECTORY: Omit<Component, "path"> = {
  kind: "directory",
  uid: UID,
  mode: 0o40700,
  dev: 1,
  ino: 100,
  links: 2,
  size: 4096,
  birth: null,
};
const FILE: Entry = { kind: "file", mode: 0o100600, links: 1, size: 10 };

/** What stands on every made-up machine. */
const MACHINE: Readonly<Record<string, Entry>> = {
  "/": { uid: 0, mode: 0o40755 },
  "/home": { uid: 0, mode: 0o40755 },
  "/home/dev": {},
  "/home/dev/.kato": {},
  [EXPORTS]: {},
  [ROOT]: {},
  "/home/dev/work": {},
};

export const file = (change: Entry = {}): Entry => ({ ...FILE, ...change });

/** The machine with `entries` on it, as seen along `path`. `change` overrides what links would have changed. */
export function makeLookup(
  path: string,
  entries: Readonly<Record<string, Entry>> = {},
  change: Partial<Lookup> = {},
): Lookup {
  const all = { ...MACHINE, ...entries };
  const prefixes = [
    "/",
    ...path.split("/").slice(1).map((_, i, names) => `/${names.slice(0, i + 1).join("/")}`),
  ];
  const components = prefixes.flatMap((prefix) => {
    const entry = all[prefix];
    return entry === undefined ? [] : [{ ...DIRECTORY, path: prefix, ...entry }];
  });
  const ancestor = components.findLast((component) => component.path !== path)?.path ?? "/";
  return {
    path,
    components,
    ancestor,
    realAncestor: ancestor,
    realRoots: { [EXPORTS]: EXPORTS, [ROOT]: ROOT },
    realHome: HOME,
    blocked: null,
    ...change,
  };
}
