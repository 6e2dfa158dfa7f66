/** The parser of command lines, made from the table of commands. Pure. */
import { Argument, Command as Parser, CommanderError, Option } from "commander";
import { nearest } from "../../settings/nearest.ts";
import { ENTRIES, HELP } from "../commands/table.ts";
import { version } from "../commands/version.ts";
import type { Command, Given, Parameter, Parameters } from "./command.ts";
import { example, type HelpStyle, layOut, pathOf, stopAtErrors, UsageError } from "./help_layout.ts";
import { firstPage } from "./first_page.ts";
import { type Launch, LAUNCH_OPTIONS, launchOf } from "./launch.ts";

/** A command, with the values that its command line gives it. */
export interface Invocation {
  readonly command: Command;
  readonly given: Given<Parameters>;
  readonly launch: Launch;
}

export interface ProgramOptions extends HelpStyle {
  /** Gets the command that was asked for. */
  readonly take: (invocation: Invocation) => void;
  readonly printHelp: (text: string) => void;
  /** The commands that it knows; all of them if left out. */
  readonly entries?: typeof ENTRIES;
}

export function createProgram({ take, entries = ENTRIES, ...options }: ProgramOptions): Parser {
  const program = new Parser("kato");
  layOut(program, options);
  const readLaunch = addParameters(program, LAUNCH_OPTIONS);
  program.option("-V, --version", "print which kato this is").on("option:version", () => {
    take({ command: version, given: { attest: false, json: false }, launch: launchOf(readLaunch()) });
    // Nothing behind it counts, as for --help.
    throw new CommanderError(0, "kato.version", "");
  });
  const add = (above: Parser, command: Command) => {
    const parser = above.command(lastWord(command.path), { hidden: command.isHidden ?? false });
    parser.summary(command.summary).description(command.description);
    example(parser, command.example);
    const read = addParameters(parser, command.takes);
    parser.action(() => {
      const given = read();
      const wrong = command.contradiction?.(given) ?? null;
      if (wrong !== null) throw new UsageError(`kato ${command.path}`, wrong);
      if (command === HELP) return findNamed(program, given).outputHelp();
      take({ command, given, launch: launchOf(readLaunch()) });
    });
  };
  for (const entry of entries) {
    if ("takes" in entry) {
      add(program, entry);
      continue;
    }
    const parser = program.command(entry.path).summary(entry.summary).description(entry.description);
    example(parser, entry.example);
    for (const member of entry.members) add(parser, member);
  }
  // Only now: commands take over the layout of the command that they are made with.
  program.configureHelp({ ...program.configureHelp(), formatHelp: () => firstPage(options) });
  stopAtErrors(program);
  return program;
}

/** The command that `kato help WORDS` names. */
function findNamed(program: Parser, { command: words }: Given<Parameters>): Parser {
  let found = program;
  for (const word of words as readonly string[]) {
    const visible = found.createHelp().visibleCommands(found) as readonly Parser[];
    const next = visible.find((command) => command.name() === word);
    if (next === undefined) {
      const near = nearest(word, visible.map((command) => command.name()));
      const mend = near === null ? "" : `\n(Did you mean ${near}?)`;
      throw new UsageError(pathOf(found), `unknown command '${word}'${mend}`);
    }
    found = next;
  }
  return found;
}

function lastWord(path: string): string {
  return path.slice(path.lastIndexOf(" ") + 1);
}

/** Has `parser` take them; reads their values once it has parsed a line. */
function addParameters<Takes extends Parameters>(parser: Parser, takes: Takes): () => Given<Takes> {
  const readers = Object.entries(takes).map(([name, parameter]) =>
    [name, addParameter(parser, parameter)] as const
  );
  return () => Object.fromEntries(readers.map(([name, read]) => [name, read()])) as Given<Takes>;
}

function addParameter(
  parser: Parser,
  { place, form, says, kind, gathers, absent }: Parameter,
): () => unknown {
  const read = (text: string, before: unknown) =>
    gathers ? [before, kind?.read(text)].flat() : kind?.read(text);
  if (place === "argument") {
    const index = parser.registeredArguments.length;
    const argument = new Argument(form, says).argParser(read);
    parser.addArgument(gathers ? argument.default(absent) : argument);
    return () => parser.processedArgs[index] ?? absent;
  }
  const option = new Option(form, says).default(absent).hideHelp(says === "");
  parser.addOption(kind === null ? option : option.argParser(read));
  return () => parser.getOptionValue(option.attributeName());
}
