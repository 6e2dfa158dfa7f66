/**
 * From a command and the effective policy to the grants of each role. Nothing is looked up: the facts about the machine
 * are an input. The launcher makes the kernel's rules and the runtime's flags from this one list, so that they cannot
 * drift apart. Pure.
 */
import type { ProviderId } from "../protocol/event.ts";
import type { Grant } from "../protocol/grant.ts";
import type { Place } from "./granted_places.ts";
import { type Profile, type Row, rowOf, VARIABLES } from "./matrix.ts";
import { placesOf } from "../settings/places.ts";
import type { Policy } from "../settings/policy.ts";
import { type Enabling, enablingLinks } from "./enabling_links.ts";
import { UNIT } from "./unit_folders.ts";

/** The part of a command line that decides its permissions. All paths are absolute and normalised. */
export interface PlanRequest {
  readonly profile: Profile;
  /** The files to read: a log, a policy file, a copy of an audit log. An export without a named log finds sessions. */
  readonly reads?: readonly string[];
  /** The file or folder to write; null: standard output, or a path whose name alone is denied. */
  readonly writes?: string | null;
  /** The folder for the images of the file to write, if the configuration keeps images. */
  readonly images?: string;
  /** The path to look at; null: there is none, or its name alone is denied. */
  readonly looks?: string | null;
}

/** The facts about the machine that a plan needs. All paths are absolute and normalised. */
export interface Facts {
  readonly home: string;
  /** The administrator's policy folder. */
  readonly system: string;
  /** Files and folders of the program. */
  readonly code: readonly string[];
  /** The client's own session folders, for each provider whose roots the policy leaves empty. */
  readonly clientRoots: Readonly<Partial<Record<ProviderId, readonly string[]>>>;
  /** The environment variables by which clients find those folders. */
  readonly clientVariables: readonly string[];
  /** The entries that a provider may look for beside the log that an export names, present or not. */
  readonly besides: readonly string[];
  /** The path to write or to look at, if it is a folder; otherwise the nearest folder above it. Null: only / is there. */
  readonly nearestFolder: string | null;
  /** Whether the configuration keeps the images of a session in files. */
  readonly keepsImages?: boolean;
  /** Whether one of kato's units is installed, and a drop-in must be maintained. */
  readonly hasUnit: boolean;
  /** The people of the machine, where the command is about them. */
  readonly people?: readonly PersonFacts[];
  /** The real path of each folder that is a link or lies below one. Both names are granted. */
  readonly realPaths: Readonly<Record<string, string>>;
}

export interface PersonFacts extends Enabling {
  /** The home as the user database names it; `home` is where it really is. */
  readonly named: string;
}

export interface RoleGrants {
  /** The command's profile, `parser:<provider>`, or `writer` with the outer bound of every writer. */
  readonly role: string;
  readonly grants: readonly Grant[];
}

export interface Plan {
  readonly profile: Profile;
  /** The first role is the command itself. */
  readonly roles: readonly RoleGrants[];
  /** The hash of the effective policy; null when the policy did not load and the profile does not need it. */
  readonly hash: string | null;
}

/** `policy` may be null only for a profile that does not need it. */
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

/** The grants of the parser that reads below `roots`. */
export function parserGrants(roots: readonly string[]): Grant[] {
  return roots.map((path) => ({ grant: "read", path }));
}

/** The grants of the writer of `destinations` (one after the decision), with the folders to make for it. */
export function writerGrants(destinations: readonly string[], directories: readonly string[]): Grant[] {
  return [...destinations, ...directories].map((path) => ({ grant: "write", path }));
}

/**
 * The grants of one process that runs every role of the plan as a thread: a worker cannot get more than its process has.
 * The runtime still bounds each thread; the kernel sees only this union.
 */
export function unionGrants(plan: Plan): readonly Grant[] {
  const union = new Map<string, Grant>();
  for (const { grants } of plan.roles) {
    for (const grant of grants) union.set(JSON.stringify(grant), grant);
  }
  return [...union.values()];
}

