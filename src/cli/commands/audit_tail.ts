import { command, flag, type Given, optionOr } from "../command_line/command.ts";
import { COUNT } from "../command_line/kinds.ts";

const takes = {
  lines: optionOr("-n, --lines <n>", "how many (default: 10)", COUNT, 10),
  follow: flag("-f, --follow", "wait for more, until interrupted"),
  json: flag("--json", "print the records as they are, one a line"),
};

export type AuditTailGiven = Given<typeof takes>;

export const auditTail = command({
  path: "audit tail",
  summary: "print the latest records",
  description: "Prints the latest records of the security log.",
  example: "kato audit tail -n 50 --follow",
  takes,
  plan: () => ({ profile: "audit" }),
  run: async (given, context) => (await import("../actions/audit.ts")).tailLog(given, context),
});
