/**
 * The end of what is said of a denied command: the one line that mends it. A line for the chat or for `kato record` is
 * given only if kato would obey it now. Pure, but it asks for decisions.
 */
import { basename, dirname, extname, join } from "@std/path";
import { findHolder } from "../destination/path.ts";
import { shellPath } from "../destination/shell_word.ts";
import type { Verb } from "../protocol/command.ts";
import { chatLine, terminalLine } from "../session/command_line.ts";
import { isInside, whyNoRoot } from "../settings/folders.ts";
import type { EffectivePolicy } from "../settings/merge.ts";

/** So many other names of a file are tried. */
const NAMES = 9;

export interface MendContext {
  readonly effective: Pick<EffectivePolicy, "policy" | "enforced">;
  readonly home: string;
}

/** The code of the reason, and the path as far as kato understood it. */
export interface Denial {
  readonly reason: string;
  readonly path: string | null;
  readonly component?: string;
}

/** A command that is denied. */
export interface DeniedCommand {
  readonly session: string;
  readonly verb: Verb;
  readonly asker: "chat" | "spool";
  /** Null: the person named none. */
  readonly destination: string | null;
  /** Whether the same command with this destination would be obeyed. */
  readonly isAllowed: (destination: string | null) => boolean;
}

/** What to do in a terminal about a denied destination, whoever asked; null: nothing there mends it. */
export function mendPlace({ reason, path, component }: Denial, context: MendContext): string | null {
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

/** The same for a command: else the line with a destination that is allowed. */
export function mendCommand(
  denied: Denial,
  command: DeniedCommand,
  context: MendContext,
): string | null {
  const { verb, session, asker, destination } = command;
  if (denied.reason === "commands-off") {
    const line = terminalLine(verb, session, destination);
    return line === null ? null : `Run: ${line}`;
  }
  const place = mendPlace(denied, context);
  if (place !== null) return place;
  for (const candidate of otherDestinations(destination, context)) {
    if (candidate === null && (verb === "export" || verb === "init")) continue;
    if (!command.isAllowed(candidate)) continue;
    if (asker === "chat") return `Type: ${chatLine(verb, candidate)}`;
    const line = terminalLine(verb, session, candidate);
    return line === null ? null : `Run: ${line}`;
  }
  return null;
}

/** The nearest first: without leading dots; beside the file; under the default root; a generated name. */
function* otherDestinations(
  typed: string | null,
  { effective: { policy: { destinations } } }: MendContext,
): Iterable<string | null> {
  if (typed !== null) {
    const shown = typed.replaceAll(/(^|\/)\.(?=[^./])/g, "$1");
    const ending = extname(shown);
    const ends = destinations.extensions.some((extension) => `.${extension}` === ending);
    const folder = dirname(shown);
    const name = basename(shown, ending);
    const extension = ends ? ending : `.${destinations.extensions[0]}`;
    for (const place of folder === "." ? ["."] : [folder, "."]) {
      for (let at = 1; at <= NAMES; at += 1) {
        yield join(place, `${name}${at === 1 ? "" : `-${at}`}${extension}`);
      }
    }
  }
  yield null;
}
