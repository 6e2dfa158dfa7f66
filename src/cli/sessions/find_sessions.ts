/** Finds the sessions on this machine. Requires read on the provider roots: some logs must be read to know their session. */
import type { SessionFiles } from "../../parser/session_files.ts";
import { indexSessions } from "../../parser/session_index.ts";
import type { SessionOnDisk } from "../../parser/session_logs.ts";
import type { ProviderId } from "../../protocol/event.ts";
import { shortId } from "../../protocol/session.ts";
import { loadProvider } from "../../providers/load_provider.ts";
import type { Provider } from "../../providers/provider.ts";
import { count, plain } from "../terminal/style.ts";
import type { ReadableProvider } from "./readable_providers.ts";

export interface FoundSession extends SessionOnDisk {
  readonly provider: Provider;
  /** `anew`: looks at all folders again, because its logs may have moved. Where it has none, they are the former ones. */
  readonly locate: (anew?: boolean) => SessionFiles;
}

/** All sessions, the ones that changed last first. */
export async function findSessions(
  readable: readonly ReadableProvider[],
  only: ProviderId | null,
): Promise<FoundSession[]> {
  const asked = readable.filter(({ id, roots }) =>
    (only === null || id === only) && roots.some(mayHoldSessions)
  );
  const found = await Promise.all(asked.map(async ({ id, roots }) => findOf(await loadProvider(id), roots)));
  return found.flat().sort((a, b) => b.modified - a.modified || (a.session < b.session ? -1 : 1));
}

/** A client that nobody uses has no folder, and then its reader need not be loaded. */
function mayHoldSessions(root: string): boolean {
  try {
    Deno.statSync(root);
    return true;
  } catch (error) {
    // The search itself meets any other error, and says it.
    return !(error instanceof Deno.errors.NotFound);
  }
}

function findOf(provider: Provider, roots: readonly string[]): FoundSession[] {
  const index = indexSessions(provider, roots);
  const found = new Map<string, SessionOnDisk>();
  for (const root of roots) {
    // A session of several logs is found once more with each.
    for (const session of index.scan(root)) found.set(session.session, session);
  }
  return [...found.values()].map((session) => {
    let files: SessionFiles | null = null;
    return {
      ...session,
      provider,
      locate(anew = false) {
        if (anew) {
          for (const { path } of files?.parts ?? []) index.examine(path);
          for (const root of roots) for (const _ of index.scan(root));
        }
        files = index.files(session.session) ?? files;
        if (files === null) throw new Error("internal error: a session without a log");
        return files;
      },
    };
  });
}

export type Chosen =
  | { readonly chosen: FoundSession }
  /** A sentence, and what to do. */
  | { readonly message: string };

/** Candidates that are named when a prefix is ambiguous. */
const NAMED = 8;

/** The session that `typed` names: a full id, or the beginning of exactly one, or of its short form. */
export function chooseSession(sessions: readonly FoundSession[], typed: string): Chosen {
  const exact = sessions.filter(({ session }) => session === typed);
  const begins = ({ session }: FoundSession) =>
    session.startsWith(typed) || shortId(session).startsWith(typed);
  const matches = exact.length > 0 ? exact : sessions.filter(begins);
  const [only] = matches;
  if (only === undefined || typed === "") {
    return { message: `No session's id begins with '${plain(typed)}'. 'kato sessions' lists them.` };
  }
  if (matches.length === 1) return { chosen: only };
  const named = matches.slice(0, NAMED).map(({ provider, session }) =>
    `\n  ${plain(session)}  ${provider.id}`
  );
  const more = matches.length > NAMED ? `\n  … and ${count(matches.length - NAMED, "other")}` : "";
  const mend = exact.length > 0 ? "Add --provider" : "Type more of the id";
  return {
    message: `'${plain(typed)}' is the beginning of ${count(matches.length, "session")}. ${mend}:${
      named.join("")
    }${more}`,
  };
}