/** The session folders of each enabled provider that has some: from policy, or else from its client. */
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
  { profile, reads, writes = null, images }: PlanRequest,
  policy: Policy | null,
  facts: Facts,
): Readonly<Record<Place, readonly string[]>> {
  const { home, system, code, besides, nearestFolder, keepsImages = false } = facts;
  const folders = nearestFolder === null ? [] : [nearestFolder];
  // A folder as the output has its images inside it.
  const outputs = [writes, keepsImages && nearestFolder !== writes ? images : null]
    .filter((path) => typeof path === "string");
  const own = placesOf(home);
  const providerRoots = policy === null ? [] : [...rootsByProvider(policy, facts).values()].flat();
  const isSearched = policy?.search.enabled === true;
  return {
    "code": code,
    "settings": [system, own.config],
    "own settings": [own.config],
    "kato's folder": [own.base],
    "state": [own.state],
    "status": [own.statusFile, own.lockFile],
    "requests": [own.requests],
    "forgotten": isSearched ? [own.forgottenFile] : [],
    "logs": [own.logs],
    "provider roots": providerRoots,
    "index": isSearched ? [own.index] : [],
    "searched roots": isSearched ? providerRoots : [],
    "searched recordings": isSearched ? policy.destinations.roots : [],
    "logs of the index": isSearched ? [own.logs] : [],
    "machine of the index": isSearched ? [MACHINE_ID] : [],
    // workers() grants these two to roles of their own.
    "its provider's roots": [],
    "its destination": [],
    "export roots": policy?.destinations.roots ?? [],
    "named inputs": reads === undefined ? profile === "export" ? providerRoots : [] : [...reads, ...besides],
    "named outputs": folders.flatMap((folder) => outputs.map((path) => outermostMade(folder, path))),
    "folders of outputs": folders,
    "named folders": folders,
    "machine id": [MACHINE_ID],
    "unit files": unitFolders(home).map((folder) => `${folder}/${UNIT}`),
    "unit drop-ins": facts.hasUnit ? [ownDropIns(home)] : [],
    "people": (facts.people ?? []).flatMap(pathsOf),
    "people's homes": [...new Set((facts.people ?? []).flatMap(({ home, named }) => [home, named]))],
    "machine facts": MACHINE_FACTS,
    "host facts": hostFacts(home),
  };
}

/** The outermost folder below `folder` that must be made for `path`; `path` itself when none must. */
function outermostMade(folder: string, path: string): string {
  return folder === path ? path : `${folder}/${path.slice(folder.length + 1).split("/")[0]}`;
}

/** Folders of user units: the person's, the administrator's, the packages'. */
export function unitFolders(home: string): string[] {
  return [`${home}/.config/systemd/user`, "/etc/systemd/user", "/usr/lib/systemd/user"];
}

/** Folders of system units: the administrator's, those written since the machine booted, the packages'. */
export const SYSTEM_UNIT_FOLDERS = [
  "/etc/systemd/system",
  "/run/systemd/system",
  "/usr/lib/systemd/system",
] as const;

/** The folder of this person's drop-ins. */
export function ownDropIns(home: string): string {
  return `${unitFolders(home)[0]}/${UNIT}.d`;
}

/** audit/origin.ts reads it. */
const MACHINE_ID = "/etc/machine-id";

const MACHINE_FACTS = [
  "/etc/passwd",
  "/run/user",
  "/run/systemd/users",
  "/etc/systemd/system/multi-user.target.wants",
  "/etc/systemd/user/default.target.wants",
  "/usr/lib/systemd/user/default.target.wants",
];

/** Folders, because kato replaces the files in them. */
function pathsOf({ home }: Enabling): string[] {
  const { state, config } = placesOf(home);
  return [state, config, `${home}/.config/systemd/user`];
}

/** The runtime refuses /proc and /sys under any grant, so the launcher passes on the facts from there. */
function hostFacts(home: string): string[] {
  // The instance has the person's name, and so has the home.
  const name = home.slice(home.lastIndexOf("/") + 1);
  const instance = `kato@${name}.service`;
  const { system, user } = enablingLinks({ home, uid: Infinity, name });
  return [
    "/etc/os-release",
    "/var/lib/systemd/linger",
    system,
    ...user,
    ...unitFolders(home).flatMap((folder) => [`${folder}/${UNIT}`, `${folder}/${UNIT}.d`]),
    ...SYSTEM_UNIT_FOLDERS.flatMap((folder) =>
      ["kato@.service", "kato@.service.d", `${instance}.d`].map((name) => `${folder}/${name}`)
    ),
  ];
}

/** Each path once, followed by its real path. */
function withReal(paths: readonly string[], { realPaths }: Facts): string[] {
  return [...new Set(paths.flatMap((path) => [path, realPaths[path] ?? path]))];
}
