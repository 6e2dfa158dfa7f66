/** How help looks, and how errors in a command line are reported. Pure. */
import type { Command } from "commander";

/** Lines of help are no longer, however wide a terminal is: longer ones are hard to read. */
export const HELP_COLUMNS = 80;

/** How wide, and whether in colour. */
export interface HelpStyle {
  readonly columns: number;
  readonly colour: boolean;
}

/** A command line is wrong. The help of `command` says more. */
export class UsageError extends Error {
  readonly command: string;
  constructor(command: string, message: string) {
    super(message);
    this.command = command;
  }
}

/** Commands inherit these settings from the command that they are made with. */
export function layOut(
  program: Command,
  options: HelpStyle & { readonly printHelp: (text: string) => void },
): void {
  program
    .helpOption("-h, --help", "show this")
    .configureHelp(helpOf(options))
    .configureOutput({
      writeOut: options.printHelp,
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: () => Math.min(HELP_COLUMNS, options.columns),
      getErrHelpWidth: () => Math.min(HELP_COLUMNS, options.columns),
      getOutHasColors: () => options.colour,
      getErrHasColors: () => options.colour,
    });
}

export function titleIn({ colour }: HelpStyle): (title: string) => string {
  return (title) => colour ? `\u001b[1m${title}\u001b[0m` : title;
}

function helpOf(style: HelpStyle) {
  return {
    styleTitle: titleIn(style),
    optionTerm: ({ flags }: { readonly flags: string }) =>
      flags.replace(/<(\w+)>/, (_, name: string) => name.toUpperCase()),
    // What the default is, where it matters, is part of the sentence.
    optionDescription: ({ description }: { readonly description: string }) => description,
    // "[options]" after each subcommand says nothing that its own help does not.
    subcommandTerm: (command: Command) =>
      [command.name(), ...command.registeredArguments.map(termOf)].join(" "),
    argumentDescription: ({ description }: { readonly description: string }) => description,
    argumentTerm: (argument: Named) => argument.name().toUpperCase(),
    commandUsage: usageOf,
  };
}

interface Named {
  name(): string;
  readonly required: boolean;
  readonly variadic: boolean;
}

function termOf(argument: Named): string {
  const name = argument.name().toUpperCase() + (argument.variadic ? "…" : "");
  return argument.required ? name : `[${name}]`;
}

function usageOf(command: Command): string {
  const parts = [pathOf(command)];
  if (command.commands.length > 0) parts.push("COMMAND");
  if (command.options.some((option) => !option.hidden)) parts.push("[OPTION…]");
  return [...parts, ...command.registeredArguments.map(termOf)].join(" ");
}

/** `kato policy show` */
export function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** Errors name their command; help and version pass as they are. `kato` alone, whatever the launcher says, is help. */
export function stopAtErrors(command: Command): void {
  // The table of commands has one.
  command.helpCommand(false);
  command.exitOverride((error) => {
    const isMissing = error.code === "commander.help";
    if (isMissing && command.parent === null) command.outputHelp();
    else if (error.exitCode !== 0) {
      throw new UsageError(pathOf(command), isMissing ? "missing command" : error.message);
    }
    throw error;
  });
  for (const sub of command.commands) stopAtErrors(sub);
}

/** A line that people can copy, below the help of `command`. */
export function example(command: Command, line: string): void {
  command.addHelpText("after", `\nExample:\n  ${line}`);
}
