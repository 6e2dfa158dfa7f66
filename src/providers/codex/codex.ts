/** Codex (0.60 to 0.171, and of early 2025): `~/.codex/sessions/…/rollout-<time>-<thread>.jsonl`; archived logs beside it. */
import { handBackOf } from "./agents.ts";
import { createFold, foldOf } from "./fold.ts";
import { COMPACTION_LINE, IGNORED_LINE, REPEATED_HISTORY } from "./known_types.ts";
import { finishLog, readLine } from "./lines.ts";
import { introduceLog, isLog } from "./names.ts";
import { parseOrNothing, parseWithoutOutput } from "./second_copy.ts";
import { isCopied } from "./session_line.ts";
import { isRow, listOf, rowOf, timeOf } from "../unknown_value.ts";
import type { Provider } from "../provider.ts";

const ENDS: ReadonlySet<unknown> = new Set(["task_complete", "turn_complete", "turn_aborted"]);
/** The first characters of a line show its type. */
const START_CHARS = 400;

export const codex: Provider = {
  id: "codex",

  classify: (relative) => isLog(relative) ? { kind: "unnamed" } : null,
  introduce: introduceLog,

  /** The client of early 2025, before it was rewritten: `{ session, items }`. */
  recordsOf(document) {
    const { session, items } = rowOf(document);
    return [...(isRow(session) ? [session] : []), ...listOf(items)];
  },

  agentFolder: () => null,
  classifyAgent: () => null,
  begin: createFold,

  isState(text, from, to) {
    IGNORED_LINE.lastIndex = from;
    return IGNORED_LINE.test(text) && IGNORED_LINE.lastIndex <= to && isOneLine(text.slice(from, to));
  },

  mayName: (text) => text.includes("thread_name") || text.includes("session_meta"),

  unread: (state, head) => holdsHistory(state, head) ? REPEATED_HISTORY : null,

  parsePart(state, text) {
    const head = text.slice(0, START_CHARS);
    if (!holdsHistory(state, head)) return parseWithoutOutput(foldOf(state), head, text);
    const end = text.indexOf(REPEATED_HISTORY);
    if (end !== -1 && !isOneLine(text)) return undefined;
    return parseOrNothing(`${end === -1 ? text : text.slice(0, end)}}}`);
  },

  isRecord: (value) => isRow(value) && typeof value["timestamp"] === "string" && isRow(value["payload"]),

  handBack(state, { value }) {
    const fold = foldOf(state);
    return isRow(value) && !isCopied(fold, value) ? handBackOf(fold, value) : null;
  },

  read: (state, record) => readLine(foldOf(state), record),

  finish: (state) => finishLog(foldOf(state)),

  endsRun: ({ value }) =>
    isRow(value) && value["type"] === "event_msg" && ENDS.has(rowOf(value["payload"])["type"]),

  timeOf: ({ value }) => isRow(value) ? timeOf(value["timestamp"]) : null,

  // The log itself marks lines that were copied from another thread, and they give no events.
  identity: () => null,
  startingCall: () => null,
};

/** Whether a line with this head repeats the conversation. Among copied lines all of it may matter. */
function holdsHistory(state: unknown, head: string): boolean {
  return foldOf(state).copying === null && COMPACTION_LINE.test(head);
}

const LINE_START = '{"timestamp"';

/**
 * Whether the parser may skip a line: it is whole, and no other line begins in it. A line that was cut off has the next one
 * behind it. In a whole line an object follows a colon, a comma or a bracket.
 */
function isOneLine(line: string): boolean {
  if (!line.trimEnd().endsWith("}")) return false;
  for (let at = line.indexOf(LINE_START, 1); at !== -1; at = line.indexOf(LINE_START, at + 1)) {
    if (!":,[".includes(line[at - 1] ?? "")) return false;
  }
  return true;
}
