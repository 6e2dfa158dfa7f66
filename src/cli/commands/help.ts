import { command, several } from "../command_line/command.ts";
import type { Kind } from "../command_line/command.ts";

/** @param names The first words of all commands, which a shell offers. */
export function helpOn(names: readonly string[]) {
  const word: Kind<string> = {
    read: (text) => text,
    completion: { kind: "words", words: names, several: false },
  };
  return command({
    path: "help",
    summary: "say more of a command, with an example",
    description: "Says what a command does and takes, with an example; without a command, lists them all.",
    example: "kato help policy allow",
    takes: { command: several("command", "one of the commands, such as export or policy show", word) },
    plan: () => ({ profile: "help" }),
    run() {
      throw new Error("internal error: the parser of command lines answers this itself");
    },
  });
}
