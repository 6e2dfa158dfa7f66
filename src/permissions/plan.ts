/**
 * From a command and the effective policy to what each of its roles may touch. Nothing is looked up: what must be
 * known of the machine comes as facts. The launcher makes the kernel's rules and the runtime's flags from this one
 * list, so that they cannot drift apart. Pure.
 */
import type { ProviderId } from "../protocol/event.ts";
import type { Grant } from "../protocol/grant.ts";
import { type Place, type Profile, type Row, rowOf, VARIABLES } from "./matrix.ts";
import { placesOf } from "../settings/places.ts";
import type { Policy } from "../settings/policy.ts";
import { UNIT } from "./unit_folders.ts";

/** What a command line asks for, as far as its permissions go. All paths are absolute and normalised. */
export interface PlanRequest {
  readonly profile: Profile;
  /** What it names to read: a log, a policy file, a copy of an audit log. An export that names none finds sessions. */
  readonly reads?: readonly string[];
  /** The file or folder that it names to write; null: standard output, or a path that its name alone denies. */
  readonly writes?: string | null;
  /** The path that it names to look at; null: none, or one that its name alone denies. */
  readonly looks?: string | null;
}

/** What a plan takes from the machine. All paths are absolute and normalised. */
export interface Facts {
  readonly home: string;
  /** The administrator's policy folder. */
  readonly system: string;
  /** Files and folders of the program. */
  readonly code: readonly string[];
  /** Where each provider's client keeps its sessions, for those whose roots the policy leaves empty. */
  readonly clientRoots: Readonly<Partial<Record<ProviderId, readonly string[]>>>;
  /** Names of the environment variables by which clients find those folders. */
  readonly clientVariables: readonly string[];
  /** What a provider may look for beside the log that an export names, whether it is there or not. */
  readonly besides: readonly string[];
  /** The path to write or to look at, if it is a folder, else the nearest above it; null: none, but the root. */
  readonly nearestFolder: string | null;
  /** Whether one of kato's units is installed, so that a drop-in is kept. */
  readonly hasUnit: boolean;
  /** For each folder that is a link, or below one: where it really is. Both names are granted. */
  readonly realPaths: Readonly<Record<string, string>>;
}

export interface RoleGrants {
  /** The command's profile; `parser:<provider>`; `writer`, with the outer bound of what a writer may be given. */
  readonly role: string;
  readonly grants: readonly Grant[];
}

export interface Plan {
  readonly profile: Profile;
  /** The first is the command itself. */
  readonly roles: readonly RoleGrants[];
  /** Hash of the effective policy; null when it did not load and the profile does not need it. */
  readonly hash: string | null;
}

/** `policy` may be null only for a command that does not need it. */
export function plan(
  request: PlanRequest,
  policy: { readonly policy: Policy; readonly hash: string } | null,
  facts: Facts,
): Plan {
  const { profile } = request;
  const row = rowOf(profile);
  if (row.needsPolicy && policy === null) throw new Error(`internal error: ${profile} without a policy`);
  const places = placePaths(request, policy?.policy ?? null, facts);
  const own = { role: profile, grants: grantsOf(row, places, facts) };
  const roles = profile === "daemon" && policy !== null ? [own, ...workers(policy.policy, facts)] : [own];
  return { profile, roles, hash: policy?.hash ?? null };
}

/** The roles that the daemon starts. */
function workers(policy: Policy, facts: Facts): RoleGrants[] {
  const parsers = [...rootsByProvider(policy, facts)].map(([id, roots]) => ({
    role: `parser:${id}`,
    grants: parserGrants(withReal(roots, facts)),
  }));
  return [...parsers, {
    role: "writer",
    grants: writerGrants(withReal(policy.destinations.roots, facts), []),
  }];
}

/** Of the parser that reads below `roots`. */
export function parserGrants(roots: readonly string[]): Grant[] {
  return roots.map((path) => ({ grant: "read", path }));
}

/** Of the writer of `destinations` (one, once it was decided), with the folders to make for it. */
export function writerGrants(destinations: readonly string[], directories: readonly string[]): Grant[] {
  return [...destinations, ...directories].map((path) => ({ grant: "write", path }));
}

/**
 * What one process needs that runs every role of the plan as its threads: a worker cannot be given what its process
 * does not hold. The runtime still bounds each thread, the kernel sees only this union.
 */
export function unionGrants(plan: Plan): readonly Grant[] {
  const union = new Map<string, Grant>();
  for (const { grants } of plan.roles) {
    for (const grant of grants) union.set(JSON.stringify(grant), grant);
  }
  return [...union.values()];
}

