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

/** What the log at `path` is, where its name does not say. `relative`: its path below the root. */
export function introduce(provider: Provider, relative: string, path: string): Source | null {
  if (provider.introduce === undefined) return null;
  const head: unknown[] = [];
  for (const value of readRecords(provider, path)) {
    head.push(value);
    const source = provider.introduce(relative, head);
    if (source !== null) return isNamed(source) ? source : null;
  }
  return null;
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

/** The first records of the log at `path`, read as far as they are asked for. Lines that are no JSON are skipped. */
export function* readRecords(provider: Provider, path: string): Generator<unknown> {
  const file = openLog(provider, path, null, { most: INTRODUCTION_PIECE });
  let records = 0;
  for (let reads = 0; reads < READS; reads += 1) {
    const result = file.read(path);
    if (result.result === "gone" || result.result === "rewritten") return;
    const last = result.result === "end" ? file.rest() : null;
    for (const { bytes } of result.result === "lines" ? result.lines : last === null ? [] : [last]) {
      // A line that is no JSON is still being written, or damaged.
      const parsed = bytes === null ? null : parseJson(decoder.decode(bytes));
      if (parsed !== null && "value" in parsed) yield parsed.value;
      records += 1;
      if (records >= INTRODUCTION_RECORDS) return;
    }
    if (result.result === "end") return;
  }
}
