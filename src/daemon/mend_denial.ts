/**
 * The end of what is said of a denied command: the one line that mends it. A line for the chat or for `kato record` is
 * given only if kato would obey it now. Pure, but it asks for decisions.
 */
import { basename, dirname, extname, join } from "@std/path";
import { type DeniedPlace, type MendContext, mendPlace } from "../destination/mend_place.ts";
import type { Verb } from "../protocol/command.ts";
import { chatLine, terminalLine } from "../session/command_line.ts";

/** So many other names of a file are tried. */
const NAMES = 9;

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

/** What to run about the destination, as `mendPlace()` has it: else the line with a destination that is allowed. */
export function mendCommand(
  denied: DeniedPlace,
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
