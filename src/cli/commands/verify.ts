import { command, type Given, required } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";
import { FILE } from "../command_line/kinds.ts";
import { absolutePath } from "../command_line/typed_path.ts";
import { sealPathOf } from "../seal/seal_path.ts";

const takes = {
  file: required("file", "a recording or an export: Markdown, HTML or JSON Lines", FILE),
  json: JSON_FLAG,
};

export type VerifyGiven = Given<typeof takes>;

export const verify = command({
  path: "verify",
  summary: "compare a recording or export with its source",
  description:
    "Recomputes a recording or export from the session's log, and says where the file differs. Where the log is gone, " +
    "a seal of 'kato seal' is enough. Exit status 0: it is what its source gives; 1: it differs; 2: kato cannot tell, " +
    "and why. Changes nothing.",
  example: "kato verify ~/.kato/exports/talk.md",
  takes,
  plan({ file }, { cwd, home }) {
    const path = absolutePath(file, cwd, home);
    return { profile: "verify", reads: [path, sealPathOf(path)] };
  },
  run: async (given, context) => (await import("../actions/verify.ts")).verifyFile(given, context),
});
