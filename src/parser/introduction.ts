/**
 * What a log says of itself at its beginning: some clients' file names do not tell a session from a sub-agent, or from
 * nothing at all. Requires read on the log. Room: parser; edge through LogFile.
 */
import { MAIN_AGENT } from "../protocol/event.ts";
import { INTRODUCTION_BYTES, INTRODUCTION_PIECE, INTRODUCTION_RECORDS } from "../protocol/limits.ts";
import type { Provider, Source } from "../providers/provider.ts";
import { parseJson } from "./json_text.ts";
import { openLog } from "./open_log.ts";

/** A path among agents. */
const CALLER_CHARS = 1024;
/** A line can be longer than all that is looked at. */
const READS = INTRODUCTION_BYTES / INTRODUCTION_PIECE;

/** What the log at `path`, whose name does not say, is. `relative`: its path below the root. */
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

/** What a log calls itself is in paths, messages and file names: anything else could lead elsewhere. */
const ID = /^[0-9A-Za-z][\w-]{0,127}$/;

function isNamed(source: Source): boolean {
  if (source.kind === "session") return ID.test(source.session);
  if (source.kind !== "agent") return true;
  const { session, agent, caller = "" } = source;
  return ID.test(session) && ID.test(agent) && agent !== MAIN_AGENT && caller.length <= CALLER_CHARS;
}

const decoder = new TextDecoder();

/** The first records of the log at `path`, one after another as far as they are asked for; what is no JSON is left out. */
export function* readRecords(provider: Provider, path: string): Generator<unknown> {
  const file = openLog(provider, path, null, { most: INTRODUCTION_PIECE });
  let records = 0;
  for (let reads = 0; reads < READS; reads += 1) {
    const result = file.read(path);
    if (result.result === "gone" || result.result === "rewritten") return;
    const last = result.result === "end" ? file.rest() : null;
    for (const { bytes } of result.result === "lines" ? result.lines : last === null ? [] : [last]) {
      // What is no JSON is being written, or damaged: it says nothing.
      const parsed = bytes === null ? null : parseJson(decoder.decode(bytes));
      if (parsed !== null && "value" in parsed) yield parsed.value;
      records += 1;
      if (records >= INTRODUCTION_RECORDS) return;
    }
    if (result.result === "end") return;
  }
}
