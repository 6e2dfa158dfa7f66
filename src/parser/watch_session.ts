/**
 * Follows one session for commands. It reports the command lines of a message with its author; the orchestrator decides
 * by policy whether that author may command. A line elsewhere that looks like a command is reported as refused.
 */
import type { RefusedLine, Scan } from "../protocol/command.ts";
import type { Checkpoint } from "../protocol/cursor.ts";
import type { FromParser } from "../protocol/parser_messages.ts";
import { COMMANDS_PER_MESSAGE } from "../protocol/limits.ts";
import type { Authorship } from "../protocol/evidence.ts";
import type { Origin, Said } from "../providers/provider.ts";
import { findLookAlikes, scanCommands } from "../session/command.ts";
import { continuationId, isUnique } from "./inherited.ts";
import type { FeedLimit } from "./feed_session.ts";
import type { ReadEvent } from "./place_events.ts";
import type { Advance } from "./read_records.ts";
import type { SessionReader } from "./session_reader.ts";

type Found = Extract<FromParser, { type: "found" }>;
type Reason = RefusedLine["reason"];

const ORIGIN_REASON: Readonly<Record<Exclude<Origin, "user" | "repeat">, Reason>> = {
  "assistant-text": "assistant-text",
  "tool-output": "tool-output",
  "sub-agent": "sub-agent",
  summary: "summary",
  injected: "injected",
  "not-typed": "not-typed",
};

export interface SessionWatch {
  readonly session: string;
  /** Commands and continuations that the orchestrator has not dealt with yet: `seq`, and that of their record's first event. */
  readonly unhandled: Map<number, number>;
  /** Reads one record. Gives a `Found` when there is something to report. */
  step(): Found | "more" | "wait" | "linger" | "gone" | "unreadable";
  limit(): FeedLimit;
  /** Whether reading has moved since the last call. */
  moved(): boolean;
  /** How far reading has come, for the orchestrator. */
  progress(): Extract<FromParser, { type: "watched" }>;
  /** The main log was rewritten: its bytes are no longer those that were history. */
  rewritten(): void;
}

/**
 * Neither history nor inherited events are obeyed. `baseline`: records that end at or before this byte of the main log
 * are history. `inherited`: ids of events that came with a fork.
 */
export function watchSession(
  session: string,
  reader: SessionReader,
  from: Checkpoint | null,
  baseline: number,
  inherited: ReadonlySet<string>,
): SessionWatch {
  const unhandled = new Map<number, number>();
  let seq = from?.seq ?? 0;
  let before = from;
  let moved = false;
  /** How far reading had come at the last call. */
  let reported = reader.offset();
  let history = baseline;

  function inspect(advance: Advance): Found | null {
    const last = advance.events.at(-1);
    if (last !== undefined) seq = last.event.seq + 1;
    const message = messageOf(advance);
    // A continuation whose notice was read before was already reported.
    const continues = last === undefined || advance.continues === session ? null : advance.continues;
    // The text of a message may have come in an earlier record.
    const mayCommand = advance.record.text.includes("::") || message?.said.typed.includes("::") === true;
    if (!mayCommand && continues === null) return null;
    // A session that began while kato watched has no history.
    if (history > 0 && reader.offset() <= history) return null;
    const scan = message === null ? scanOthers(advance) : scanMessage(message, advance);
    const shown = message ?? last;
    const event = shown?.event;
    const isInherited = (shown !== undefined && inherited.has(shown.own)) ||
      (continues !== null && inherited.has(continuationId(continues)));
    const isDecisive = scan.commands.length > 0 || continues !== null;
    if (!isDecisive && scan.refused.length === 0) return null;
    const found: Found = {
      type: "found",
      session,
      meta: reader.meta(),
      event: claimedAs(event?.id ?? `line:${advance.record.line}`),
      seq: event?.seq ?? seq,
      time: event?.time ?? null,
      scan,
      author: message === null ? null : authorOf(message.said),
      barred: isInherited ? "inherited" : null,
      continues,
      // A checkpoint takes kilobytes, which a flood of look-alikes would multiply.
      before: scan.commands.length > 0 ? before : null,
    };
    // Feeds must not outrun a command or a continuation.
    if (isDecisive) unhandled.set(found.seq, advance.events[0]?.event.seq ?? found.seq);
    return found;
  }

  /**
   * The id under which a message is claimed, so that it is obeyed and reported once. A unique id stands alone: a copy
   * in another session is the same message.
   */
  function claimedAs(id: string): string {
    return isUnique(id) ? id : `${session}:${id}`;
  }

  return {
    session,
    unhandled,
    step() {
      const advance = reader.advance();
      if (advance === "wait" && history === Infinity) history = 0;
      if (typeof advance === "string") return advance;
      moved = true;
      return inspect(advance) ?? "more";
    },
    limit() {
      const command = Math.min(seq, ...unhandled.keys());
      return { command, record: unhandled.get(command) ?? command };
    },
    moved() {
      // Lines without a record move it, too.
      const at = reader.offset();
      const answer = moved || at !== reported;
      moved = false;
      reported = at;
      return answer;
    },
    rewritten() {
      // Events that were read before are recognised by their ids. If none was read, all that is there now is history.
      history = seq > 0 ? 0 : Infinity;
    },
    progress() {
      before = reader.checkpoint();
      return { type: "watched", session, meta: reader.meta(), checkpoint: before, size: reader.offset() };
    },
  };
}

interface Message extends ReadEvent {
  readonly said: Said;
}

/** The message of a record. If a client ever writes several, the typed one counts. */
function messageOf({ events }: Advance): Message | null {
  const messages = events.filter((item): item is Message => item.said !== null);
  return messages.find(({ said }) => said.evidence === "typed") ?? messages[0] ?? null;
}

function authorOf({ typed: _, ...author }: Said): Authorship {
  return author;
}

function scanMessage({ event, said }: Message, advance: Advance): Scan {
  const { typed } = said;
  const scan = scanCommands(typed);
  const text = "text" in event ? event.text : "";
  if (text === typed) return scan;
  const own = new Set(findLookAlikes(typed));
  const pasted = findLookAlikes(text).filter((token) => !own.has(token));
  return {
    ...scan,
    refused: [...scan.refused, ...refuse(pasted, "pasted"), ...refuse(attachedTo(advance), "injected")],
  };
}

/** Look-alikes in text that the client put beside the person's text, in the same record. */
function attachedTo(advance: Advance): string[] {
  return advance.events.flatMap(({ event, said }) =>
    said === null && "text" in event ? findLookAlikes(event.text) : []
  );
}

function scanOthers(advance: Advance): Scan {
  if (advance.origin === "repeat" || advance.origin === "user") return { commands: [], refused: [] };
  const tokens = new Set<string>();
  for (const text of stringsOf(advance.record.value)) {
    if (tokens.size >= COMMANDS_PER_MESSAGE) break;
    for (const token of findLookAlikes(text)) tokens.add(token);
  }
  return { commands: [], refused: refuse([...tokens], ORIGIN_REASON[advance.origin]) };
}

function refuse(tokens: readonly string[], reason: Reason): RefusedLine[] {
  return tokens.slice(0, COMMANDS_PER_MESSAGE).map((token) => ({ token, reason }));
}

/** Every string in a JSON value, without recursion. */
function* stringsOf(value: unknown): Generator<string> {
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next === "string") {
      if (next.includes("::")) yield next;
    } else if (typeof next === "object" && next !== null) {
      rest.push(...Object.values(next));
    }
  }
}
