import { command, flag, required } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";
import { FOLDER } from "../command_line/kinds.ts";
import { absolutePath } from "../command_line/typed_path.ts";

export const policyAllow = command({
  path: "policy allow",
  summary: "allow recordings in a folder",
  description:
    "Adds a folder of yours to destinations.roots in ~/.kato/config/policy.toml, if it may be one, and shows it " +
    "to the service's sandbox. With --default, '::record' alone and relative names go there, too. Says what to " +
    "restart.",
  example: "kato policy allow ~/Recordings --default",
  takes: {
    json: JSON_FLAG,
    isDefault: flag("--default", "make it the folder of '::record' alone and of relative names, too"),
    folder: required("dir", "a folder that is there, is yours, and that only you can write to", FOLDER),
  },
  plan: ({ folder }, { cwd, home }) => ({ profile: "policy:edit", looks: absolutePath(folder, cwd, home) }),
  run: async (given, context) => (await import("../actions/policy_edit.ts")).allowFolder(given, context),
});
