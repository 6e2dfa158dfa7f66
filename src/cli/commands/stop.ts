import { command } from "../command_line/command.ts";
import { STOP_REQUEST } from "../command_line/common_parameters.ts";

export const stop = command({
  path: "stop",
  summary: "stop recording a session",
  description: "Stops recording a session, as ::stop in the chat does. kato must be running.",
  example: "kato stop 5d8aa099",
  takes: STOP_REQUEST,
  plan: () => ({ profile: "request" }),
  run: async (given, context) =>
    (await import("../actions/request.ts")).requestRecording(
      "stop",
      { ...given, destination: null },
      context,
    ),
});
