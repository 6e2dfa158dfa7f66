/** The end of what is said of a denied destination: what to run in a terminal, so that it is allowed. Pure. */
import { dirname } from "@std/path";
import { isInside, whyNoRoot } from "../settings/folders.ts";
import type { EffectivePolicy } from "../settings/merge.ts";
import { findHolder } from "./path.ts";
import { shellPath } from "./shell_word.ts";

export interface MendContext {
  readonly effective: Pick<EffectivePolicy, "policy" | "enforced">;
  readonly home: string;
}

/** The code of the reason, and the path as far as kato understood it. */
export interface DeniedPlace {
  readonly reason: string;
  readonly path: string | null;
  readonly component?: string;
}

/** What to do in a terminal about a denied destination, whoever asked; null: nothing there mends it. */
export function mendPlace({ reason, path, component }: DeniedPlace, context: MendContext): string | null {
  const { effective: { policy, enforced }, home } = context;
  if (path === null) return null;
  const { roots } = policy.destinations;
  const folder = dirname(path);
  const root = findHolder(folder, roots);
  if (reason === "no-such-root" && root !== null) {
    return `Run: mkdir -p -m 0700 ${shellPath(root, home)} && systemctl --user restart kato`;
  }
  if (reason === "writable-by-others" && component !== undefined) {
    return `Run: chmod go-w ${shellPath(component, home)}`;
  }
  if (reason !== "outside-roots" || root !== null || enforced["destinations.roots"] !== undefined) {
    return null;
  }
  if (whyNoRoot(folder, home) !== null || !isInside(folder, home)) return null;
  const shown = shellPath(folder, home);
  return `To allow that folder, run: mkdir -p -m 0700 ${shown} && kato policy allow ${shown}`;
}
