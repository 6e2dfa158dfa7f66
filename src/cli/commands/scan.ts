import { command, type Given, several } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";
import { FILE } from "../command_line/kinds.ts";
import { absolutePath } from "../command_line/typed_path.ts";

const takes = {
  files: several("file", "the files to look at: Markdown, HTML, JSONL or any other text", FILE),
  json: JSON_FLAG,
};

export type ScanGiven = Given<typeof takes>;

export const scan = command({
  path: "scan",
  summary: "find secrets in files that are written already",
  description:
    "Finds secrets in files that are written already, by the rules that kato writes with. Prints file, line and " +
    "the rule for each, and never the secret. Exit status 1 when it finds one. Changes nothing.",
  example: "kato scan ~/.kato/exports/*.md",
  takes,
  contradiction: ({ files }) => files.length === 0 ? "say which files to look at" : null,
  plan: ({ files }, { cwd, home }) => ({
    profile: "scan",
    reads: files.map((path) => absolutePath(path, cwd, home)),
  }),
  run: async (given, context) => (await import("../actions/scan.ts")).scanFiles(given, context),
});
