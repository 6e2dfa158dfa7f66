/**
 * The events of the operational log, one row each. The level and the sentence belong to the event; the caller adds
 * fields. docs/logs.md shows this table.
 */
import type { Level } from "../protocol/journal_line.ts";

export interface LogEventKind {
  readonly level: Level;
  /** The beginning of the line. */
  readonly says: string;
  /** The fields that may follow; for the documentation and the types. */
  readonly fields: readonly string[];
}

export const LOG_EVENTS = {
  "started": {
    level: "info",
    says: "kato runs",
    fields: ["version", "pid", "policy", "organisation", "roles", "kernel_sandbox", "head"],
  },
  "stopped": { level: "info", says: "kato has stopped", fields: ["head"] },
  "audit-head": { level: "info", says: "head of the audit log", fields: ["head"] },
  "audit-log-changed": {
    level: "error",
    says: "somebody else changed the audit log while kato wrote to it",
    fields: ["reason", "detail"],
  },
  "widening-ignored": {
    level: "warning",
    says: "your policy asks for more than is enforced",
    fields: ["file", "line", "key"],
  },
  "kernel-lacks": {
    level: "warning",
    says: "the kernel lacks a part of the sandbox",
    fields: ["what"],
  },
  "watching": { level: "info", says: "sessions are watched", fields: ["provider", "sessions", "by"] },
  "unused": {
    level: "info",
    says: "no session is there; its folders are looked at",
    fields: ["provider"],
  },
  "polling": {
    level: "warning",
    says: "sessions are looked at from time to time and not watched",
    fields: ["provider", "why"],
  },
  "command-obeyed": {
    level: "info",
    says: "a command was obeyed",
    fields: ["provider", "session", "reason", "path"],
  },
  "recording-opened": {
    level: "debug",
    says: "the file of a recording was opened",
    fields: ["provider", "session", "destination"],
  },
  "recording-stopped": {
    level: "info",
    says: "a recording has stopped",
    fields: ["provider", "session", "destination"],
  },
  "destination-refused": {
    level: "error",
    says: "a recording waits: its file cannot be written",
    fields: ["destination", "problem"],
  },
  "recording-given-up": {
    level: "warning",
    says: "a recording was stopped without its last events",
    fields: ["provider", "session", "destination", "problem"],
  },
  "recording-moved": {
    level: "info",
    says: "a session goes on in another one, and its recording with it",
    fields: ["provider", "session", "into", "destination", "reason"],
  },
  "recording-left-behind": {
    level: "warning",
    says: "a session goes on in another one, and its recording has ended",
    fields: ["provider", "session", "into", "destination", "reason"],
  },
  "step-waits": {
    level: "error",
    says: "a step cannot be done now and is tried again; later steps of the same session wait",
    fields: ["provider", "session", "why"],
  },
  "step-failed": {
    level: "error",
    says: "a bug in kato holds up later steps of the same session; please report this line",
    fields: ["provider", "session", "why"],
  },
  "step-done": {
    level: "info",
    says: "the step is done, and the steps that waited for it go on",
    fields: ["provider", "session"],
  },
  "list-failed": {
    level: "warning",
    says: "cannot write the list of forgotten sessions",
    fields: ["problem"],
  },
  "status-failed": {
    level: "warning",
    says: "the status file cannot be written; until it can, kato status shows an old state",
    fields: ["problem"],
  },
  "mark-failed": {
    level: "warning",
    says: "a parser's mark cannot be written; until it can, a crash of the parser names no session",
    fields: ["provider", "problem"],
  },
  "request-refused": {
    level: "warning",
    says: "an entry of the request spool is no request and was refused",
    fields: ["name", "problem", "kept"],
  },
  "spool-failed": {
    level: "error",
    says: "the request spool cannot be used; it is tried again",
    fields: ["problem"],
  },
  "start-waits": {
    level: "error",
    says: "kato cannot start yet, and tries again until it can",
    fields: ["why"],
  },
  "audit-failed": {
    level: "error",
    says: "the audit log cannot be written",
    fields: ["why"],
  },
  "command-denied": { level: "warning", says: "a command was denied", fields: ["session", "reason", "path"] },
  "log-trouble": {
    level: "warning",
    says: "some records of a session's log could not be read",
    fields: ["provider", "session", "kind", "what"],
  },
  "session-lost": {
    level: "warning",
    says: "a session's log is gone or cannot be read",
    fields: ["provider", "session", "why"],
  },
  "session-expires": {
    level: "warning",
    says: "a client may soon delete the log of a session that is to be recorded",
    fields: ["provider", "session", "from", "covered"],
  },
  "session-quarantined": {
    level: "error",
    says: "a log is left alone because it ended its parser twice",
    fields: ["provider", "session", "path"],
  },
  "parser-ended": {
    level: "error",
    says: "a parser has ended, and is started again",
    fields: ["provider", "why"],
  },
  "monitor-lost": { level: "error", says: "the monitor is lost", fields: ["why"] },
  "giving-up": { level: "error", says: "kato ends, to be started again", fields: ["why"] },
  "stopped-early": {
    level: "warning",
    says: "kato stopped before everything was settled; the next start settles it",
    fields: [],
  },
  "log-file-failed": {
    level: "error",
    says: "kato.log cannot be written; its lines are lost until it can",
    fields: ["problem"],
  },
  "log-file-works": { level: "info", says: "kato.log is written again", fields: ["lost"] },
  "audit-record": {
    level: "debug",
    says: "a record went to the audit log",
    fields: ["record", "decision", "reason", "provider", "session"],
  },
} as const satisfies Readonly<Record<string, LogEventKind>>;

export type LogEvent = keyof typeof LOG_EVENTS;

/** Values of an event's fields. Unknown ones are left out. */
export type FieldsOf<Event extends LogEvent> = Readonly<
  Partial<Record<typeof LOG_EVENTS[Event]["fields"][number], string | number | boolean | null>>
>;
