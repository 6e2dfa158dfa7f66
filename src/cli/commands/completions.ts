import { command, required } from "../command_line/command.ts";
import { SHELL } from "../command_line/kinds.ts";

export const completions = command({
  path: "completions",
  summary: "print what makes a shell complete kato's commands",
  description:
    "Prints what makes a shell complete kato's commands. Packages install it; for one person without a package, " +
    "put it where the shell looks.",
  example: "kato completions fish > ~/.config/fish/completions/kato.fish",
  takes: { shell: required("shell", "bash, zsh or fish", SHELL) },
  plan: () => ({ profile: "help" }),
  run: async (given, context) => (await import("../actions/completions.ts")).printCompletions(given, context),
});
