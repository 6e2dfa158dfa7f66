/** Writes completions for each shell from the table of commands. Pure. */
import type { Shell } from "../command_line/kinds.ts";
import { bashCompletions } from "./bash.ts";
import { fishCompletions } from "./fish.ts";
import { type CommandShape, readShape } from "./shape.ts";
import { zshCompletions } from "./zsh.ts";

const WRITERS: Readonly<Record<Shell, (kato: CommandShape) => string>> = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
};

export function completionsFor(shell: Shell): string {
  return WRITERS[shell](readShape());
}
