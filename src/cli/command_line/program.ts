/** The parser of command lines, made from the table of commands. Pure. */
import { Argument, Command as Parser, Option } from "commander";
import { VERSION } from "../../version.ts";
import { ENTRIES } from "../commands/table.ts";
import type { Command, Given, Parameter, Parameters } from "./command.ts";
import { example, type HelpStyle, layOut, stopAtErrors, UsageError } from "./help_layout.ts";
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
}

export function createProgram({ take, ...options }: ProgramOptions): Parser {
  const program = new Parser("kato");
  layOut(program, options);
  program.version(VERSION, "-V, --version", "print the version");
  const readLaunch = addParameters(program, LAUNCH_OPTIONS);
  const add = (above: Parser, command: Command) => {
    const parser = above.command(lastWord(command.path), { hidden: command.isHidden ?? false });
    parser.summary(command.summary).description(command.description);
    example(parser, command.example);
    const read = addParameters(parser, command.takes);
    parser.action(() => {
      const given = read();
      const wrong = command.contradiction?.(given) ?? null;
      if (wrong !== null) throw new UsageError(`kato ${command.path}`, wrong);
      take({ command, given, launch: launchOf(readLaunch()) });
    });
  };
  for (const entry of ENTRIES) {
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
