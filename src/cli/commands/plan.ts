import { command, several } from "../command_line/command.ts";
import { TEXT } from "../command_line/kinds.ts";

export const plan = command({
  path: "plan",
  summary: "",
  description: "print what a command line may touch, for the launcher",
  example: "",
  isHidden: true,
  takes: { line: several("argument", "a command line, after --", TEXT) },
  plan: () => ({ profile: "help" }),
  run: async ({ line }, context) => (await import("../actions/plan.ts")).printPlan(line, context),
});
