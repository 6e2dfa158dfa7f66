/** What makes a shell complete kato's commands, from the one description of them. Pure. */
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
