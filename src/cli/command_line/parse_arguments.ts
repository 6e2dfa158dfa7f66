/** Parses a command line. Pure. */
import { CommanderError } from "commander";
import { neutralise } from "../../render/neutralise.ts";
import { ENTRIES } from "../commands/table.ts";
import { fail, type Outcome } from "../outcome.ts";
import { sentence } from "../terminal/style.ts";
import { type HelpStyle, UsageError } from "./help_layout.ts";
import { createProgram, type Invocation } from "./program.ts";

export type Parsed =
  | { readonly parsed: "invocation"; readonly invocation: Invocation }
  /** The help. */
  | { readonly parsed: "text"; readonly text: string }
  | Wrong;

/** `message` is whole sentences. The help of `command` says more. */
interface Wrong {
  readonly parsed: "wrong";
  readonly message: string;
  readonly command: string;
}

/** How a command ends whose line is wrong. */
export function endWrong({ message, command }: Wrong): Outcome {
  return fail("usage", `${message}\nTry '${command} --help'.`);
}

/** @param line The arguments, without the program's name. */
export function parseArguments(line: readonly string[], style: HelpStyle): Parsed {
  // The parser of all commands takes 2 ms longer to make, at both starts.
  const named = parseAmong(ENTRIES.filter(({ path }) => line.includes(path)), line, style);
  // Help and mistakes are about all of them.
  return named.parsed === "invocation" ? named : parseAmong(ENTRIES, line, style);
}

function parseAmong(entries: typeof ENTRIES, line: readonly string[], style: HelpStyle): Parsed {
  let invocation: Invocation | null = null;
  let text = "";
  const program = createProgram({
    ...style,
    entries,
    take: (found) => invocation = found,
    printHelp: (part) => text += part,
  });
  try {
    program.parse([...line], { from: "user" });
  } catch (error) {
    if (error instanceof UsageError) {
      return { parsed: "wrong", message: plainMessage(error.message), command: error.command };
    }
    if (!(error instanceof CommanderError)) throw error;
  }
  return invocation === null ? { parsed: "text", text } : { parsed: "invocation", invocation };
}

/** The parser's message in kato's form: on one line, without a character that steers the terminal. */
function plainMessage(message: string): string {
  const [first = "", hint] = message.replace(/^error: /, "").split("\n(");
  const mend = hint === undefined ? "" : `. ${hint.replace(/\)$/, "")}`;
  const line = neutralise(`${first}${mend}`).replaceAll("\n", " ");
  return sentence(line);
}
