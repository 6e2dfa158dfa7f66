import { command, required } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";
import { FOLDER } from "../command_line/kinds.ts";
import { absolutePath } from "../command_line/typed_path.ts";

export const policyDeny = command({
  path: "policy deny",
  summary: "take a folder back that was allowed",
  description:
    "Takes a folder out of destinations.roots in ~/.kato/config/policy.toml and out of the service's sandbox. " +
    "Says what to restart. No recording is touched.",
  example: "kato policy deny ~/notes",
  takes: {
    json: JSON_FLAG,
    folder: required("dir", "one of the folders that 'kato policy show' lists", FOLDER),
  },
  plan: ({ folder }, { cwd, home }) => ({ profile: "policy:edit", looks: absolutePath(folder, cwd, home) }),
  run: async (given, context) => (await import("../actions/policy_edit.ts")).denyFolder(given, context),
});
