/**
 * Reads a log's beginning to learn what the log is: some clients' file names do not show whether it is a session's, a
 * sub-agent's, or neither. Requires read on the log.
 */
import { MAIN_AGENT } from "../protocol/event.ts";
import { INTRODUCTION_BYTES, INTRODUCTION_PIECE, INTRODUCTION_RECORDS } from "../protocol/limits.ts";
import type { Provider, Source } from "../providers/provider.ts";
import { parseJson } from "./json_text.ts";
import { openLog } from "./open_log.ts";

/** Longest path of agents that a log may name. */
const CALLER_CHARS = 1024;
/** Pieces to read at most: a single line can be longer than all of them. */
const READS = INTRODUCTION_BYTES / INTRODUCTION_PIECE;

/**
 * What the log at `path` is, where its name does not say. `relative`: its path below the root. `unreadable`: the system
 * refuses to read it for now.
 */
export function introduce(
  provider: Provider,
  relative: string,
  path: string,
): Source | null | "unreadable" {
  if (provider.introduce === undefined) return null;
  const head: unknown[] = [];
  const records = readRecords(provider, path);
  for (let next = records.next();; next = records.next()) {
    if (next.done === true) return next.value === "unreadable" ? next.value : null;
    head.push(next.value);
    const source = provider.introduce(relative, head);
    if (source !== null) return isNamed(source) ? source : null;
  }
}

/** Ids go into paths, messages and file names, so any other character could lead elsewhere. */
const ID = /^[0-9A-Za-z][\w-]{0,127}$/;

function isNamed(source: Source): boolean {
  if (source.kind === "session") return ID.test(source.session);
  if (source.kind !== "agent") return true;
  const { session, agent, caller = "" } = source;
  return ID.test(session) && ID.test(agent) && agent !== MAIN_AGENT && caller.length <= CALLER_CHARS;
}

const decoder = new TextDecoder();

/**
 * The first records of the log at `path`, read as far as they are asked for. Lines that are no JSON are skipped. Ends
 * with `unreadable` where the system refuses for now.
 */
export function* readRecords(provider: Provider, path: string): Generator<unknown, "unreadable" | "read"> {
  const file = openLog(provider, path, null, { most: INTRODUCTION_PIECE });
  let records = 0;
  for (let reads = 0; reads < READS; reads += 1) {
    const result = file.read(path);
    if (result.result === "unreadable") return result.result;
    if (result.result === "gone" || result.result === "rewritten") return "read";
    const last = result.result === "end" ? file.rest() : null;
    for (const { bytes } of result.result === "lines" ? result.lines : last === null ? [] : [last]) {
      // A line that is no JSON is still being written, or damaged.
      const parsed = bytes === null ? null : parseJson(decoder.decode(bytes));
      if (parsed !== null && "value" in parsed) yield parsed.value;
      records += 1;
      if (records >= INTRODUCTION_RECORDS) return "read";
    }
    if (result.result === "end") return "read";
  }
  return "read";
}
