/** Asks the daemon through the spool, and waits for its answer. */
import { join } from "@std/path";
import { placesOf } from "../settings/places.ts";
import {
  type Answer,
  answer as answerSchema,
  type AnyRequest,
  type CleanRequest,
  type Request,
} from "../protocol/request.ts";
import { writeAtomically } from "../disk/atomic_file.ts";
import { removeIfThere } from "../disk/entry_at.ts";
import type { Context } from "./context.ts";
import { isLocked } from "./daemon_state.ts";
import { listenForInterruption } from "./interruption.ts";
import { fail, type Failed, type Outcome } from "./outcome.ts";
import type { EffectivePolicy } from "../settings/merge.ts";
import { chooseSession, findSessions } from "./sessions/find_sessions.ts";
import { findReadableProviders } from "./sessions/readable_providers.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { SessionRef } from "../protocol/session.ts";

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

/** Null: it runs. */
export function whyNotRunning({ home }: Context): Outcome | null {
  return isLocked(placesOf(home).lockFile) ? null : fail("not-running", NOT_RUNNING);
}

/** The session on this machine that was typed. */
export async function chooseTyped(
  typed: string,
  only: ProviderId | null,
  effective: EffectivePolicy,
  context: Context,
): Promise<SessionRef | { readonly message: string }> {
  const found = await findSessions(findReadableProviders(context, effective), only);
  const choice = chooseSession(found, typed);
  if ("message" in choice) return choice;
  const { provider, session } = choice.chosen;
  return { provider: provider.id, session };
}

export async function askDaemon(
  asked: Omit<Request, "v" | "id"> | Omit<CleanRequest, "v" | "id">,
  { home }: Context,
): Promise<Answer | Failed> {
  const { requests, lockFile } = placesOf(home);
  const request: AnyRequest = { v: 1, id: crypto.randomUUID(), ...asked };
  const interruption = listenForInterruption();
  try {
    const path = join(requests, `${request.id}.json`);
    writeAtomically(path, JSON.stringify(request));
    const mayWait = () => isLocked(lockFile) && interruption.heard() === null;
    const answered = await waitForAnswer(requests, request.id, mayWait);
    if (answered !== null) return answered;
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
