/**
 * Which session each parser has in its hands, for telling after a crash what it was about. Requires read and write on
 * the state folder. Room: daemon; edge.
 */
import { join } from "@std/path";
import type { Places } from "../settings/places.ts";
import type { ProviderId } from "../protocol/event.ts";
import { PROVIDERS } from "../protocol/closed_sets.ts";
import { systemWords } from "../disk/entry_at.ts";
import { describeFailure } from "./failure.ts";
import type { Log } from "./log.ts";

/** One small file a provider: which session its parser has in its hands. Not flushed: it is for crashes of ours. */
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
    /** Never throws: a mark that is missing costs the name of the session that a crash was about. */
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
    // Whatever keeps it from being read keeps nothing else.
    if (systemWords(error) !== null) return "";
    throw error;
  }
}
