import { command, type Given, required } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";
import { FILE } from "../command_line/kinds.ts";
import { absolutePath } from "../command_line/typed_path.ts";
import { isHopeless } from "../planning/judged_path.ts";
import { sealPathOf } from "../seal/seal_path.ts";

const takes = {
  file: required("file", "a recording or an export: Markdown, HTML or JSON Lines", FILE),
  json: JSON_FLAG,
};

export type SealGiven = Given<typeof takes>;

export const seal = command({
  path: "seal",
  summary: "note what a recording or export is now, for 'kato verify'",
  description:
    "Writes FILE.seal.json: the file's hash, the events and logs that it came from, kato's version, the policy's hash, " +
    "and the audit record of the seal. 'kato verify FILE' checks the file against it, also when the log is gone. A seal " +
    "is no signature.",
  example: "kato seal ~/.kato/exports/talk.md",
  takes,
  plan({ file }, { cwd, home }) {
    const path = absolutePath(file, cwd, home);
    const beside = sealPathOf(path);
    return { profile: "seal", reads: [path, beside], writes: isHopeless(sealPathOf(file)) ? null : beside };
  },
  run: async (given, context) => (await import("../actions/seal.ts")).sealFile(given, context),
});
