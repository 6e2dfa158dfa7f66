/**
 * Which libraries kato may use: packaging/dependencies.json, a list of what is allowed. `findings()` compares it with what the
 * lock file holds. Pure, but for its reading.
 */
import * as z from "zod/mini";

/** What each licence asks for is kept by the notices of the packages. */
const LICENCES = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "PSF-2.0"] as const;

const identity = {
  name: z.string(),
  version: z.string(),
  licence: z.enum(LICENCES),
  /** Who wrote it, or keeps it. */
  by: z.string(),
};

/** One that kato imports. */
const chosen = z.strictObject({
  ...identity,
  in: z.enum(["program", "tests"]),
  for: z.string(),
  why: z.string(),
  /** What would take its place. */
  instead: z.string(),
});
export type Chosen = z.infer<typeof chosen>;

/** One that another one brings. */
const brought = z.strictObject(identity);

const allowList = z.array(z.union([chosen, brought]));
export type AllowList = readonly z.infer<typeof allowList>[number][];

export function readAllowList(root: string): AllowList {
  return allowList.parse(JSON.parse(Deno.readTextFileSync(`${root}/packaging/dependencies.json`)));
}

export function chosenOf(list: AllowList): Chosen[] {
  return list.filter((one): one is Chosen => "in" in one);
}

const lockFile = z.object({
  npm: z.record(
    z.string(),
    z.object({ integrity: z.string(), dependencies: z.optional(z.array(z.string())) }),
  ),
  workspace: z.object({ dependencies: z.array(z.string()) }),
});
export type LockFile = z.infer<typeof lockFile>;

export function readLockFile(root: string): LockFile {
  const { npm, workspace } = lockFile.parse(JSON.parse(Deno.readTextFileSync(`${root}/deno.lock`)));
  return {
    npm: Object.fromEntries(
      Object.entries(npm).map(([name, { integrity, dependencies = [] }]) =>
        [withoutPeers(name), { integrity, dependencies: dependencies.map(withoutPeers) }] as const
      ),
    ),
    workspace,
  };
}

/** `ajv-formats@3.0.1_ajv@8.20.0` names the version of a peer, too. */
function withoutPeers(name: string): string {
  return name.replace(/^(@?[^@]+@[^_]+)_.*$/, "$1");
}

/** What a library says of itself in its package.json. */
export const manifest = z.object({
  license: z.string(),
  scripts: z.optional(z.record(z.string(), z.string())),
});
export type Manifest = z.infer<typeof manifest>;

const RUN_BY_INSTALLERS = ["preinstall", "install", "postinstall"];

/** Sentences that say how the lock file and the libraries differ from the list; none where they agree. */
export function findings(
  list: AllowList,
  lock: LockFile,
  manifestOf: (library: AllowList[number]) => Manifest,
): string[] {
  const listed = new Set(list.map(({ name, version }) => `${name}@${version}`));
  const locked = new Set(Object.keys(lock.npm));
  const imported = new Set(lock.workspace.dependencies.map((one) => one.replace(/^npm:/, "")));
  const chosenNames = new Set(chosenOf(list).map(({ name, version }) => `${name}@${version}`));
  return [
    ...[...locked].filter((one) => !listed.has(one)).map((one) => `${one} is not on the list`),
    ...[...listed].filter((one) => !locked.has(one)).map((one) => `${one} is on the list, but not locked`),
    ...[...imported].filter((one) => !chosenNames.has(one)).map((one) => `${one} has no reason on the list`),
    ...[...chosenNames].filter((one) => !imported.has(one)).map((one) => `nothing imports ${one}`),
    ...list.flatMap((one) => {
      const name = `${one.name}@${one.version}`;
      if (!locked.has(name)) return [];
      const { license, scripts = {} } = manifestOf(one);
      return [
        ...(license === one.licence ? [] : [`${name} has another licence: ${license}`]),
        ...RUN_BY_INSTALLERS.filter((script) => script in scripts).map((script) =>
          `${name} has a script that installers run: ${script}`
        ),
      ];
    }),
  ];
}

/** The chosen library that brings each other one, directly or through others: NAME@VERSION of both. */
export function broughtBy(list: AllowList, lock: LockFile): Map<string, string[]> {
  const bringers = new Map<string, string[]>();
  for (const { name, version } of chosenOf(list)) {
    const own = `${name}@${version}`;
    const seen = new Set<string>();
    const waiting = [own];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      if (next !== own) bringers.set(next, [...(bringers.get(next) ?? []), name]);
      waiting.push(...(lock.npm[next]?.dependencies ?? []).map((one) => inLock(one, lock)));
    }
  }
  return bringers;
}

/** What may be in a bundle: the libraries chosen for the program, and what they bring; NAME@VERSION. */
export function shippedOf(list: AllowList, lock: LockFile): Set<string> {
  const chosen = chosenOf(list).filter((one) => one.in === "program");
  const names = new Set(chosen.map(({ name }) => name));
  const brought = [...broughtBy(list, lock)].filter(([, bringers]) => bringers.some((one) => names.has(one)));
  return new Set([
    ...chosen.map(({ name, version }) => `${name}@${version}`),
    ...brought.map(([name]) => name),
  ]);
}

/** The lock file leaves the version out where there is only one. */
export function inLock(name: string, lock: LockFile): string {
  return name in lock.npm ? name : Object.keys(lock.npm).find((one) => one.startsWith(`${name}@`)) ?? name;
}
