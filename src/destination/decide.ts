/**
 * The destination decision: from policy, a request and a lookup to an approval or a denial. The order of its steps is
 * fixed, and is the order of DENIALS. docs/path-policy.md explains each step. Pure.
 *
 * The disk may change between lookup and opening. This file does not settle that: the writer opens exclusively or
 * reports the file that it opened, and gets no byte unless device, inode and link count agree with the decision.
 *
 * The room of the destination decides where kato may write. Its driver lookup.ts reads names, owners and modes of the
 * path in question, and never the content of a file. The room writes nothing.
 */
import { dirname, extname, join } from "@std/path";
import type { Component, Decision, Lookup, Request } from "./decision.ts";
import { deny, denyMissing, show } from "./denial.ts";
import { isInside } from "../settings/folders.ts";
import { denyUnwritable, findHolder, findMisplacement, foldersAsNamed } from "./path.ts";
import type { Policy } from "../settings/policy.ts";

const MIB = 1024 * 1024;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Whether kato may write at `path`.
 *
 * @param path As `resolveRequest()` gave it.
 * @param lookup What `lookUp()` found for it.
 */
export function decide(policy: Policy, request: Request, path: string, lookup: Lookup): Decision {
  const misplaced = findMisplacement(policy, path, foldersAsNamed(policy, request), request.providerRoots);
  if (misplaced !== null) return deny(misplaced, path, path);

  // The place where a write would really end. From here on, `path` only serves messages.
  const real = join(lookup.realAncestor, lookup.path.slice(lookup.ancestor.length));
  const realRoots = Object.values(lookup.realRoots);
  const root = findHolder(dirname(real), realRoots);
  if (root === null && (request.asker !== "cli" || policy.destinations.cli_export === "roots")) {
    return denyOutside(policy, path, real, lookup);
  }
  const long = denyUnwritable(lookup.path, request.asker);
  if (long !== null) return long;
  const leadsAstray = findMisplacement(
    policy,
    real,
    { roots: realRoots, home: lookup.realHome },
    request.providerRoots,
  );
  if (leadsAstray !== null) return deny(leadsAstray, real, path);

  // Everything from the ground down must be the person's own: the root, or outside the roots the folder that exists.
  const ground = root ?? lookup.ancestor;
  const bad = findBadComponent(request, lookup, ground, real);
  if (bad !== null) {
    const { reason, component } = bad;
    const [missing] = listMissing(lookup);
    if (root === null && missing !== undefined && component === lookup.ancestor) {
      return denyMissing(reason, path, missing);
    }
    return { ...deny(reason, path, path, show(component)), component };
  }
  return decideFile(policy, request, path, lookup);
}

function decideFile(policy: Policy, request: Request, path: string, lookup: Lookup): Decision {
  const { allow_existing, max_file_mb } = policy.destinations;
  const { extensions = policy.destinations.extensions } = request;
  const file = lookup.components.find((component) => component.path === lookup.path) ?? null;
  if (file !== null) {
    if (file.kind !== "file") return deny("not-a-regular-file", path, path);
    if (file.links !== 1) return deny("hard-link", path, path);
    // A person may replace an own file on purpose (--force). In a chat, policy may let kato append to one.
    const isCli = request.asker === "cli";
    const mayTake = request.created.has(`${file.dev}:${file.ino}`, file) ||
      (isCli ? request.force : allow_existing);
    if (!mayTake) {
      const mend = isCli ? "add --force to replace it" : "choose another name";
      return deny("not-created-by-kato", path, path, mend);
    }
  }
  if (!extensions.some((extension) => extname(path) === `.${extension}`)) {
    return deny("extension", path, path, extensions.map((extension) => `.${extension}`).join(" or "));
  }
  // An export replaces the file, so its size before does not count.
  if (file !== null && request.asker !== "cli" && file.size >= max_file_mb * MIB) {
    return deny("too-large", path, path, String(max_file_mb));
  }
  return {
    allow: true,
    path: lookup.path,
    existing: file && { dev: file.dev, ino: file.ino, size: file.size },
    directories: listMissing(lookup),
  };
}

function denyOutside(policy: Policy, path: string, real: string, lookup: Lookup): Decision {
  const { roots } = policy.destinations;
  const named = findHolder(dirname(path), roots);
  if (named !== null && lookup.realRoots[named] === undefined) {
    return deny("no-such-root", path, path, show(named));
  }
  return deny("outside-roots", real, path, roots.map(show).join(", "));
}

type BadComponent = {
  readonly reason: "foreign-owner" | "writable-by-others" | "symlink" | "not-a-directory" | "unreadable";
  readonly component: string;
};

/** Each test runs over all components before the next test, so that the order of reasons is the documented one. */
function findBadComponent(
  request: Request,
  lookup: Lookup,
  ground: string,
  real: string,
): BadComponent | null {
  const { components, blocked } = lookup;
  // In a user namespace, files of other users seem to belong to `nobody`. The owner of / is trusted with the folders
  // above the ground, as on every machine.
  const systemOwner = components.find(({ path }) => path === "/")?.uid ?? 0;
  const find = (reason: BadComponent["reason"], isBad: (component: Component) => boolean) => {
    const component = components.find(isBad);
    return component && { reason, component: component.path };
  };
  const isOwn = ({ path }: Component) => isInside(path, ground);
  return find("foreign-owner", (one) => one.uid !== request.uid && (isOwn(one) || one.uid !== systemOwner)) ??
    // A symlink's own mode means nothing. A sticky /tmp above the ground is no danger to the folders below it.
    find(
      "writable-by-others",
      (one) => isOwn(one) && one.kind !== "symlink" && (one.mode & WRITABLE_BY_OTHERS) !== 0,
    ) ??
    find("symlink", ({ kind }) => kind === "symlink") ??
    (real === lookup.path ? null : { reason: "symlink", component: lookup.ancestor } as const) ??
    find("not-a-directory", ({ path, kind }) => path !== lookup.path && kind !== "directory") ??
    (blocked && { reason: "unreadable", component: blocked.path } as const) ??
    // A component that was not seen was not checked. At least the ground itself must have been seen.
    (components.some(({ path }) => path === ground) ? null : { reason: "unreadable", component: ground });
}

/** The folders that must be made for the destination, outermost first. */
function listMissing(lookup: Lookup): string[] {
  const missing: string[] = [];
  for (let folder = dirname(lookup.path); folder !== lookup.ancestor; folder = dirname(folder)) {
    missing.unshift(folder);
  }
  return missing;
}
