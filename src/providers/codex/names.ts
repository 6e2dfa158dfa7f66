/** Recognises logs and their sessions. Names hold ids, but only the first line of a log shows the kind of its thread. Pure. */
import { isRow, type Row, rowOf } from "../unknown_value.ts";
import type { Source } from "../provider.ts";
import { callerOf, isInternal, parentageOf, threadOf } from "./session_line.ts";
import { inEnvelope, isBareMeta, isOfLog } from "./shape.ts";

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const LOG = /(?:^|\/)rollout-[^/]+\.(?:jsonl(?:\.zst)?|json)$/;
/** `rollout-<time>-<thread>`, after a rewind with `_<segment>`. */
const NAME = new RegExp(`(?:^|/)rollout-[^/]*?(${UUID})(?:_(${UUID}))?\\.(?:jsonl\\.zst|jsonl|json)$`);

const STEM = /(?:^|\/)rollout-([\w-]{1,100})\.(?:jsonl\.zst|jsonl|json)$/;

export function isLog(relative: string): boolean {
  return LOG.test(relative);
}

export function introduceLog(relative: string, head: readonly unknown[]): Source | null {
  const [first] = head;
  if (first === undefined) return null;
  const [, named = "", segment = ""] = NAME.exec(relative) ?? [];
  const meta = metaOf(first);
  if (isInternal(meta)) return null;
  // The client made the name. A line in the log may hold any text.
  const session = named || threadOf(meta) || nameIn(relative, first);
  if (session === "") return null;
  const parentage = parentageOf(meta);
  if (parentage !== null) {
    const caller = callerOf(parentage);
    const agent = { kind: "agent", session: parentage.session, agent: session } as const;
    return caller === undefined ? agent : { ...agent, caller };
  }
  // Of a log and its compressed copy the plain one counts.
  const rank = relative.endsWith(".jsonl") ? 1 : 0;
  const source = { kind: "session", session, rank } as const;
  return segment === "" ? source : { ...source, part: segment };
}

/** The log's name as its id, where neither the name nor the first line holds one; else "". */
function nameIn(relative: string, first: unknown): string {
  const [, stem = ""] = STEM.exec(relative) ?? [];
  return isOfLog(inEnvelope(rowOf(first))) ? stem : "";
}

/** The thread's facts in the first line; an empty object for any other line. */
function metaOf(first: unknown): Row {
  const row = inEnvelope(rowOf(first));
  if (row["type"] === "session_meta" && isRow(row["payload"])) return row["payload"];
  return isBareMeta(row) ? row : {};
}
