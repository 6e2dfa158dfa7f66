/**
 * A role's own end of its connection: as a worker inside the orchestrator's process, or as a process that has the
 * frames on its standard input and output.
 */
import type { Port } from "../protocol/port.ts";
import { STANDARD_PIPE } from "./byte_pipe.ts";
import { quietConsole } from "./quiet_console.ts";
import { streamPort } from "./stream_port.ts";
import { workerPort } from "./worker_port.ts";

/** Exit statuses of a role's process (sysexits). */
const EXIT = { done: 0, bug: 70 } as const;

export function ownPort(): Port {
  return "DedicatedWorkerGlobalScope" in globalThis ? workerPort() : processPort();
}

function processPort(): Port {
  quietConsole();
  // An error's message may quote a log, so it must not reach the journal.
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    endWith(event.error);
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    endWith(event.reason);
  });
  // Without an orchestrator there is nothing to do, and nobody to report to.
  return streamPort(STANDARD_PIPE, () => Deno.exit(EXIT.done));
}

/**
 * Prints one line, which the monitor passes on with the role's name. Of the stack it prints places only: the message
 * may stand in front of them.
 */
function endWith(error: unknown): never {
  const bug = error instanceof Error
    ? error
    : new Error("internal error: a value that is no error was thrown");
  const said = bug.message.startsWith("internal error:") ? `${bug.name}: ${bug.message}` : bug.name;
  const places = (bug.stack ?? "").slice(`${bug.name}: ${bug.message}`.length).split("\n")
    .filter((line) => /^ {4}at /.test(line)).map((line) => line.trim());
  console.error(`ends: ${[said, ...places].join(" ").replace(/\s+/g, " ")}`);
  Deno.exit(EXIT.bug);
}
