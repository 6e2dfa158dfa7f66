/** Finds out which provider's log a file is. Requires read on the file; reads its beginning. */
import { basename } from "@std/path";
import { introduce, readRecords } from "../../parser/introduction.ts";
import { MAIN_AGENT, type ProviderId } from "../../protocol/event.ts";
import type { Out, Provider, Source } from "../../providers/provider.ts";
import { loadAllProviders, loadProvider } from "../../providers/load_provider.ts";
import type { ReadableProvider } from "../sessions/readable_providers.ts";
import { realPath } from "../planning/real_path.ts";

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
 * @param readable The clients' folders: a log in one of them is mostly that client's, and no other reader is loaded.
 */
export async function recogniseLog(
  path: string,
  said: ProviderId | null,
  readable: readonly ReadableProvider[],
): Promise<Recognised> {
  const placed = said === null ? await recognisePlace(path, readable) : null;
  if (placed !== null) return placed;
  const candidates = said === null ? await loadAllProviders() : [await loadProvider(said)];
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

/** By the client in whose folder it lies, if that client names its logs so and wrote a record of it. */
async function recognisePlace(
  path: string,
  readable: readonly ReadableProvider[],
): Promise<Recognised | null> {
  const holds = (root: string) => path.startsWith(`${realPath(root)}/`);
  const owner = readable.find(({ roots }) => roots.some(holds));
  if (owner === undefined) return null;
  const provider = await loadProvider(owner.id);
  const source = classifyAnywhere(provider, path);
  if (source?.kind !== "session" || countKnown(provider, path) <= 0) return null;
  return { provider, session: source.session, part: source.part ?? "" };
}

/** How the provider classifies a file whose path ends as this one does. */
function classifyAnywhere(provider: Provider, path: string): Source | null {
  const segments = path.split("/").slice(-DEPTH);
  for (let from = 0; from < segments.length; from += 1) {
    const relative = segments.slice(from).join("/");
    const source = provider.classify(relative);
    if (source?.kind === "unnamed") {
      const said = introduce(provider, relative, path);
      return said === null || said === "unreadable" ? source : said;
    }
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
