/** The sessions that an export was told to write. Requires list and read on the provider roots, or on the file. */
import { locateLog } from "../../parser/session_files.ts";
import type { ProviderId } from "../../protocol/event.ts";
import type { Redaction } from "../../protocol/redaction.ts";
import type { SessionMeta } from "../../protocol/session.ts";
import type { Context } from "../context.ts";
import type { SessionFilter } from "../command_line/common_parameters.ts";
import type { ExportGiven } from "../commands/export.ts";
import { earliest, isInProject } from "../sessions/filter.ts";
import { chooseSession, findSessions, type FoundSession } from "../sessions/find_sessions.ts";
import { peekSession } from "../sessions/peek_session.ts";
import type { ReadableProvider } from "../sessions/readable_providers.ts";
import { plain } from "../terminal/style.ts";
import { absolutePath } from "../command_line/typed_path.ts";
import { noInput } from "../input.ts";
import { fail, type Outcome } from "../outcome.ts";
import { recogniseLog } from "./recognise_log.ts";
import type { ExportSource } from "./write_session.ts";

export interface ChosenSource extends ExportSource {
  readonly peek: () => SessionMeta;
}

export type Sources =
  | { readonly sources: readonly ChosenSource[] }
  /** `usage`: what was typed names no single session; `failed`: there is nothing to read. */
  | Outcome;

export async function chooseSources(
  given: Pick<ExportGiven, "sessions" | "file" | "all" | keyof SessionFilter>,
  readable: readonly ReadableProvider[],
  redaction: Redaction,
  context: Context,
): Promise<Sources> {
  const { file, all, provider, project, since } = given;
  if (file !== null) {
    const path = absolutePath(file, context.cwd, context.home);
    return await chooseFile(provider, path, readable, redaction, context.home);
  }
  const found = await findSessions(readable, provider);
  if (!all) return chooseNamed(given.sessions, found, redaction);
  const from = earliest(since, context.now);
  const sources = found.filter(({ modified }) => modified >= from).map((one) => sourceOf(one, redaction))
    .filter((source) => project === null || isInProject(given, source.peek().project, context));
  if (sources.length > 0) return { sources };
  const message = "No session was found that the filters let through. 'kato sessions' lists what there is.";
  return fail("failed", message);
}

function chooseNamed(
  typed: readonly string[],
  found: readonly FoundSession[],
  redaction: Redaction,
): Sources {
  const sources = new Map<FoundSession, ChosenSource>();
  for (const name of typed) {
    const choice = chooseSession(found, name);
    if ("message" in choice) return fail("usage", choice.message);
    sources.set(choice.chosen, sourceOf(choice.chosen, redaction));
  }
  return { sources: [...sources.values()] };
}

async function chooseFile(
  only: ProviderId | null,
  named: string,
  readable: readonly ReadableProvider[],
  redaction: Redaction,
  home: string,
): Promise<Sources> {
  try {
    // A link stands for the log that it leads to. The files that belong to a log lie beside it.
    const path = Deno.realPathSync(named);
    const info = Deno.statSync(path);
    if (!info.isFile) {
      return fail("failed", `${plain(named)} is not a file. Name a session's log.`);
    }
    const recognised = await recogniseLog(path, only, readable);
    if ("message" in recognised) {
      return fail("failed", `Cannot export ${plain(named)}. ${recognised.message}`);
    }
    const { provider, session, part } = recognised;
    const { dev, ino, size, mtime } = info;
    const modified = mtime?.getTime() ?? 0;
    const locate = () => locateLog(provider, session, { part, path });
    const found = { session, path, dev, ino: ino ?? 0, latest: path, size, modified };
    return { sources: [sourceOf({ ...found, provider, locate }, redaction)] };
  } catch (error) {
    return noInput(named, error, home);
  }
}

function sourceOf(found: FoundSession, redaction: Redaction): ChosenSource {
  const { provider, session, size, locate } = found;
  let meta: SessionMeta | null = null;
  return {
    provider,
    session,
    size,
    locate,
    peek: () => meta ??= peekSession(found, redaction),
  };
}
