import { command, flag, type Given, option, several } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";
import { FILE, HASH } from "../command_line/kinds.ts";
import { absolutePath } from "../command_line/typed_path.ts";

const takes = {
  copy: several(
    "copy",
    "files of a copy, or a folder that holds them; in any order (default: your own log)",
    FILE,
  ),
  head: option("--head <hash>", "a record's hash that the chain must hold, as the journal has it", HASH),
  archived: flag("--archived", "the oldest files were moved elsewhere"),
  json: JSON_FLAG,
};

export type AuditVerifyGiven = Given<typeof takes>;

export const auditVerify = command({
  path: "audit verify",
  summary: "check the chain of records over all files of the log",
  description:
    "Checks the chain of records over all files of the log, or of a copy of one log that was collected " +
    "elsewhere; exit status 1 when it is broken.",
  example: "kato audit verify",
  takes,
  plan: ({ copy }, { cwd, home }) => ({
    profile: "audit",
    reads: copy.map((path) => absolutePath(path, cwd, home)),
  }),
  run: async (given, context) => (await import("../actions/audit.ts")).verifyLog(given, context),
});
