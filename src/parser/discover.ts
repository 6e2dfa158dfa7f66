/**
 * Which sessions are on disk, and where a session's logs are. Requires read on the roots; reads no log, only names,
 * metadata and the small files that say which call started a sub-agent. Room: parser; edge.
 */
import { relative } from "@std/path";
import type { Provider, Source } from "../providers/provider.ts";
import type { SessionFiles } from "./session_reader.ts";

/** A session's main log. */
export interface FoundLog {
  readonly session: string;
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** What `path` is to `provider`, if it lies below one of `roots`. */
export function classifyPath(provider: Provider, roots: readonly string[], path: string): Source | null {
  for (const root of roots) {
    // Both come from the same walk: to compare their beginnings is enough, and it is done ten thousand times.
    if (path.startsWith(`${root}/`)) return provider.classify(path.slice(root.length + 1));
  }
  return null;
}

/** All main logs below `top`, which is a root or a folder below one. A folder that cannot be read has none. */
export function scanFolder(provider: Provider, roots: readonly string[], top: string): FoundLog[] {
  return [...findLogs(provider, roots, top)];
}

/** The same, one after another as they are found. */
export function* findLogs(provider: Provider, roots: readonly string[], top: string): Generator<FoundLog> {
  for (const path of walkFiles(top)) {
    const log = examineLog(provider, roots, path);
    if (log !== null) yield log;
  }
}

/** The main log at `path`, or null when it is none, or is gone. */
export function examineLog(provider: Provider, roots: readonly string[], path: string): FoundLog | null {
  const source = classifyPath(provider, roots, path);
  if (source?.kind !== "session") return null;
  const info = stat(path);
  if (info === null || !info.isFile) return null;
  return {
    session: source.session,
    path,
    dev: info.dev,
    ino: info.ino ?? 0,
    size: info.size,
    modified: info.mtime?.getTime() ?? 0,
  };
}

/** The logs of the session whose main log is at `main`. */
export function locateSession(provider: Provider, main: string): SessionFiles {
  const agents = new Map<string, string>();
  const callers = new Map<string, string>();
  const folder = provider.agentFolder(main);
  if (folder === null) return { main, agents, callers };
  for (const path of walkFiles(folder)) {
    const file = provider.classifyAgent(relative(folder, path));
    if (file?.kind === "log") agents.set(file.agent, path);
    if (file?.kind !== "meta") continue;
    const call = provider.startingCall(readJson(path));
    if (call !== null) callers.set(call, file.agent);
  }
  return { main, agents, callers };
}

/** Regular files below `top`, folders before what they hold; links are not followed. */
function* walkFiles(top: string): Generator<string> {
  let entries: Deno.DirEntry[];
  try {
    entries = [...Deno.readDirSync(top)];
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  for (const entry of entries) {
    const path = `${top}/${entry.name}`;
    if (entry.isFile) yield path;
    else if (entry.isDirectory) yield* walkFiles(path);
  }
}

/** Files vanish and folders are closed to us at any moment; that is no error of anybody's. */
function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.FilesystemLoop;
}

export function stat(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    // Being written, or gone: the next look finds it.
    if (error instanceof SyntaxError || isAbsent(error)) return null;
    throw error;
  }
}
