/** Looks a destination up and has policy decide. Requires list on the export roots. */
import { decide } from "../destination/decide.ts";
import type { Asker, Created, Decision, Lookup, Request } from "../destination/decision.ts";
import { generateName } from "../destination/generated_name.ts";
import { lookUp } from "../destination/lookup.ts";
import { resolveRequest } from "../destination/path.ts";
import type { SessionMeta } from "../protocol/session.ts";
import type { EffectivePolicy } from "../settings/merge.ts";
import { NotNow } from "./failure.ts";
import type { RecordingsStore } from "./recordings_store.ts";

export interface DecidingOptions {
  readonly effective: Pick<EffectivePolicy, "policy" | "enforced">;
  readonly home: string;
  readonly uid: number;
  readonly providerRoots: readonly string[];
  readonly timeZone: string;
  /** The template for generated names. */
  readonly fileName: string;
  readonly recordings: RecordingsStore;
}

/** `made`: the files that kato made, if not those that its state knows. */
export type DecideDestination = (
  asker: Asker,
  destination: string | null,
  meta: SessionMeta,
  made?: Created,
  change?: Pick<Request, "extensions">,
) => Decision;

export function createDecision(options: DecidingOptions): DecideDestination {
  const { home, recordings } = options;
  const { policy } = options.effective;
  const created = createdFiles(recordings);
  /** The realpath of each root when this run saw it first. */
  const grounds = new Map<string, string>();
  const lookAround = (path: string) => keepGrounds(lookUp(path, policy.destinations.roots, home), grounds);
  lookAround(policy.destinations.default_root);

  return (asker, destination, meta, made = created, change = {}) => {
    const request: Request = {
      asker,
      destination,
      generated: generateName(meta, options.timeZone, options.fileName),
      home,
      cwd: null,
      uid: options.uid,
      providerRoots: options.providerRoots,
      created: made,
      force: false,
      ...change,
    };
    const resolved = resolveRequest(policy, request);
    if ("allow" in resolved) return resolved;
    const lookup = lookAround(resolved.path);
    // A denial would be the last word on a command of the chat.
    if (asker === "chat" && lookup.refused !== undefined) {
      const { path, code } = lookup.refused;
      throw new NotNow(`cannot look at ${path}: the system says ${code}`);
    }
    if (lookup.blocked === null) {
      const there = lookup.components.find(({ path }) => path === lookup.path) ?? null;
      if (there !== null) recordings.followNumber(lookup.path, there);
      recordings.forgetOthers(lookup.path, there);
    }
    return decide(policy, request, resolved.path, lookup);
  };
}

/**
 * Files that kato made. The monitor makes a file before its identity is noted, and kato may end in between: an empty
 * file at an active recording's path is that one. An editor may have replaced the file of a recording that was open
 * before: the person chose that path.
 */
function createdFiles(recordings: RecordingsStore): Created {
  return {
    has: (identity, file) =>
      recordings.created.has(identity, file) ||
      recordings.ofDestination(file.path).some((holder) =>
        holder.active && (holder.file !== null || file.size === 0)
      ),
  };
}

/** A link above a root may lead elsewhere now. That root is not the one that policy named, and does not count. */
function keepGrounds(lookup: Lookup, grounds: Map<string, string>): Lookup {
  const realRoots = Object.entries(lookup.realRoots).filter(([root, real]) => {
    if (!grounds.has(root)) grounds.set(root, real);
    return grounds.get(root) === real;
  });
  return { ...lookup, realRoots: Object.fromEntries(realRoots) };
}
