import { command, flag, type Given } from "../command_line/command.ts";
import { STOP_REQUEST } from "../command_line/common_parameters.ts";

const takes = {
  ...STOP_REQUEST,
  recordings: flag("--recordings", "say how to remove its recordings, too, where they are as kato left them"),
};

export type ForgetGiven = Given<typeof takes>;

export const forget = command({
  path: "forget",
  summary: "have kato forget a session",
  description:
    "Removes what kato's state and the search index have of a session, and keeps it from coming back. Its recordings " +
    "stay: their paths are printed. The client's log stays, too. kato must be running.",
  example: "kato forget 5d8aa099",
  takes,
  plan: () => ({ profile: "forget" }),
  run: async (given, context) => (await import("../actions/forget.ts")).forgetSession(given, context),
});
