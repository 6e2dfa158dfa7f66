/**
 * The command line: the room that people type into. It reads what a command shows, and writes one export, one request
 * or the two settings files. It never acts on what a session says.
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
  const own: Own = {
    input: Deno.stdin,
    out: openOutput(Deno.stdout, environment),
    err,
    home: homeOf(environment),
    variables: readVariables,
  };
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    Deno.exit(endUnexpectedly(event.reason, err));
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    Deno.exit(endUnexpectedly(event.error, err));
  });
  try {
    Deno.exit(end(await work(own), err));
  } catch (error) {
    Deno.exit(endUnexpectedly(error, err));
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

function end(outcome: Outcome, err: Output): number {
  switch (outcome.outcome) {
    case "done":
      return EXIT.done;
    case "ended":
      return outcome.status;
    default:
      if (outcome.message !== null) err.write(`kato: ${outcome.message}\n`);
      return EXIT[outcome.outcome];
  }
}

/** The system refused, a reader went away, or kato has a bug. */
function endUnexpectedly(error: unknown, err: Output): number {
  // The reader has all that it wanted, as in `kato … | head`.
  if (error instanceof Deno.errors.BrokenPipe) return EXIT.done;
  // Nothing may take effect without its record, so kato ends here. That is no bug.
  if (error instanceof AuditLogError) {
    return end(fail(error.refused ? "refused" : "failed", `${error.message}.`), err);
  }
  const words = systemWords(error);
  if (words !== null) return end(fail("failed", `The system says: ${escapeControls(words)}.`), err);
  const shown = error instanceof Error ? error.stack ?? error.message : String(error);
  err.write(`kato: this is a bug in kato. Please report it with these lines:\n${escapeLines(shown)}\n`);
  return EXIT.bug;
}
