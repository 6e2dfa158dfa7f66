import { command } from "../command_line/command.ts";
import { RECORDING_REQUEST } from "../command_line/common_parameters.ts";

export const capture = command({
  path: "capture",
  summary: "write a session so far, then go on recording it",
  description: "Writes a session so far, then goes on recording it, as ::capture does. kato must be running.",
  example: "kato capture 5d8aa099",
  takes: RECORDING_REQUEST,
  plan: () => ({ profile: "request" }),
  run: async (given, context) =>
    (await import("../actions/request.ts")).requestRecording("capture", given, context),
});
