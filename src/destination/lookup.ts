/**
 * Looks at one path for the destination decision: what is there, component by component, without following the
 * last link. Room: system, the drivers that daemon and command line share. This file reads metadata (names, owners,
 * modes, link targets), never a file's content, and writes nothing.
 */
import { dirname } from "@std/path";
import type { Component, Lookup } from "./decision.ts";
import { isInside } from "../settings/folders.ts";
import { systemWords } from "../disk/entry_at.ts";

/**
 * Requires read on the roots, as named and as realpath gives them; what stands above them is passed over where the
 * process may not look. What cannot be examined is a value. Throws only for a path that `resolveRequest()` did not give.
 *
 * @param path Absolute and normalised.
 * @param roots The allowed roots, as policy names them.
 */
export function lookUp(path: string, roots: readonly string[], home: string): Lookup {
  const realHome = realPath(home) ?? home;
  const realRoots: Record<string, string> = {};
  for (const root of roots) {
    // A root that is a link now was none when policy was loaded.
    const real = isLink(root) ? null : realPath(root);
    if (real !== null) realRoots[root] = real;
  }
  const walked = substituteReal(path, [...Object.entries(realRoots), [home, realHome]]);
  const { components, blocked } = walk(walked);
  return { path: walked, components, blocked, ...findAncestor(walked, components), realRoots, realHome };
}

/**
 * A root may be below a link (a home that is mounted elsewhere): policy named it, so that link is followed, once, here. No
 * other link is, and a root that is one itself does not count.
 */
function substituteReal(path: string, places: readonly (readonly [named: string, real: string])[]): string {
  let holder: readonly [string, string] | null = null;
  for (const place of places) {
    if (isInside(path, place[0]) && place[0].length > (holder?.[0].length ?? -1)) holder = place;
  }
  if (holder === null || holder[0] === "/") return path;
  const rest = path.slice(holder[0].length);
  return holder[1] === "/" ? rest || "/" : holder[1] + rest;
}

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch (error) {
    codeOf(error);
    return false;
  }
}

function walk(path: string): Pick<Lookup, "components" | "blocked"> {
  const components: Component[] = [];
  for (const prefix of listPrefixes(path)) {
    try {
      components.push(describe(prefix, Deno.lstatSync(prefix)));
    } catch (error) {
      // Above the first folder that this process was granted; below it nothing may go unseen.
      if (error instanceof Deno.errors.NotCapable && components.length === 0) continue;
      if (error instanceof Deno.errors.NotFound) break;
      return { components, blocked: { path: prefix, code: codeOf(error) } };
    }
  }
  return { components, blocked: null };
}

/** `/`, `/a`, `/a/b` for `/a/b`. */
function listPrefixes(path: string): string[] {
  const prefixes: string[] = [path];
  for (let prefix = path; prefix !== "/"; prefixes.unshift(prefix)) prefix = dirname(prefix);
  return prefixes;
}

function findAncestor(
  path: string,
  components: readonly Component[],
): Pick<Lookup, "ancestor" | "realAncestor"> {
  for (const component of components.toReversed()) {
    if (component.path === path) continue;
    // A link that leads nowhere is there and does not resolve.
    const real = realPath(component.path);
    if (real !== null) return { ancestor: component.path, realAncestor: real };
  }
  return { ancestor: "/", realAncestor: "/" };
}

function describe(path: string, info: Deno.FileInfo): Component {
  const { uid, mode, ino, nlink } = info;
  if (uid === null || mode === null || ino === null || nlink === null) {
    throw new Error("internal error: this file system tells neither owners nor inodes");
  }
  const birth = info.birthtime?.getTime() ?? null;
  return { path, kind: kindOf(info), uid, mode, dev: info.dev, ino, links: nlink, size: info.size, birth };
}

function kindOf(info: Deno.FileInfo): Component["kind"] {
  if (info.isSymlink) return "symlink";
  if (info.isDirectory) return "directory";
  return info.isFile ? "file" : "other";
}

/** null when there is nothing, when it may not be looked at, or when links lead in a circle. */
function realPath(path: string): string | null {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    codeOf(error);
    return null;
  }
}

/** The system's own name of an error, or its number where the runtime has none; anything else is a bug and passes through. */
function codeOf(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "NotCapable";
  // Deno reports a NUL byte as EINVAL before it asks the system, as a TypeError; no normalised path holds one.
  if (systemWords(error) === null || !(error instanceof Error)) throw error;
  if ("code" in error && typeof error.code === "string") return error.code;
  return /os error \d+/.exec(error.message)?.[0] ?? error.name;
}
