/** The help of every command, for docs/cli.md and for the launcher. Pure. */
import type { Command } from "commander";
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

/** `command` and what is below it, in the order of the help; without what the launcher alone uses. */
function listCommands(command: Command): Command[] {
  const visible = command.createHelp().visibleCommands(command) as Command[];
  return [command, ...visible.flatMap(listCommands)];
}
