/**
 * The contract of a provider: the reader of one client's logs. A provider gets values that were parsed already. It opens
 * nothing, writes nothing, and never throws on the content of a log. CONTRIBUTING.md says how to add one.
 */
import type { EventDraft, ProviderId } from "../protocol/event.ts";
import type { Authorship } from "../protocol/evidence.ts";

/** The kind of a file below a root. */
export type Source =
  /**
   * A log of `session`. A session may have several parts; the part without a name comes first, the others follow in the
   * order of their names. Two logs may hold the same part: the one with the higher `rank` counts (no rank is 0).
   */
  | { readonly kind: "session"; readonly session: string; readonly part?: string; readonly rank?: number }
  /** The log of a sub-agent of `session`. A hand-back may name the sub-agent by `caller` (see HandBack). */
  | { readonly kind: "agent"; readonly session: string; readonly agent: string; readonly caller?: string }
  /** A small JSON file beside a sub-agent's log. It names the call that started the sub-agent. */
  | { readonly kind: "agent-meta"; readonly session: string; readonly agent: string }
  /** The name does not say whose log it is. Its first records do: see `introduce`. */
  | { readonly kind: "unnamed" };

/** Whose words a record holds. kato reports a line that looks like a command by this. */
export type Origin =
  | "user"
  | "assistant-text"
  | "tool-output"
  | "sub-agent"
  | "summary"
  | "injected"
  | "not-typed"
  /** The client's own second copy of a text. A line in it that looks like a command is not reported. */
  | "repeat";

/** Who wrote a message, and the author's own part of its text. kato looks for commands in that part alone. */
export type Said = Authorship & { readonly typed: string };

type Title = { readonly text: string; readonly rank: number };

/** A small file near a session's log that says what the log does not. */
export interface SideFile {
  readonly path: string;
  /** The log may name the project itself: then the file is not read. A title may change at any time. */
  readonly says: "title" | "project";
  /** The facts in its text. */
  read(text: string): SideFacts;
}

export interface SideFacts {
  readonly title?: Title;
  readonly project?: string;
}

export type Out =
  /**
   * `said`: every `user` event has it. A message that nobody typed is a `notice`. A notice has `said` where its lines
   * could pass for commands, and where it is of the kind `command`: a person may have typed the arguments.
   * `agent`: the speaker, where a sub-agent's records stand in the main log. Without it, the log's own agent spoke.
   */
  | { readonly out: "event"; readonly event: EventDraft; readonly said?: Said; readonly agent?: string }
  /** A record, block or attachment of a type that kato does not know. */
  | { readonly out: "unknown"; readonly type: string }
  /** Facts about the session. Of several titles the one with the highest `rank` counts, of other facts the first one. */
  | {
    readonly out: "meta";
    readonly title?: Title;
    readonly project?: string;
    readonly started?: string;
    readonly client?: string;
    /** The session began as a copy of another one, or may have. */
    readonly isCopy?: true;
    /** The client moved this session into that one. */
    readonly continues?: string;
  };

/**
 * A sub-agent hands back to the log of the agent that started it: its events until `time` stand here, before the events
 * of the record. The hand-back names the sub-agent by its id, or by the call that started it.
 */
export interface HandBack {
  readonly agent: string | null;
  readonly call: string | null;
  readonly time: string | null;
  /** The call did start a sub-agent. Its log is there, or will be in a moment. */
  readonly certain?: true;
}

export interface Reading {
  readonly outs: readonly Out[];
  readonly origin: Origin;
}

/** One record of a log after JSON.parse. Nothing is known of its shape yet. */
export interface LogRecord {
  readonly value: unknown;
  /** Number of the line in its file, from 0. It is the stable id of a record that has none. */
  readonly line: number;
  /** The reader keeps images: with a message that a provider holds back, it must hold back the images, too. */
  readonly images?: boolean;
}

/** A question about the line that stands in `text` from `from` to `to`. Only its ASCII characters are sure to be right. */
export type LineTest = (text: string, from: number, to: number) => boolean;

export interface Provider {
  readonly id: ProviderId;
  /** `relative` is a path below a root. A `.jsonl.zst` is a compressed `.jsonl`. */
  classify(relative: string): Source | null;
  /**
   * The kind of an unnamed log, from its first records (whole lines of its first INTRODUCTION_BYTES). Null: it is none of
   * ours, or none yet. kato asks again when the log has grown.
   */
  introduce?(relative: string, head: readonly unknown[]): Source | null;
  /** The records of a log that is one JSON document (`.json`). The client rewrites such a log at every change. */
  recordsOf?(document: unknown): readonly unknown[];
  /**
   * The folder that holds the logs of the session's sub-agents; null where a provider has none. While the session is not
   * known (null), it is the nearest folder that must hold them.
   */
  agentFolder(main: string, session: string | null): string | null;
  /** The folder below which forks of this log lie. Without this function it is the log's own folder. */
  forkFolder?(main: string): string;
  /** The side file of the session with this log; null for none. */
  sideFile?(main: string): SideFile | null;
  /**
   * A log that this client writes anew keeps the times of its events, and they ascend: its first events are no news
   * up to the time of the latest event that was read. Their ids may be others.
   */
  readonly keepsTimes?: true;
  /** The kind of a file in that folder, by its path below the folder. */
  classifyAgent(relative: string): { readonly kind: "log" | "meta"; readonly agent: string } | null;
  /**
   * The state at the start of a log. It is plain JSON, since checkpoints hold it. `part`: which part of the session.
   * `before`: the state at the end of the part before it, if that was read.
   */
  begin(agent: string, part?: string, before?: unknown): unknown;
  /** Whether the first characters of a record show that it is the client's own state. The parser checks that it is whole. */
  readonly isState?: LineTest;
  /** Whether the parser may skip such a record: it would give nothing and change nothing. Without this function it may. */
  passesState?(state: unknown): boolean;
  /**
   * Whether a record may give the session another title or an earlier beginning. A first look asks this before it parses
   * a record, once it has all other facts. Without this function any record may.
   */
  mayName?(text: string): boolean;
  /**
   * The record's value without a large part that `read` and `handBack` do not need; undefined where they need all of it.
   * Never throws. The text of a long line ends where `unread` says.
   */
  parsePart?(state: unknown, text: string): unknown;
  /** The text that begins a large unneeded part at the end of a line; null for none. `head`: the beginning of the line. */
  unread?(state: unknown, head: string): string | null;
  /** Whether a value is a whole record, and not a piece of one that was cut off. Without this function it is. */
  isRecord?(value: unknown): boolean;
  /** The sub-agent that hands back with this record. kato asks before `read`; the answer changes no state. */
  handBack(state: unknown, record: LogRecord): HandBack | null;
  /** Reads one record, and may change `state`. Never throws on any JSON value. */
  read(state: unknown, record: LogRecord): Reading;
  /**
   * The rest of a complete log: a provider may hold a text back until the next record says more about it. A second call
   * gives nothing. kato does not ask for this while a log is live.
   */
  finish?(state: unknown): Reading;
  /** Whether `record` ends a sub-agent's run. kato waits for this before it puts the run into the parent's log. */
  endsRun(record: LogRecord): boolean;
  /** The time of a record, if it has one. Later rows than a hand-back belong to the sub-agent's next hand-back. */
  timeOf(record: LogRecord): string | null;
  /** The id that a copy of this record in another log would have; null where copies have no common id. */
  identity(record: LogRecord): string | null;
  /** The call that started a sub-agent, as its `agent-meta` file names it. */
  startingCall(meta: unknown): string | null;
}
