/**
 * `kato tail`. READS the logs of one session, and policy; writes to the terminal only. Secrets are replaced as in
 * exports.
 */
import { INCLUDES } from "../../protocol/closed_sets.ts";
import { renderConversation } from "../../render/conversation.ts";
import type { TailGiven } from "../commands/tail.ts";
import type { Context } from "../context.ts";
import { INTERRUPTED } from "../export/run.ts";
import { listenForInterruption } from "../interruption.ts";
import { fail, type Outcome } from "../outcome.ts";
import { loadForSessions, loadOwnConfig } from "../planning/load_settings.ts";
import { chooseSession, findSessions } from "../sessions/find_sessions.ts";
import { followSession } from "../export/follow_session.ts";
import { peekSession } from "../sessions/peek_session.ts";
import { findReadableProviders } from "../sessions/readable_providers.ts";
import { gather } from "../terminal/gather.ts";
import { consoleSize } from "../terminal/output.ts";
import { painter, tilde } from "../terminal/style.ts";
import { terminalPage } from "../terminal/terminal_page.ts";
import { lineWidth } from "../terminal/wrap.ts";

/** Turns that are shown first, where nobody says how many. */
const TURNS = 3;

/** Between two looks, at the log and for a signal: what was said seems to appear at once. Milliseconds. */
const LOOK_MS = 100;

export async function tailSession(given: TailGiven, context: Context): Promise<Outcome> {
  const loaded = loadForSessions(context);
  if (!loaded.ok) return loaded.outcome;
  const config = loadOwnConfig(context);
  if (!config.ok) return config.outcome;
  const { redaction } = loaded.value.policy;
  const found = await findSessions(findReadableProviders(context, loaded.value), given.provider);
  const choice = chooseSession(found, given.session);
  if ("message" in choice) return fail("usage", choice.message);

  const { render } = config.value;
  const { out, err, home } = context;
  const interruption = listenForInterruption();
  const text = gather(out.write);
  try {
    const signal = await followSession({
      found: choice.chosen,
      title: peekSession(choice.chosen, redaction).title,
      last: given.last ?? TURNS,
      timeZone: render.time_zone || context.timeZone(),
      include: INCLUDES.filter((part) => render[part]),
      redaction,
      // The terminal may get another width meanwhile.
      renderer: () => {
        const width = lineWidth({ ...out, columns: consoleSize()?.columns ?? out.columns });
        return renderConversation(terminalPage(width, painter(out)));
      },
      write: text.add,
      tell(sentence) {
        text.flush();
        err.write(`kato: ${sentence}\n`);
      },
      shown: (path) => tilde(path, home),
      heard: interruption.heard,
      async pause() {
        text.flush();
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      },
    });
    // Nobody reads a terminal that is gone.
    if (signal !== "hung-up") text.flush();
    return fail(signal, INTERRUPTED);
  } finally {
    interruption.close();
  }
}
