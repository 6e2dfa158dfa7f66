/**
 * Follows one session for commands. Lines of a message are reported with who wrote it; the orchestrator decides by policy
 * whether that may command. A line elsewhere that looks like a command is reported as refused. Room: parser; edge through SessionReader.
 */
import type { RefusedLine, Scan } from "../protocol/command.ts";
import type { Checkpoint } from "../protocol/cursor.ts";
import type { FromParser } from "../protocol/parser_messages.ts";
import { COMMANDS_PER_MESSAGE } from "../protocol/limits.ts";
import type { Authorship } from "../protocol/evidence.ts";
import type { Origin, Said } from "../providers/provider.ts";
import { findLookAlikes, scanCommands } from "../session/command.ts";
import { continuationId, isUnique } from "./inherited.ts";
import type { ReadEvent } from "./place_events.ts";
import type { Advance, SessionReader } from "./session_reader.ts";

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
  /** What the orchestrator has to deal with and has not yet, commands and where the session goes on, by `seq`. */
  readonly unhandled: Set<number>;
  /** Reads one record; a `Found` when it holds something to report. */
  step(): Found | "more" | "wait" | "linger" | "gone";
  /** Feeds may send events below this `seq`. */
  limit(): number;
  /** Reading has moved since the last call. */
  moved(): boolean;
  /** How far it has come, for the orchestrator. */
  progress(): Extract<FromParser, { type: "watched" }>;
  /** The main log was rewritten: its bytes are not those that were history. */
  rewritten(): void;
}

/**
 * `baseline`: records that end at or before this byte of the main log are history, and `inherited` holds the ids
 * of events that came with a fork: neither is obeyed.
 */
export function watchSession(
  session: string,
  reader: SessionReader,
  from: Checkpoint | null,
  baseline: number,
  inherited: ReadonlySet<string>,
): SessionWatch {
  const unhandled = new Set<number>();
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
    // One whose notice was told before was reported then.
    const continues = last === undefined || advance.continues === session ? null : advance.continues;
    // What a message says may have come in a record before this one.
    const mayCommand = advance.record.text.includes("::") || message?.said.typed.includes("::") === true;
    if (!mayCommand && continues === null) return null;
    // Of a session that began while kato watched, nothing is.
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
      // Kilobytes, which a flood of look-alikes would carry for nothing.
      before: scan.commands.length > 0 ? before : null,
    };
    // What it decides, feeds must not outrun.
    if (isDecisive) unhandled.add(found.seq);
    return found;
  }

  /**
   * What the message is claimed by, so that it is obeyed and reported once: its id, where no other message of any session
   * can have it, for copies of it in other sessions are that message, too.
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
    limit: () => (unhandled.size === 0 ? seq : Math.min(seq, ...unhandled)),
    moved() {
      // Rows that hold no record move it, too.
      const at = reader.offset();
      const answer = moved || at !== reported;
      moved = false;
      reported = at;
      return answer;
    },
    rewritten() {
      // What was read before is recognised by its ids. Had nothing been read, all that is there now is history.
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

/** The message in a record. A record holds one; should a client ever write more, what was typed counts. */
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

/** Look-alikes in what a client put beside the person's text in the same record belong to its other events. */
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

/** Every string in a JSON value; walks without recursion. */
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
