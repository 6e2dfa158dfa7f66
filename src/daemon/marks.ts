/**
 * The session that each parser has in its hands, kept on disk: after a crash, it names the session. Requires read and write
 * on the state folder.
 */
import { join } from "@std/path";
import type { Places } from "../settings/places.ts";
import type { ProviderId } from "../protocol/event.ts";
import { PROVIDERS } from "../protocol/closed_sets.ts";
import { systemWords } from "../disk/entry_at.ts";
import { describeFailure } from "./failure.ts";
import type { Log } from "./log.ts";

/** One small file a provider. It is not flushed: it serves after crashes of kato, not of the machine. */
export function openMarks({ state }: Places, log: Log) {
  const failing = new Set<ProviderId>();
  const path = (provider: ProviderId) => join(state, `parsing.${provider}`);
  const left: [ProviderId, string][] = [];
  for (const provider of PROVIDERS) {
    const session = readMark(path(provider));
    if (session !== "") left.push([provider, session]);
  }
  return {
    left,
    /** Never throws: without its mark, a crash has no session's name, and nothing else is lost. */
    keep(provider: ProviderId, session: string | null) {
      try {
        Deno.writeTextFileSync(path(provider), session ?? "", { mode: 0o600 });
        failing.delete(provider);
      } catch (error) {
        if (failing.has(provider)) return;
        failing.add(provider);
        log.report("mark-failed", { provider, problem: describeFailure(error).why });
      }
    },
  };
}

function readMark(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    // A mark that cannot be read does not stop the start.
    if (systemWords(error) !== null) return "";
    throw error;
  }
}
