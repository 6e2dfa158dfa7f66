/** A session's main log, which may be several: a client that goes back to an earlier point begins another file. */
import type { Checkpoint } from "../protocol/cursor.ts";
import { MAIN_AGENT } from "../protocol/event.ts";
import { AGENT_WAIT_MS } from "../protocol/limits.ts";
import type { Provider } from "../providers/provider.ts";
import { type LogWalker, moveWalker, walkLog } from "./log_walker.ts";
import { formOf } from "./open_log.ts";
import type { LineSearcher } from "./search_lines.ts";
import type { SessionPart } from "./session_files.ts";

export interface MainLog {
  /** The walker of the current part. */
  walker(): LogWalker;
  /** Moves to the current part's new path: moved, compressed or decompressed. False when the path is the same. */
  follow(): boolean;
  hasNext(): boolean;
  /** Continues with the next part. False when there is none. */
  beginNext(): boolean;
  /**
   * Continues after the current part became unreadable: at its new path, or with the next part. `linger`: it may be on
   * its way to another folder, ask again after AGENT_WAIT_MS. `isComplete`: nothing moves any more.
   */
  leave(isComplete: boolean): "more" | "linger" | "gone";
  /** Reads the current part anew, because it was rewritten. */
  restart(): void;
  /**
   * Bytes of all parts up to the last record taken, counted as the index of sessions does. A part that was already
   * compressed when its reading began counts with its size on disk, once it was read. That is safe: clients compress a
   * log days after its last change, so it holds no news.
   */
  offset(): number;
  state(): Pick<Checkpoint, "main" | "part">;
}

/** Continues from `from`, or begins with the first part. `locate` gives the parts as they are now. */
export function openMainLog(
  provider: Provider,
  locate: () => readonly SessionPart[],
  from: Checkpoint | null,
  search: LineSearcher,
): MainLog {
  let part = partAt(locate(), from?.part?.name ?? "");
  let before = from?.part?.before ?? 0;
  let walker = walkLog(provider, MAIN_AGENT, part.path, from?.main ?? null, { part: part.part, search });
  /** Whether the part was already compressed when its reading began. */
  let wasCold = (from?.main.cursor ?? null) === null && formOf(part.path) === "compressed";

  const taken = () => wasCold ? walker.size() ?? 0 : walker.offset();
  const next = () => locate().find((other) => other.part > part.part);

  /** Where and since when the current part cannot be read: milliseconds of `performance.now()`. */
  let missed: { readonly offset: number; readonly since: number } | null = null;

  function follow(): boolean {
    const now = locate().find((other) => other.part === part.part);
    if (now === undefined || now.path === walker.path) return false;
    walker = moveWalker(provider, walker, now.path, { part: now.part, search });
    wasCold &&= formOf(now.path) === "compressed";
    part = now;
    return true;
  }

  function beginNext(): boolean {
    const found = next();
    if (found === undefined) return false;
    before += walker.size() ?? taken();
    part = found;
    walker = walkLog(provider, MAIN_AGENT, found.path, null, {
      part: found.part,
      search,
      before: walker.fold,
    });
    wasCold = formOf(found.path) === "compressed";
    return true;
  }

  return {
    walker: () => walker,
    follow,
    hasNext: () => next() !== undefined,
    beginNext,
    leave(isComplete) {
      if (follow()) return "more";
      const offset = walker.offset();
      if (missed?.offset !== offset) missed = { offset, since: performance.now() };
      const mayBeMoving = !isComplete && performance.now() - missed.since <= AGENT_WAIT_MS;
      if (mayBeMoving && next() !== undefined) return "linger";
      return beginNext() ? "more" : "gone";
    },
    restart() {
      walker = walkLog(provider, MAIN_AGENT, walker.path, null, { part: part.part, search });
      walker.isAnew = true;
    },
    offset: () => before + taken(),
    state: () => ({
      main: walker.state(),
      ...(part.part === "" ? {} : { part: { name: part.part, before } }),
    }),
  };
}

/** The part of that name. If it vanished, the next part stands in for it. */
function partAt(parts: readonly SessionPart[], name: string): SessionPart {
  const part = parts.find((other) => other.part >= name) ?? parts.at(-1);
  if (part === undefined) throw new Error("internal error: a session without a log");
  return part;
}
