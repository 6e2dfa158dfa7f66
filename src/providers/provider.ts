/**
 * What kato needs to know of a provider, and nothing else: a new one is one file that exports a Provider, its
 * fixtures, where it keeps its sessions in clients.ts, one line in registry.ts and one section in docs/providers.md. Room: providers; no authority, pure.
 */
import type { EventDraft, ProviderId } from "../protocol/event.ts";
import type { Authorship } from "../protocol/evidence.ts";

/** What a file below a root is. */
export type Source =
  /**
   * A log of `session`. One session may have several that follow one another, in the order of their `part` (none
   * comes first); of logs that hold the same part, the one with the highest `rank` counts (none is 0).
   */
  | { readonly kind: "session"; readonly session: string; readonly part?: string; readonly rank?: number }
  /** The log of a sub-agent of `session`; `caller` is what a hand-back to its starter may call it (see HandBack). */
  | { readonly kind: "agent"; readonly session: string; readonly agent: string; readonly caller?: string }
  /** A small JSON file beside a sub-agent's log that says which call started it. */
  | { readonly kind: "agent-meta"; readonly session: string; readonly agent: string }
  /** Its name does not say: its first records do, see `introduce`. */
  | { readonly kind: "unnamed" };

/** Whose words a record holds; decides what is said when a line in it looks like a command. */
export type Origin =
  | "user"
  | "assistant-text"
  | "tool-output"
  | "sub-agent"
  | "summary"
  | "injected"
  | "not-typed"
  /** The client's own second copy of something; look-alikes in it are not worth a word. */
  | "repeat";

/**
 * Who wrote a message, and the part of its text that is the author's own: without what was pasted, and without what the
 * client put around it. Commands are looked for in that part alone.
 */
export type Said = Authorship & { readonly typed: string };

export type Out =
  /**
   * `said`: on every `user` event. A message that the log says nobody typed is a `notice`; it has `said` where lines in it
   * would be taken for commands. So has a notice of the kind `command`, whose arguments a person may have typed. No other
   * event has it.
   * `agent`: who spoke, where a sub-agent's records stand in the main log; else it is the log's own agent.
   */
  | { readonly out: "event"; readonly event: EventDraft; readonly said?: Said; readonly agent?: string }
  /** A record, block or attachment of a type that kato does not know. */
  | { readonly out: "unknown"; readonly type: string }
  /** What became known of the session; the highest `rank` wins for the title, the first wins for the rest. */
  | {
    readonly out: "meta";
    readonly title?: { readonly text: string; readonly rank: number };
    readonly project?: string;
    readonly started?: string;
    readonly client?: string;
    /** The session in which this one goes on: the client moved it there. */
    readonly continues?: string;
  };

/**
 * A sub-agent hands back to the log of whoever started it: its events until `time` belong here, before those of
 * the record. Named by id, or by the call that started it.
 */
export interface HandBack {
  readonly agent: string | null;
  readonly call: string | null;
  readonly time: string | null;
  /** It is no guess, though only the call is named: the sub-agent's log is there, or will be in a moment. */
  readonly certain?: true;
}

export interface Reading {
  readonly outs: readonly Out[];
  readonly origin: Origin;
}

/** One record of a log, after JSON.parse; nothing about its shape is known yet. */
export interface LogRecord {
  readonly value: unknown;
  /** Number of the line in its file, from 0; a stable id for records that have none. */
  readonly line: number;
}

/** Tells something of the line that stands in `text` from `from` to `to`; more than ASCII may not read right in it. */
export type LineTest = (text: string, from: number, to: number) => boolean;

export interface Provider {
  readonly id: ProviderId;
  /** `relative` is a path below a root, with `/`; `.jsonl.zst` is a `.jsonl` that was compressed. */
  classify(relative: string): Source | null;
  /**
   * What an unnamed log is, by its first records (whole lines of its first INTRODUCTION_BYTES); null for none of
   * ours, or none yet: it is asked again when the log has grown.
   */
  introduce?(relative: string, head: readonly unknown[]): Source | null;
  /** The records of a log that is one JSON document (`.json`), which the client writes anew whenever it changes. */
  recordsOf?(document: unknown): readonly unknown[];
  /**
   * The folder beside a session's log that holds the logs of its sub-agents; null where a provider has none. Of a log
   * whose session is not known yet (null), the nearest folder that must hold them.
   */
  agentFolder(main: string, session: string | null): string | null;
  /** A small file beside a session's log that holds nothing but the path of its project, for logs that do not say; null for none. */
  projectFile?(main: string): string | null;
  /** What a file in that folder is, by its path below it. */
  classifyAgent(relative: string): { readonly kind: "log" | "meta"; readonly agent: string } | null;
  /** State of a fresh reading of one log, plain JSON: it is kept in checkpoints. `part`: which of the session's. */
  begin(agent: string, part?: string): unknown;
  /** Whether a record is the client's own state, as far as its first characters tell: whether it is whole, the parser looks at. */
  readonly isState?: LineTest;
  /**
   * Whether reading such a record would give nothing and change nothing by now, so that it need not even be parsed; it is
   * so where this is missing.
   */
  passesState?(state: unknown): boolean;
  /**
   * The record's value without a large part that `read` and `handBack` would not look at, which need not be parsed
   * then; undefined where all of it must be. Never throws. The text of a long line ends where `unread` says.
   */
  parsePart?(state: unknown, text: string): unknown;
  /** How a large part of the line begins, up to its end, that nobody looks at; null for none. `head`: how the line begins. */
  unread?(state: unknown, head: string): string | null;
  /**
   * Whether a value is a whole record, and no part of one: asked where a record was cut off, and what stands at its end
   * may be either. It is one where this is missing.
   */
  isRecord?(value: unknown): boolean;
  /** Whether a sub-agent hands back with this record. Asked before `read`; changes nothing. */
  handBack(state: unknown, record: LogRecord): HandBack | null;
  /** Reads one record. `state` may be updated in place. Never throws on any JSON value. */
  read(state: unknown, record: LogRecord): Reading;
  /**
   * What a log that is complete holds back: a provider may wait for the record behind a text to know more of it. It gives
   * nothing when it is asked again. A live log is not asked.
   */
  finish?(state: unknown): Reading;
  /** Whether `record` ends a sub-agent's run: what its parent waits for before it folds the run in. */
  endsRun(record: LogRecord): boolean;
  /** Time of a record, if it has one: rows of a sub-agent that are later than a hand-back belong to the next. */
  timeOf(record: LogRecord): string | null;
  /** Id of a record that other logs would share if they were copied from this one; null for other records. */
  identity(record: LogRecord): string | null;
  /** The call that started a sub-agent, from its `agent-meta` file. */
  startingCall(meta: unknown): string | null;
}
