/**
 * `kato show`. READS the logs of one session, and policy; writes to the terminal only. Secrets are replaced as in
 * exports.
 */
import { INCLUDES } from "../../protocol/closed_sets.ts";
import { renderConversation } from "../../render/conversation.ts";
import type { ShowGiven } from "../commands/show.ts";
import type { Context } from "../context.ts";
import { tellPerson } from "../export/account.ts";
import { rangeOf } from "../export/asked_range.ts";
import { chooseSources } from "../export/choose_sources.ts";
import { whyFailed } from "../export/run.ts";
import { writeSession } from "../export/write_session.ts";
import { listenForInterruption } from "../interruption.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { loadForSessions, loadOwnConfig } from "../planning/load_settings.ts";
import { findReadableProviders } from "../sessions/readable_providers.ts";
import { gather } from "../terminal/gather.ts";
import { painter } from "../terminal/style.ts";
import { terminalPage } from "../terminal/terminal_page.ts";
import { lineWidth } from "../terminal/wrap.ts";

export async function showSession(given: ShowGiven, context: Context): Promise<Outcome> {
  const loaded = loadForSessions(context);
  if (!loaded.ok) return loaded.outcome;
  const config = loadOwnConfig(context);
  if (!config.ok) return config.outcome;
  const { session, provider } = given;
  const named = { sessions: [session], file: null, all: false, provider, project: null, since: null };
  const { redaction } = loaded.value.policy;
  const chosen = await chooseSources(named, findReadableProviders(context, loaded.value), redaction, context);
  if (!("sources" in chosen)) return chosen;
  const [source] = chosen.sources;
  if (source === undefined) throw new Error("internal error: no session was chosen");

  const { render } = config.value;
  const { out } = context;
  const interruption = listenForInterruption();
  const text = gather(out.write);
  const range = rangeOf(given, context.now);
  try {
    const written = await writeSession({
      source,
      format: "md",
      renderer: renderConversation(terminalPage(lineWidth(out), painter(out))),
      timeZone: render.time_zone || context.timeZone(),
      include: INCLUDES.filter((part) => render[part]),
      redaction,
      range,
      write: text.add,
      progress: () => {},
      stopped: () => interruption.heard() !== null,
    });
    tellPerson(context, false).noted(source, written);
    const why = whyFailed(written, source, { range, whenEmpty: "Try again when something was said in it." });
    if (why === null || written.events > 0) text.flush();
    return why === null ? DONE : fail(interruption.heard() ?? "failed", why);
  } finally {
    interruption.close();
  }
}
