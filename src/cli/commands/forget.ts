import { command, type Given } from "../command_line/command.ts";
import { STOP_REQUEST } from "../command_line/common_parameters.ts";

export type ForgetGiven = Given<typeof STOP_REQUEST>;

export const forget = command({
  path: "forget",
  summary: "have kato forget a session",
  description:
    "Removes what kato's state and the search index have of a session, and keeps it from coming back. Its recordings " +
    "stay: their paths are printed. The client's log stays, too. kato must be running.",
  example: "kato forget 5d8aa099",
  takes: STOP_REQUEST,
  plan: () => ({ profile: "forget" }),
  run: async (given, context) => (await import("../actions/forget.ts")).forgetSession(given, context),
});
