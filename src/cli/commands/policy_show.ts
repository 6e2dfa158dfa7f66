import { command } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";

export const policyShow = command({
  path: "policy show",
  summary: "print every value that holds, with where it comes from",
  description: "Prints every value that holds, with where it comes from, and the policy's hash.",
  example: "kato policy show --json",
  takes: { json: JSON_FLAG },
  plan: () => ({ profile: "policy" }),
  run: async (given, context) => (await import("../actions/policy.ts")).showPolicy(given, context),
});
