/**
 * `kato record`, `capture`, `stop`: asks the daemon, through the spool. Requires list on the provider roots, read and
 * write on the spool; opens no log and no destination.
 */
import type { Answer, RecordingRequest } from "../../protocol/request.ts";
import { askDaemon, chooseTyped, whyNotRunning } from "../ask_daemon.ts";
import type { Context } from "../context.ts";
import type { Given } from "../command_line/command.ts";
import type { RECORDING_REQUEST } from "../command_line/common_parameters.ts";
import { reportText } from "../report/report.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { loadEffective } from "../planning/load_settings.ts";
import { plain } from "../terminal/style.ts";

export async function requestRecording(
  verb: RecordingRequest["verb"],
  { session: typed, provider, destination, json }: Given<typeof RECORDING_REQUEST>,
  context: Context,
): Promise<Outcome> {
  const loaded = loadEffective(context);
  if (!loaded.ok) return loaded.outcome;
  const notRunning = whyNotRunning(context);
  if (notRunning !== null) return notRunning;
  const chosen = await chooseTyped(typed, provider, loaded.value, context);
  if ("message" in chosen) return fail("usage", chosen.message);
  const asked = { verb, ...chosen, destination };
  const answered = await askDaemon(asked, context);
  return "outcome" in answered ? answered : report(answered, asked, json, context);
}

function report(
  answered: Answer,
  request: Omit<RecordingRequest, "v" | "id">,
  json: boolean,
  { out }: Context,
): Outcome {
  const { result, reason, message, destination } = answered;
  if (json) {
    const { verb, provider, session } = request;
    out.write(reportText("answer", { verb, provider, session, result, reason, message, destination }));
    return result === "done" ? DONE : fail(result, null);
  }
  switch (result) {
    case "done":
      out.write(`${plain(message)}\n`);
      return DONE;
    case "denied":
      return fail("denied", `Denied (${plain(reason)}): ${plain(message)}`);
    case "failed":
      return fail("failed", plain(message));
  }
}
