import { command } from "../command_line/command.ts";
import { RECORDING_REQUEST } from "../command_line/common_parameters.ts";

export const record = command({
  path: "record",
  summary: "record a session from now on",
  description: "Records a session from now on, as ::record in the chat does. kato must be running.",
  example: "kato record 5d8aa099 plan.md",
  takes: RECORDING_REQUEST,
  plan: () => ({ profile: "request" }),
  run: async (given, context) =>
    (await import("../actions/request.ts")).requestRecording("record", given, context),
});
