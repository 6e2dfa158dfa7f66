/** The commands as completions and manual pages need them, read off the one description in program.ts. Pure. */
import type { Argument, Command, Option } from "commander";
import { FORMATS, INCLUDES, PROVIDERS } from "../../protocol/closed_sets.ts";
import { pathOf } from "../command_line/help_layout.ts";
import { SHELLS } from "../command_line/option_values.ts";
import { createProgram } from "../command_line/program.ts";

/** What may stand in a place of the command line. */
export type Value =
  /** `several`: with commas between them. */
  | { readonly kind: "words"; readonly words: readonly string[]; readonly several: boolean }
  | { readonly kind: "file" | "folder" }
  /** The beginning of a session's id, as `kato sessions` prints them. */
  | { readonly kind: "session" }
  /** Nothing that could be guessed. */
  | { readonly kind: "text" };

/** For sed: of a line of `kato sessions`, the id and the rest; a header's words are shorter. */
export const SESSION_LINE = "^[^0-9A-Za-z]+([0-9A-Za-z-]{4,}) +(.*)$";

export interface OptionShape {
  /** `-o`; null for most. */
  readonly short: string | null;
  /** `--output` */
  readonly long: string;
  readonly says: string;
  /** Null where it takes none. */
  readonly value: Value | null;
  /** `DEST`; "" where it takes none. */
  readonly placeholder: string;
}

export interface ArgumentShape {
  /** `SESSION` */
  readonly name: string;
  readonly says: string;
  readonly required: boolean;
  readonly variadic: boolean;
  readonly value: Value;
}

export interface CommandShape {
  /** `policy show`; "" for kato itself. */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** A command line; "" for kato itself. */
  readonly example: string;
  readonly options: readonly OptionShape[];
  readonly arguments: readonly ArgumentShape[];
  readonly commands: readonly CommandShape[];
}

const TEXT: Value = { kind: "text" };

function oneOf(words: readonly string[]): Value {
  return { kind: "words", words, several: false };
}

/** By what program.ts calls it. */
const OPTION_VALUES: Readonly<Record<string, Value>> = {
  provider: oneOf(PROVIDERS),
  format: oneOf(FORMATS),
  asker: oneOf(["chat", "export"]),
  layer: oneOf(["organisation", "user"]),
  parts: { kind: "words", words: INCLUDES, several: true },
  log: { kind: "file" },
  dest: { kind: "file" },
  dir: { kind: "folder" },
  n: TEXT,
  when: TEXT,
  hash: TEXT,
};

/** `dest` is a path below the export root here, which the shell's own folder says nothing of. */
const ARGUMENT_VALUES: Readonly<Record<string, Value>> = {
  session: { kind: "session" },
  dest: TEXT,
  file: { kind: "file" },
  copy: { kind: "file" },
  dir: { kind: "folder" },
  "key-or-path": { kind: "file" },
  shell: oneOf(SHELLS),
};

/** kato itself, with all that is below it and that people may see. */
export function readShape(): CommandShape {
  let help = "";
  const program = createProgram({
    columns: 1000,
    colour: false,
    take: () => {},
    printHelp: (text) => help += text,
  });
  const readCommand = (command: Command): CommandShape => {
    help = "";
    command.outputHelp();
    const example = /\nExample:\n {2}(.+)/.exec(help)?.[1] ?? "";
    const look = command.createHelp();
    const options = command.parent === null ? ROOT_OPTIONS : look.visibleOptions(command).map(optionOf);
    return {
      path: pathOf(command).replace(/^kato ?/, ""),
      name: command.name(),
      summary: command.summary(),
      description: command.description(),
      example,
      options,
      arguments: command.registeredArguments.map(argumentOf),
      commands: (look.visibleCommands(command) as Command[]).map(readCommand),
    };
  };
  return readCommand(program);
}

/** Every command of `shape`, itself first, in the order of the help. */
export function listShapes(shape: CommandShape): CommandShape[] {
  return [shape, ...shape.commands.flatMap(listShapes)];
}

const FLAG = { value: null, placeholder: "" };

/** Its help shows these by hand. */
const ROOT_OPTIONS: readonly OptionShape[] = [
  { short: "-h", long: "--help", says: "show this, or the help of a command", ...FLAG },
  { short: "-V", long: "--version", says: "print the version", ...FLAG },
];

function optionOf(option: Option): OptionShape {
  const placeholder = /<(\w+)>/.exec(option.flags)?.[1] ?? "";
  const { short = null, long = "", description: says } = option;
  const value = placeholder === "" ? null : valueOf(OPTION_VALUES, placeholder);
  return { short, long, says, value, placeholder: placeholder.toUpperCase() };
}

function argumentOf(argument: Argument): ArgumentShape {
  const { description: says, required, variadic } = argument;
  const name = argument.name();
  return { name: name.toUpperCase(), says, required, variadic, value: valueOf(ARGUMENT_VALUES, name) };
}

function valueOf(values: Readonly<Record<string, Value>>, name: string): Value {
  const value = values[name];
  if (value === undefined) throw new Error(`internal error: nothing says what completes <${name}>`);
  return value;
}
