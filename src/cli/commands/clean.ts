import { command, flag, type Given } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";

const takes = {
  json: JSON_FLAG,
  dryRun: flag("--dry-run", "say what would be removed, and remove nothing"),
};

export type CleanGiven = Given<typeof takes>;

export const clean = command({
  path: "clean",
  summary: "remove what kato keeps and nobody needs",
  description:
    "Removes the state of sessions whose logs are gone and that no recording, rule or command needs, and files that a crash " +
    "left in kato's own folders, and gives back free space of the search index. Recordings, the audit log and the memory of " +
    "forgotten sessions and obeyed commands stay. kato must be running.",
  example: "kato clean --dry-run",
  takes,
  plan: () => ({ profile: "clean" }),
  run: async (given, context) => (await import("../actions/clean.ts")).cleanUp(given, context),
});