/** The folders with sessions of each enabled provider that has any, as policy or the client itself says. */
export function rootsByProvider(
  policy: Policy,
  { clientRoots }: Pick<Facts, "clientRoots">,
): ReadonlyMap<ProviderId, readonly string[]> {
  const roots = new Map<ProviderId, readonly string[]>();
  for (
    const [id, provider] of Object.entries(policy.providers) as [
      ProviderId,
      Policy["providers"][ProviderId],
    ][]
  ) {
    const own = provider.roots.length > 0 ? provider.roots : clientRoots[id] ?? [];
    if (provider.enabled && own.length > 0) roots.set(id, own);
  }
  return roots;
}

function grantsOf(row: Row, places: Readonly<Record<Place, readonly string[]>>, facts: Facts): Grant[] {
  const grants: Grant[] = [];
  for (const kind of ["read", "list", "write"] as const) {
    const paths = row[kind].flatMap((place) => places[place]);
    grants.push(...withReal(paths, facts).map((path) => ({ grant: kind, path })));
  }
  const names = row.env.flatMap((group) => group === "providers'" ? facts.clientVariables : VARIABLES[group]);
  grants.push(...[...new Set(names)].map((name) => ({ grant: "env" as const, name })));
  grants.push(...row.sys.map((name) => ({ grant: "sys" as const, name })));
  return grants;
}

function placePaths(
  { profile, reads, writes = null }: PlanRequest,
  policy: Policy | null,
  facts: Facts,
): Readonly<Record<Place, readonly string[]>> {
  const { home, system, code, besides, nearestFolder } = facts;
  const folders = nearestFolder === null ? [] : [nearestFolder];
  const own = placesOf(home);
  const providerRoots = policy === null ? [] : [...rootsByProvider(policy, facts).values()].flat();
  return {
    "code": code,
    "settings": [system, own.config],
    "own settings": [own.config],
    "kato's folder": [own.base],
    "state": [own.state],
    "status": [own.statusFile, own.lockFile],
    "requests": [own.requests],
    "logs": [own.logs],
    "provider roots": providerRoots,
    // These two belong to roles of their own, which workers() makes.
    "its provider's roots": [],
    "its destination": [],
    "export roots": policy?.destinations.roots ?? [],
    "named inputs": reads === undefined ? profile === "export" ? providerRoots : [] : [...reads, ...besides],
    "named outputs": writes === null ? [] : folders.map((folder) => outermostMade(folder, writes)),
    "folders of outputs": folders,
    "named folders": folders,
    "unit files": unitFolders(home).map((folder) => `${folder}/${UNIT}`),
    "unit drop-ins": facts.hasUnit ? [ownDropIns(home)] : [],
    "host facts": hostFacts(home),
  };
}

/** `path`, or the outermost folder below `folder` that must be made for it. */
function outermostMade(folder: string, path: string): string {
  return folder === path ? path : `${folder}/${path.slice(folder.length + 1).split("/")[0]}`;
}

/** Of user units: of this person, then of this machine's administrator, then of packages. */
export function unitFolders(home: string): string[] {
  return [`${home}/.config/systemd/user`, "/etc/systemd/user", "/usr/lib/systemd/user"];
}

/** Of the system's own units: of this machine's administrator, then of packages. */
export const SYSTEM_UNIT_FOLDERS = ["/etc/systemd/system", "/usr/lib/systemd/system"] as const;

/** Where the drop-ins of this person are. */
export function ownDropIns(home: string): string {
  return `${unitFolders(home)[0]}/${UNIT}.d`;
}

/** The runtime refuses /proc and /sys whatever is granted, so what they tell must come from the launcher. */
function hostFacts(home: string): string[] {
  // The template takes a person's name, and homes are named after it.
  const instance = `kato@${home.slice(home.lastIndexOf("/") + 1)}.service`;
  return [
    "/etc/os-release",
    "/var/lib/systemd/linger",
    ...unitFolders(home).flatMap((folder) => [`${folder}/${UNIT}`, `${folder}/${UNIT}.d`]),
    ...SYSTEM_UNIT_FOLDERS.flatMap((folder) =>
      ["kato@.service", "kato@.service.d", `${instance}.d`].map((name) => `${folder}/${name}`)
    ),
  ];
}

/** Each path once, followed by where it really is. */
function withReal(paths: readonly string[], { realPaths }: Facts): string[] {
  return [...new Set(paths.flatMap((path) => [path, realPaths[path] ?? path]))];
}
