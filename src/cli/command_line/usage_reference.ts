/** The help of every command, for docs/cli.md and for the launcher. Pure. */
import type { Command, Option } from "commander";
import { HELP_COLUMNS, pathOf } from "./help_layout.ts";
import { createProgram } from "./program.ts";

/** As docs/cli.md shows it. */
export function usageReference(): string {
  const sections = helpPages(false).map(({ path, text }) =>
    `### ${`kato ${path}`.trim()}\n\n\`\`\`text\n${text.trim()}\n\`\`\``
  );
  return sections.join("\n\n");
}

interface HelpPage {
  /** `policy show`; "" for the first page. */
  readonly path: string;
  readonly text: string;
}

/** The help of every command that people may see. */
export function helpPages(colour: boolean): HelpPage[] {
  let text = "";
  const program = createProgram({
    columns: HELP_COLUMNS,
    colour,
    take: () => {},
    printHelp: (part) => text += part,
  });
  return listCommands(program).map((command) => {
    text = "";
    command.outputHelp();
    return { path: pathOf(command).slice("kato ".length), text };
  });
}

/** What a command line may hold, as the launcher needs it to say that something else is wrong. */
export interface UsageRow {
  /** `policy show`; "" for kato itself. */
  readonly path: string;
  /** Options that take no value, and those that take one: `-o`, `--output`. */
  readonly flags: readonly string[];
  readonly valued: readonly string[];
  /** The commands below it. */
  readonly members: readonly string[];
  /** Options and commands that an error may suggest. */
  readonly options: readonly string[];
  readonly commands: readonly string[];
}

/** A row for every command, also for those that people do not see. */
export function usageTable(): UsageRow[] {
  const program = createProgram({
    columns: HELP_COLUMNS,
    colour: false,
    take: () => {},
    printHelp: () => {},
  });
  const rowsOf = (command: Command): UsageRow[] => [rowOf(command), ...command.commands.flatMap(rowsOf)];
  return rowsOf(program);
}

function rowOf(command: Command): UsageRow {
  const namesOf = ({ short, long }: Option) => [short, long].filter((name) => typeof name === "string");
  const takesNone = command.options.filter((option) => option.isBoolean());
  const takesOne = command.options.filter((option) => !option.isBoolean());
  return {
    path: pathOf(command).slice("kato ".length),
    flags: takesNone.flatMap(namesOf),
    valued: takesOne.flatMap(namesOf),
    members: command.commands.map((member) => member.name()),
    options: visibleOptions(command),
    commands: command.createHelp().visibleCommands(command).map((member) => member.name()),
  };
}

/** Its own, and those above it. */
function visibleOptions(command: Command | null): string[] {
  if (command === null) return [];
  const own = command.createHelp().visibleOptions(command).flatMap(({ long }) => long ?? []);
  return [...new Set([...own, ...visibleOptions(command.parent)])];
}

/** `command` and what is below it, in the order of the help; without what the launcher alone uses. */
function listCommands(command: Command): Command[] {
  const visible = command.createHelp().visibleCommands(command) as Command[];
  return [command, ...visible.flatMap(listCommands)];
}
