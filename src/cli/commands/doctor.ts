import { command, flag, type Given } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";

const takes = {
  permissions: flag("--permissions", "print what each command and role may touch on this machine"),
  json: JSON_FLAG,
};

export type DoctorGiven = Given<typeof takes>;

export const doctor = command({
  path: "doctor",
  summary: "say what protects this installation, and what does not",
  description: "Says what protects this installation and what does not, and what needs attention.",
  example: "kato doctor --permissions",
  takes,
  plan: () => ({ profile: "cli-read:doctor" }),
  run: async (given, context) => (await import("../actions/doctor.ts")).examine(given, context),
});
