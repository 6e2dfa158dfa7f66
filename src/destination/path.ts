/**
 * The first half of the destination decision, which sees names alone: from the typed text to one normalised absolute path,
 * or to a denial. docs/path-policy.md has the order. Pure.
 */
import { join, normalize } from "@std/path";
import { findDestinationFaults, type GrammarReason } from "./grammar.ts";
import { PATH_BYTES } from "../protocol/limits.ts";
import { isAgentMemory } from "./agent_memory.ts";
import { type Asker, type Denial, DENIALS, type Denied, type Request } from "./decision.ts";
import { deny, denyGrammar } from "./denial.ts";
import { isInside, isSystemLocation, RESERVED_IN_HOME } from "../settings/folders.ts";
import { placesOf } from "../settings/places.ts";
import type { Policy } from "../settings/policy.ts";

/** The folders by which a place is judged: by their names in policy, or by their realpaths. */
export interface RootsAndHome {
  readonly roots: readonly string[];
  readonly home: string;
}

/**
 * Turns the typed text into a normalised absolute path, or says why not.
 *
 * @example
 * ```ts ignore
 * const resolved = resolveRequest(policy, request);
 * if ("reason" in resolved) return resolved;
 * const lookup = lookUp(resolved.path, policy.destinations.roots, request.home);
 * return decide(policy, request, resolved.path, lookup);
 * ```
 */
export function resolveRequest(policy: Policy, request: Request): { readonly path: string } | Denied {
  const typed = request.destination ?? request.generated;
  if (request.asker === "chat" && !policy.recording.commands) return deny("commands-off", typed, null);
  const fault = findFirstFault(typed);
  if (fault?.denial === "grammar") return denyGrammar(fault.reason, typed);
  const path = makeAbsolute(policy, request, typed);
  if (path === null) return deny("not-absolute", typed, null);
  if (fault !== null) return deny(fault.denial, typed, null);
  const long = denyUnwritable(path, request.asker);
  if (long !== null) return long;
  const misplaced = findMisplacement(policy, path, foldersAsNamed(policy, request), request.providerRoots);
  return misplaced === null ? { path } : deny(misplaced, path, path);
}

/**
 * Why a composed path is no destination; null when it may be one. The default root, the working directory or the realpath
 * of a root adds characters that nobody typed. A recording is opened by this path again and again, so it must obey the
 * grammar; an export is opened once, in a folder that the person chose.
 */
export function denyUnwritable(path: string, asker: Asker): Denied | null {
  const fault = findFirstFault(path);
  if (fault === null) return null;
  if (fault.denial !== "grammar") return deny(fault.denial, path, null);
  const isOpened = asker === "cli" && new TextEncoder().encode(path).byteLength < PATH_BYTES;
  return isOpened ? null : denyGrammar(fault.reason, path);
}

/** The folders by their names in policy and in the request. */
export function foldersAsNamed(policy: Policy, request: Request): RootsAndHome {
  return { roots: policy.destinations.roots, home: request.home };
}

/** Why kato may never write at `path`, whatever is there; null when it may. */
export function findMisplacement(
  policy: Policy,
  path: string,
  folders: RootsAndHome,
  providerRoots: readonly string[],
): Extract<Denial, "hidden-segment" | "system-location" | "reserved-location" | "agent-memory"> | null {
  if (isHidden(path, folders)) return "hidden-segment";
  if (isSystemLocation(path, folders.home)) return "system-location";
  if (isReserved(path, folders.home, providerRoots)) return "reserved-location";
  return isAgentMemory(path, policy.destinations.agent_memory) ? "agent-memory" : null;
}

/** The innermost of `folders` that holds `path`. */
export function findHolder(path: string, folders: Iterable<string>): string | null {
  let holder: string | null = null;
  for (const folder of folders) {
    if (isInside(path, folder) && (holder === null || isInside(folder, holder))) holder = folder;
  }
  return holder;
}

/**
 * A root may lie in a hidden folder (~/.kato/exports does). Below a root, and below home outside the roots, no name may be
 * hidden. A name with two dots is not hidden: `..foo.md` is a fair name, and `..` was denied before.
 */
function isHidden(path: string, { roots, home }: RootsAndHome): boolean {
  const from = findHolder(path, roots) ?? findHolder(path, [home]) ?? "";
  return /\/\.(?!\.)/.test(path.slice(from === "/" ? 0 : from.length));
}

function isReserved(path: string, home: string, providerRoots: readonly string[]): boolean {
  if (providerRoots.some((root) => isInside(path, root))) return true;
  const { base, exports } = placesOf(home);
  if (isInside(path, base)) return !isInside(path, exports);
  return RESERVED_IN_HOME.some((folder) => isInside(path, join(home, folder)));
}

/** The first fault in the order of DENIALS. `decide()` tests the extension. */
function findFirstFault(
  destination: string,
): { readonly reason: GrammarReason; readonly denial: FaultDenial } | null {
  const faults = findDestinationFaults(destination)
    .filter((reason) => reason !== "unknown-extension")
    .map((reason) => ({ reason, denial: denialOf(reason, destination) }));
  faults.sort((a, b) => DENIALS.indexOf(a.denial) - DENIALS.indexOf(b.denial));
  return faults[0] ?? null;
}

type FaultDenial = Extract<Denial, "grammar" | "traversal" | "forbidden-character" | "extended-prefix">;

/** A path that begins like a network or device path gets that denial first: its other characters follow other rules. */
function denialOf(reason: GrammarReason, destination: string): FaultDenial {
  if (reason === "traversal" || reason === "forbidden-character") return reason;
  const isForeign = destination.startsWith("\\\\") || destination.startsWith("//");
  const isOfPrefix = reason === "glob" || reason === "backslash" || reason === "empty-segment";
  return isForeign && isOfPrefix ? "extended-prefix" : "grammar";
}

function makeAbsolute(policy: Policy, request: Request, typed: string): string | null {
  const relativeTo = request.asker === "cli" && request.destination !== null
    ? request.cwd
    : policy.destinations.default_root;
  const joined = typed.startsWith("/")
    ? typed
    : typed.startsWith("~/")
    ? join(request.home, typed.slice(2))
    : join(relativeTo ?? "", typed);
  return joined.startsWith("/") ? normalize(joined) : null;
}
