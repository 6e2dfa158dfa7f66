/**
 * The command line: the room that people type into. It reads what a command shows, and writes one export, one request,
 * one seal, the index of the search or the two settings files. It never acts on what a session says.
 *
 * This file wraps every entry point: it opens the streams, reads the allowed variables, and turns the outcome into an
 * exit status. No other file gives exit statuses. It reads no file and writes none.
 */
import { escapeControls, isJournal, withPriority } from "../protocol/journal_line.ts";
import { systemWords } from "../disk/entry_at.ts";
import { AuditLogError } from "../audit/error.ts";
import type { Input, Output } from "./context.ts";
import { escapeLines } from "./terminal/escaped_text.ts";
import { EXIT } from "./exit_status.ts";
import { homeOf, NO_HOME } from "./home.ts";
import { fail, type Outcome } from "./outcome.ts";
import { asksForJson, errorText } from "./report/report.ts";
import { openOutput } from "./terminal/output.ts";

/** The variables that this file reads. Commands ask for their own. */
const VARIABLES = ["HOME", "TERM", "COLUMNS", "NO_COLOR", "FORCE_COLOR", "JOURNAL_STREAM"];

export interface Own {
  readonly input: Input;
  readonly out: Output;
  readonly err: Output;
  /** Absolute, normalised; null where HOME names none. */
  readonly home: string | null;
  readonly variables: typeof readVariables;
}

/** A variable that the plan does not grant counts as not set. */
function readVariables(names: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of names) {
    if (Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") continue;
    const value = Deno.env.get(name);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** Ends the process. */
export async function runMain(work: (own: Own) => Outcome | Promise<Outcome>): Promise<never> {
  const environment = readVariables(VARIABLES);
  const err = markLines(openOutput(Deno.stderr, environment), environment);
  const out = openOutput(Deno.stdout, environment);
  const streams: Streams = { out, err, json: asksForJson(Deno.args) };
  const own: Own = {
    input: Deno.stdin,
    out,
    err,
    home: homeOf(environment),
    variables: readVariables,
  };
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    Deno.exit(endUnexpectedly(event.reason, streams));
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    Deno.exit(endUnexpectedly(event.error, streams));
  });
  try {
    Deno.exit(end(await work(own), streams));
  } catch (error) {
    Deno.exit(endUnexpectedly(error, streams));
  }
}

/**
 * Marks each line as an error where standard error is the journal. Only the daemon gets there: no other command is
 * granted the variable. It writes here before it has its log, and when it ends.
 */
function markLines(err: Output, environment: Readonly<Record<string, string>>): Output {
  if (!isJournal(environment)) return err;
  const mark = (text: string) => withPriority(escapeLines(text), "error");
  return { ...err, write: (text) => err.write(mark(text)) };
}

/** The outcome of a command that needs a home, where there is none. */
export const WITHOUT_HOME: Outcome = fail("refused", NO_HOME);

/** The folder of the program's files. `url` is one of them. */
export function folderOf(url: string): string {
  return new URL(".", url).pathname.replace(/\/$/, "");
}

/** Where it is said how a command ended. */
interface Streams {
  readonly out: Output;
  readonly err: Output;
  /** Whether a program is to read it. */
  readonly json: boolean;
}

function end(outcome: Outcome, { out, err, json }: Streams): number {
  switch (outcome.outcome) {
    case "done":
      return EXIT.done;
    case "ended":
      return outcome.status;
    default:
      if (outcome.message === null) return EXIT[outcome.outcome];
      if (json) out.write(errorText(outcome.outcome, outcome.message));
      else err.write(`kato: ${outcome.message}\n`);
      return EXIT[outcome.outcome];
  }
}

/** The system refused, a reader went away, or kato has a bug. */
function endUnexpectedly(error: unknown, streams: Streams): number {
  // The reader has all that it wanted, as in `kato … | head`.
  if (error instanceof Deno.errors.BrokenPipe) return EXIT.done;
  // Nothing may take effect without its record, so kato ends here. That is no bug.
  if (error instanceof AuditLogError) {
    return end(fail(error.refused ? "refused" : "failed", `${error.message}.`), streams);
  }
  const words = systemWords(error);
  if (words !== null) return end(fail("failed", `The system says: ${escapeControls(words)}.`), streams);
  const shown = error instanceof Error ? error.stack ?? error.message : String(error);
  // For a person to report, whoever reads the rest.
  streams.err.write(
    `kato: this is a bug in kato. Please report it with these lines:\n${escapeLines(shown)}\n`,
  );
  if (streams.json) streams.out.write(errorText("bug", "This is a bug in kato: standard error has more."));
  return EXIT.bug;
}
