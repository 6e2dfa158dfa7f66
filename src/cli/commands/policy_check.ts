import { command, type Given, option, optional } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";
import { FILE, LAYER } from "../command_line/kinds.ts";
import { absolutePath } from "../command_line/typed_path.ts";

const takes = {
  file: optional("file", "a policy file to try, or - for standard input", FILE),
  as: option(
    "--as <layer>",
    "organisation or user: whose file FILE is (default: by where it is)",
    LAYER,
  ),
  json: JSON_FLAG,
};

export type PolicyCheckGiven = Given<typeof takes>;

export const policyCheck = command({
  path: "policy check",
  summary: "say what is wrong in the settings files, and where",
  description:
    "Says what is wrong in the settings files that are in use, or in FILE as if it were in use: the line, and what " +
    "to write instead. Exit status 78 when something is. With '--as organisation' it prints the hash that the policy " +
    "has on every machine, whatever people's homes and own policies are.",
  example: "kato policy check ./policy.toml",
  takes,
  plan: ({ file }, { cwd, home }) => ({
    profile: "policy",
    reads: file === null || file === "-" ? [] : [absolutePath(file, cwd, home)],
  }),
  run: async (given, context) => (await import("../actions/policy.ts")).checkPolicy(given, context),
});
