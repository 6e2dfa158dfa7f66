import { command } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";

export const fleetStatus = command({
  path: "fleet status",
  summary: "say of every person of this machine whether kato runs, for root",
  description:
    "Says of every person of this machine whether kato should run, runs, in which version, under which " +
    "organisation's policy, when it was last heard of, and why it does not run. Reads files alone: nothing is started. " +
    "Exit status: 2 somebody's kato should run and does not, 3 one runs under another policy, 4 one is another " +
    "version, 5 somebody's cannot be seen; of several the smallest.",
  example: "sudo kato fleet status --json",
  takes: { json: JSON_FLAG },
  plan: () => ({ profile: "fleet:status" }),
  run: async (given, context) =>
    (await import("../actions/fleet_status.ts")).showFleet(given as { readonly json: boolean }, context),
});
