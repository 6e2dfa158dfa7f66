/** Finds out which provider's log a file is. Requires read on the file; reads its beginning. */
import { basename } from "@std/path";
import { introduce, readRecords } from "../../parser/introduction.ts";
import { MAIN_AGENT, type ProviderId } from "../../protocol/event.ts";
import type { Out, Provider, Source } from "../../providers/provider.ts";
import { providers } from "../../providers/registry.ts";

/** A provider's folders are no deeper than this below its root. */
const DEPTH = 8;

export type Recognised =
  | { readonly provider: Provider; readonly session: string; readonly part: string }
  /** What is wrong, and what to do. */
  | { readonly message: string };

/**
 * By its name, wherever it was copied to, if a provider names its logs so; else by its records. Several clients may name
 * their logs alike. Then the records decide, too.
 *
 * @param said The provider that the person named, if any.
 */
export function recogniseLog(path: string, said: ProviderId | null): Recognised {
  const candidates = providers.filter(({ id }) => said === null || id === said);
  const sources = candidates.flatMap((provider) => {
    const source = classifyAnywhere(provider, path);
    return source === null ? [] : [{ provider, source }];
  });
  const named = sources.flatMap(({ provider, source }) =>
    source.kind === "session" ? [{ provider, session: source.session, part: source.part ?? "" }] : []
  );
  const [first] = named;
  if (first !== undefined) {
    const provider = said !== null
      ? first.provider
      : recogniseContent(path, named.map((one) => one.provider)) ?? recogniseContent(path, candidates);
    // Nothing was said yet, or another client keeps such names elsewhere.
    return named.find((one) => one.provider === provider) ??
      (provider === null ? first : { ...first, provider });
  }
  for (const { source } of sources) {
    if (source.kind === "unnamed") return { message: "Nothing was said in it yet, or it is damaged." };
    if (source.kind === "agent") {
      return { message: `It is the log of a sub-agent. Name the log of its session, ${source.session}.` };
    }
  }
  const session = basename(path).replace(/\.(?:jsonl|json)(?:\.\w+)?$/, "");
  const provider = said === null ? recogniseContent(path, candidates) : candidates[0] ?? null;
  if (provider !== null) return { provider, session, part: "" };
  const message = "kato does not recognise it as a session's log. Say whose it is with --provider.";
  return { message };
}

/** How the provider classifies a file whose path ends as this one does. */
function classifyAnywhere(provider: Provider, path: string): Source | null {
  const segments = path.split("/").slice(-DEPTH);
  for (let from = 0; from < segments.length; from += 1) {
    const relative = segments.slice(from).join("/");
    const source = provider.classify(relative);
    if (source?.kind === "unnamed") return introduce(provider, relative, path) ?? source;
    if (source !== null) return source;
  }
  return null;
}

function recogniseContent(path: string, candidates: readonly Provider[]): Provider | null {
  let best: Provider | null = null;
  let most = 0;
  for (const provider of candidates) {
    const known = countKnown(provider, path);
    if (known > most) [best, most] = [provider, known];
  }
  return best;
}

/** The number of records that the provider knows, less those that it does not know. */
function countKnown(provider: Provider, path: string): number {
  const fold = provider.begin(MAIN_AGENT);
  let known = 0;
  let line = 0;
  for (const value of readRecords(provider, path)) {
    for (const out of provider.read(fold, { value, line }).outs) known += weigh(out);
    line += 1;
  }
  return known;
}

/** A provider may name its client at the first record, whatever that record is: the name alone proves nothing. */
function weigh(out: Out): number {
  if (out.out === "unknown") return -1;
  if (out.out === "event") return 1;
  const { out: _, client: __, ...rest } = out;
  return Object.keys(rest).length > 0 ? 1 : 0;
}
