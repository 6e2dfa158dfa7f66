/**
 * `kato record`, `capture`, `stop`: asks the daemon, through the spool. Requires list on the provider roots, read and
 * write on the spool; opens no log and no destination.
 */
import { join } from "@std/path";
import { placesOf } from "../../settings/places.ts";
import { type Answer, answer as answerSchema, type Request } from "../../protocol/request.ts";
import { writeAtomically } from "../../disk/atomic_file.ts";
import { removeIfThere } from "../../disk/entry_at.ts";
import type { Context } from "../context.ts";
import { isLocked } from "../daemon_state.ts";
import { listenForInterruption } from "../interruption.ts";
import type { Given } from "../command_line/command.ts";
import type { RECORDING_REQUEST } from "../command_line/common_parameters.ts";
import { reportText } from "../report/report.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { chooseSession, findSessions } from "../sessions/find_sessions.ts";
import { findReadableProviders } from "../sessions/readable_providers.ts";
import { loadEffective } from "../planning/load_settings.ts";
import { plain } from "../terminal/style.ts";

/**
 * A daemon that works has answered by then, even if it finds the request without an event of the file system and has to
 * read the session first. Milliseconds.
 */
const ANSWER_MS = 10_000;
const LOOK_MS = 20;

const NOT_RUNNING = "kato is not running. Start it with 'systemctl --user start kato', or 'kato daemon'.";

const WITHDRAWN = "kato did not answer. The request was taken back, so nothing will come of it. " +
  "See 'kato status', and its log for why.";

const BEGUN = "kato has taken the request, and did not answer yet. 'kato status' shows what comes of it.";

export async function requestRecording(
  verb: Request["verb"],
  { session: typed, provider: only, destination, json }: Given<typeof RECORDING_REQUEST>,
  context: Context,
): Promise<Outcome> {
  const loaded = loadEffective(context);
  if (!loaded.ok) return loaded.outcome;
  const { requests, lockFile } = placesOf(context.home);
  if (!isLocked(lockFile)) return fail("not-running", NOT_RUNNING);
  const choice = chooseSession(findSessions(findReadableProviders(context, loaded.value), only), typed);
  if ("message" in choice) return fail("usage", choice.message);
  const { provider, session } = choice.chosen;
  const request: Request = {
    v: 1,
    id: crypto.randomUUID(),
    verb,
    provider: provider.id,
    session,
    destination,
  };
  const interruption = listenForInterruption();
  try {
    const path = join(requests, `${request.id}.json`);
    writeAtomically(path, JSON.stringify(request));
    const mayWait = () => isLocked(lockFile) && interruption.heard() === null;
    const answered = await waitForAnswer(requests, request.id, mayWait);
    if (answered !== null) return report(answered, request, json, context);
    // From here on the person believes what is said here, so nobody may find the request.
    return fail(interruption.heard() ?? "not-running", removeIfThere(path) ? WITHDRAWN : BEGUN);
  } finally {
    interruption.close();
  }
}

async function waitForAnswer(requests: string, id: string, mayWait: () => boolean): Promise<Answer | null> {
  const path = join(requests, `${id}.answer.json`);
  const latest = performance.now() + ANSWER_MS;
  while (performance.now() < latest) {
    const answer = readAnswer(path);
    if (answer !== null) {
      removeIfThere(path);
      return answer;
    }
    if (!mayWait()) return null;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return null;
}

/** It is renamed into place, so it is there whole or not at all. */
function readAnswer(path: string): Answer | null {
  try {
    return answerSchema.parse(JSON.parse(Deno.readTextFileSync(path)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function report(answered: Answer, request: Request, json: boolean, { out }: Context): Outcome {
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
