/**
 * Looks at one path for the destination decision, component by component, without following the last link. Reads metadata
 * (names, owners, modes, link targets), and never the content of a file. Writes nothing.
 */
import { dirname, join } from "@std/path";
import type { Component, Lookup } from "./decision.ts";
import { findHolder } from "./path.ts";
import { entryAt, systemWords } from "../disk/entry_at.ts";
import { codeForNow } from "../protocol/system_words.ts";

/** How the disk is looked at. */
export type Look = Pick<typeof Deno, "lstatSync" | "realPathSync">;

/** For destinations that are looked at together: each folder above them is looked at once. */
export function lookOnce(): Look {
  return { lstatSync: once(Deno.lstatSync), realPathSync: once(Deno.realPathSync) };
}

/** The same answer, or the same error, for the same path. */
function once<Seen>(look: (path: string) => Seen): (path: string | URL) => Seen {
  const seen = new Map<string, { readonly found: Seen } | { readonly error: unknown }>();
  return (path) => {
    const key = String(path);
    const known = seen.get(key) ?? attempt(() => look(key));
    seen.set(key, known);
    if ("error" in known) throw known.error;
    return known.found;
  };
}

function attempt<Seen>(look: () => Seen): { readonly found: Seen } | { readonly error: unknown } {
  try {
    return { found: look() };
  } catch (error) {
    return { error };
  }
}

/**
 * Requires read on the roots, by their names and by their realpaths. Folders above the roots are left out where the
 * process may not look. A component that cannot be examined is a value. Throws only for a path that did not come from
 * `resolveRequest()`.
 *
 * @param path Absolute and normalised.
 * @param roots The allowed roots, as policy names them.
 * @param disk The disk, or one look at each folder for several destinations.
 */
export function lookUp(path: string, roots: readonly string[], home: string, disk: Look = Deno): Lookup {
  let refused: Lookup["refused"];
  const look = noting(disk, (path, code) => refused ??= { path, code });
  const realHome = realPath(home, look) ?? home;
  const realRoots: Record<string, string> = {};
  const holder = findHolder(path, roots);
  for (const root of roots) {
    // A share that has gone away says nothing of a path elsewhere.
    const { lstatSync, realPathSync } = root === holder ? look : disk;
    // No root was a link when policy was loaded, so this one was exchanged since.
    const real = orNull(() => lstatSync(root).isSymlink ? null : realPathSync(root));
    if (real !== null) realRoots[root] = real;
  }
  const walked = substituteReal(path, [...Object.entries(realRoots), [home, realHome]]);
  const { components, blocked } = walk(walked, look);
  return {
    path: walked,
    components,
    blocked,
    ...findAncestor(walked, components, look),
    realRoots,
    realHome,
    ...(refused === undefined ? {} : { refused }),
  };
}

/** Notes each refusal for now. */
function noting(disk: Look, note: (path: string, code: string) => void): Look {
  const noted = <Seen>(look: (path: string | URL) => Seen) => (path: string | URL): Seen => {
    try {
      return look(path);
    } catch (error) {
      const code = codeForNow(error);
      if (code !== null) note(String(path), code);
      throw error;
    }
  };
  return { lstatSync: noted(disk.lstatSync), realPathSync: noted(disk.realPathSync) };
}

/**
 * A root may lie below a link (a home that is mounted elsewhere). Policy named the root, so that link is followed once,
 * here. No other link is followed, and a root that is a link itself does not count.
 */
function substituteReal(path: string, places: readonly (readonly [named: string, real: string])[]): string {
  const holder = findHolder(path, places.map(([named]) => named));
  for (const [named, real] of places) {
    if (named === holder) return join(real, path.slice(named.length));
  }
  return path;
}

/**
 * Bytes of the entries of a folder that was decided on and is there; "too-large" where it has more than `most` entries.
 * Requires read on the folder, or list in the kernel's sandbox.
 */
export function measureFolder(folder: string, most: number): number | "too-large" | "unreadable" {
  try {
    let bytes = 0;
    let entries = 0;
    for (const { name } of Deno.readDirSync(folder)) {
      entries += 1;
      if (entries > most) return "too-large";
      bytes += entryAt(join(folder, name))?.size ?? 0;
    }
    return bytes;
  } catch (error) {
    codeOf(error);
    return "unreadable";
  }
}

function walk(path: string, look: Look): Pick<Lookup, "components" | "blocked"> {
  const components: Component[] = [];
  for (const prefix of listPrefixes(path)) {
    try {
      components.push(describe(prefix, look.lstatSync(prefix)));
    } catch (error) {
      // The process may not look above the first folder of its grants. Below it, every component must be seen.
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
  look: Look,
): Pick<Lookup, "ancestor" | "realAncestor"> {
  for (const component of components.toReversed()) {
    if (component.path === path) continue;
    // A dangling link exists, but does not resolve.
    const real = realPath(component.path, look);
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

const realPath = (path: string, look: Look) => orNull(() => look.realPathSync(path));

/** Null when nothing is there, when the process may not look, or when links lead in a circle. */
function orNull<Seen>(look: () => Seen): Seen | null {
  try {
    return look();
  } catch (error) {
    codeOf(error);
    return null;
  }
}

/** The system's name of an error, or its number where the runtime has no name. Throws any other error: it is a bug. */
function codeOf(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "NotCapable";
  const words = systemWords(error);
  // The runtime itself refuses a NUL byte, with a TypeError. No normalised path holds one.
  if (words === null) throw error;
  const { code, message } = error as Error & { readonly code?: unknown };
  return typeof code === "string" ? code : /os error \d+/.exec(message)?.[0] ?? words;
}
