/** The help of every command, for docs/cli.md. Pure. */
import type { Command } from "commander";
import { pathOf } from "./help_layout.ts";
import { createProgram } from "./program.ts";

/** Where documentation is read, lines are this long. */
const COLUMNS = 80;

export function usageReference(): string {
  let text = "";
  const program = createProgram({
    columns: COLUMNS,
    colour: false,
    take: () => {},
    printHelp: (part) => text += part,
  });
  const sections = listCommands(program).map((command) => {
    text = "";
    command.outputHelp();
    return `### ${pathOf(command)}\n\n\`\`\`text\n${text.trim()}\n\`\`\``;
  });
  return sections.join("\n\n");
}

/** `command` and what is below it, in the order of the help; without what the launcher alone uses. */
function listCommands(command: Command): Command[] {
  const visible = command.createHelp().visibleCommands(command) as Command[];
  return [command, ...visible.flatMap(listCommands)];
}
