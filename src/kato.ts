/**
 * The entry of kato: from arguments to a command, from how it ended to an exit status. The only place that gives
 * exit statuses. It reads no file and writes none itself; what a command may touch was planned before
 * this process began, and is held by the runtime and the kernel.
 */
import type { Context } from "./cli/context.ts";
import { EXIT } from "./cli/exit_status.ts";
import { homeOf, NO_HOME } from "./cli/home.ts";
import type { Outcome } from "./cli/outcome.ts";
import { openOutput } from "./cli/output.ts";
import { parseArguments } from "./cli/parse_arguments.ts";
import { runInvocation } from "./cli/run.ts";
import { SYSTEM_POLICY } from "./policy/places.ts";

/** What this file itself looks at; commands ask for what they need. */
const VARIABLES = ["HOME", "TERM", "COLUMNS", "NO_COLOR", "FORCE_COLOR"];

const environment = readVariables(VARIABLES);
const out = openOutput(Deno.stdout, environment);
const err = openOutput(Deno.stderr, environment);

/** A variable that this run was not granted is as if it were not set. */
function readVariables(names: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of names) {
    if (Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") continue;
    const value = Deno.env.get(name);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

async function main(line: readonly string[]): Promise<number> {
  const parsed = parseArguments(line, out);
  switch (parsed.parsed) {
    case "text":
      out.write(parsed.text);
      return EXIT.done;
    case "wrong":
      err.write(`kato: ${parsed.message}.\nTry '${parsed.command} --help'.\n`);
      return EXIT.usage;
  }
  const home = homeOf(environment);
  if (home === null) return end({ outcome: "refused", message: NO_HOME });
  const context: Context = {
    home,
    uid: Deno.uid() ?? 0,
    cwd: Deno.cwd(),
    variables: readVariables,
    now: Date.now(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    ...parsed.launch,
    system: SYSTEM_POLICY,
    administrator: 0,
    out,
    err,
  };
  const program = { code: [new URL(".", import.meta.url).pathname.replace(/\/$/, "")] };
  return end(await runInvocation(parsed.invocation, context, program));
}

function end(outcome: Outcome): number {
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

/** A command threw: the machine said no where the command could not go on, or it is a bug. */
function endThrown(error: unknown): number {
  const isSystems = error instanceof Error && "code" in error && !(error instanceof TypeError) &&
    !(error instanceof Deno.errors.NotCapable) && !(error instanceof Deno.errors.BrokenPipe);
  if (isSystems) return end({ outcome: "failed", message: `The system says: ${error.message}.` });
  return endUnexpectedly(error);
}

/** What reached this far is a bug, except a reader that has gone. */
function endUnexpectedly(error: unknown): number {
  // The reader (`kato … | head`) has what it wanted.
  if (error instanceof Deno.errors.BrokenPipe) return EXIT.done;
  const shown = error instanceof Error ? error.stack ?? error.message : String(error);
  err.write(`kato: this is a bug in kato. Please report it with these lines:\n${shown}\n`);
  return EXIT.bug;
}

globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  Deno.exit(endUnexpectedly(event.reason));
});
globalThis.addEventListener("error", (event) => {
  event.preventDefault();
  Deno.exit(endUnexpectedly(event.error));
});

Deno.exit(await main(Deno.args).catch(endThrown));
