/**
 * The operational log: to the journal with priorities, to a terminal for people, and to `logs/kato.log` when asked
 * for. Never holds conversation text. Requires write on the logs folder when there is a file. Room: daemon; edge.
 */
import * as fs from "node:fs";
import { configure, getLogger, type LogRecord, reset } from "@logtape/logtape";
import type { Config } from "../policy/policy.ts";

export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warning(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  close(): Promise<void>;
}

export type Fields = Readonly<Record<string, string | number | boolean | null>>;

/** Priorities of sd-daemon(3), which journald takes from the front of each line. */
const PRIORITIES: Readonly<Record<string, number>> = { debug: 7, info: 6, warning: 4, error: 3, fatal: 2 };

/** journald splits longer lines; nothing that kato says is longer. */
const LINE_CHARACTERS = 8_192;

/** `kato.log` is moved to `kato.log.1` at this size. Bytes. */
const FILE_BYTES = 4 * 1024 * 1024;

export interface LogOptions {
  readonly level: Config["log"]["level"];
  readonly toJournal: boolean;
  /** Path of the log file, or null. */
  readonly file: string | null;
}

export async function openLog({ level, toJournal, file }: LogOptions): Promise<Log> {
  const encoder = new TextEncoder();
  await configure({
    reset: true,
    sinks: {
      stderr(record) {
        const line = toJournal
          ? `<${PRIORITIES[record.level] ?? 6}>${formatLine(record)}`
          : formatForPeople(record);
        Deno.stderr.writeSync(encoder.encode(`${line}\n`));
      },
      file(record) {
        if (file !== null) appendLine(file, `${record.level} ${formatLine(record)}`, record.timestamp);
      },
    },
    loggers: [
      { category: "kato", lowestLevel: level, sinks: ["stderr", "file"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["stderr"] },
    ],
  });
  const logger = getLogger("kato");
  // The message is data here, never a template.
  const write = (method: "debug" | "info" | "warn" | "error") => (message: string, fields: Fields = {}) =>
    logger[method]("{message}", { message, ...fields });
  return {
    debug: write("debug"),
    info: write("info"),
    warning: write("warn"),
    error: write("error"),
    close: () => reset(),
  };
}

function formatLine(record: LogRecord): string {
  const { message, ...fields } = record.properties;
  const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${quote(String(value))}`);
  return escapeControls(`${String(message)}${pairs.join("")}`).slice(0, LINE_CHARACTERS);
}

function formatForPeople(record: LogRecord): string {
  const at = new Date(record.timestamp);
  // Not with `toTimeString`, for which the zone's names are loaded, in megabytes.
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => `${part}`.padStart(2, "0"))
    .join(":");
  return `${time} ${record.level.padEnd(7)} ${formatLine(record)}`;
}

function quote(value: string): string {
  return /^[\w./:@~+-]+$/.test(value) ? value : JSON.stringify(value);
}

/** A line is one record: nothing in it may look like the beginning of another. */
function escapeControls(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function appendLine(path: string, line: string, timestamp: number): void {
  if ((fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= FILE_BYTES) {
    fs.renameSync(path, `${path}.1`);
  }
  const file = fs.openSync(path, "a", 0o600);
  try {
    fs.fchmodSync(file, 0o600);
    fs.writeSync(file, `${new Date(timestamp).toISOString()} ${line}\n`);
  } finally {
    fs.closeSync(file);
  }
}
