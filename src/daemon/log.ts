/**
 * The operational log: to the journal with priorities, to a terminal for people, and to `logs/kato.log` on request. It
 * never holds conversation text. Requires write on the logs folder when there is a file.
 */
import { configure, getLogger, type LogRecord, reset } from "@logtape/logtape";
import type { Config } from "../settings/policy.ts";
import { LOG_LINE_BYTES } from "../protocol/limits.ts";
import { escapeControls, type Level, withPriority } from "../protocol/journal_line.ts";
import { type FieldsOf, LOG_EVENTS, type LogEvent } from "./log_events.ts";
import { openLogFile } from "./log_file.ts";

export interface Log {
  /** Never throws. An event that cannot be written is lost, and nothing else is. */
  report<Event extends LogEvent>(event: Event, fields?: FieldsOf<Event>): void;
  close(): Promise<void>;
}

export interface LogOptions {
  readonly level: Config["log"]["level"];
  readonly toJournal: boolean;
  /** Path of the log file, or null. */
  readonly file: string | null;
}

/** Reported at every level: the security log is compared with these. */
const ALWAYS: readonly LogEvent[] = ["audit-head", "started", "stopped"];
const [CATEGORY, ALWAYS_CATEGORY] = ["kato", "kato-always"] as const;

export async function openLog({ level, toJournal, file }: LogOptions): Promise<Log> {
  const reportToStderr = (record: LogRecord) =>
    sayLine(toJournal ? withPriority(formatLine(record), levelOf(record)) : formatForPeople(record));
  const logFile = file === null ? null : openLogFile(file, {
    failed: (problem) => report("log-file-failed", { problem }),
    works: (lost) => report("log-file-works", { lost }),
  });
  await configure({
    reset: true,
    sinks: {
      stderr: reportToStderr,
      file: (record) =>
        logFile?.append(
          `${new Date(record.timestamp).toISOString()} ${levelOf(record)} ${formatLine(record)}`,
        ),
    },
    loggers: [
      { category: CATEGORY, lowestLevel: level, sinks: ["stderr", "file"] },
      { category: ALWAYS_CATEGORY, lowestLevel: "debug", sinks: ["stderr", "file"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["stderr"] },
    ],
  });
  const loggers = { plain: getLogger(CATEGORY), always: getLogger(ALWAYS_CATEGORY) };

  function report<Event extends LogEvent>(event: Event, fields?: FieldsOf<Event>): void {
    const { level, says } = LOG_EVENTS[event];
    const logger = ALWAYS.includes(event) ? loggers.always : loggers.plain;
    // The sentence is data and never a template.
    logger[level]("{says}", { says, event, ...fields });
  }

  return { report, close: () => reset() };
}

function levelOf({ level }: LogRecord): Level {
  return level === "fatal" ? "error" : level === "trace" ? "debug" : level;
}

function formatLine({ properties, message }: LogRecord): string {
  const { says = message.join(""), ...fields } = properties;
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${quote(String(value))}`);
  return cutLine(escapeControls(`${String(says)}${pairs.join("")}`));
}

function formatForPeople(record: LogRecord): string {
  const at = new Date(record.timestamp);
  // `toTimeString` would load megabytes of time zone names.
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => `${part}`.padStart(2, "0"))
    .join(":");
  return `${time} ${levelOf(record).padEnd(7)} ${formatLine(record)}`;
}

/** A value that could look like a pair is quoted. */
function quote(value: string): string {
  return /^[\w./:@~+-]+$/.test(value) ? value : JSON.stringify(value);
}

const ELLIPSIS = "…";
const encoder = new TextEncoder();
const room = new Uint8Array(LOG_LINE_BYTES - encoder.encode(ELLIPSIS).length);

/** Cuts at the byte limit, never within a character. */
function cutLine(line: string): string {
  const { read } = encoder.encodeInto(line, room);
  return read === line.length ? line : line.slice(0, read) + ELLIPSIS;
}

/** The reader of standard error may be gone, or its disk full. The daemon does not end for that. */
export function sayLine(line: string): void {
  const bytes = encoder.encode(`${line}\n`);
  try {
    for (let written = 0; written < bytes.length;) written += Deno.stderr.writeSync(bytes.subarray(written));
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}
