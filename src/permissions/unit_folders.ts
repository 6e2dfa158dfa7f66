/**
 * The drop-in that shows the folders of a policy to kato's unit, whose view of the file system holds only kato's own
 * folders and the clients' session folders. Pure.
 */
import { isInside } from "../settings/folders.ts";
import { placesOf } from "../settings/places.ts";
import type { Policy } from "../settings/policy.ts";

export const UNIT = "kato.service";
export const UNIT_DROP_IN = "60-kato-folders.conf";

/** What every such file begins with, by which kato knows its own. */
export const DROP_IN_HEAD =
  "# Written by `kato policy allow` and `kato policy deny` from your policy: do not edit it.";

/**
 * The drop-in's text; null where the unit shows all that policy names. What is not there when the unit starts is left
 * out (`-`), so that a folder that is gone costs its recordings and not the service.
 *
 * @param shown Folders with sessions that the unit shows by itself: the clients' own.
 */
export function unitDropIn(policy: Policy, home: string, shown: readonly string[]): string | null {
  const exports = outermost(policy.destinations.roots).filter((path) =>
    !isInside(path, placesOf(home).exports)
  );
  const named = Object.values(policy.providers).flatMap(({ enabled, roots }) => enabled ? roots : []);
  const sources = outermost(named).filter((path) => !shown.some((folder) => isInside(path, folder)));
  if (exports.length === 0 && sources.length === 0) return null;
  const lines = [
    ...exports.flatMap((path) => [`BindPaths=${word(path)}`, `NoExecPaths=${word(path)}`]),
    ...sources.flatMap((path) => [`BindReadOnlyPaths=${word(path)}`, `NoExecPaths=${word(path)}`]),
  ];
  return [DROP_IN_HEAD, "[Service]", ...lines, ""].join("\n");
}

/** Each folder once, and none that another one shows already. */
function outermost(paths: readonly string[]): string[] {
  const all = [...new Set(paths)];
  return all.filter((path) => !all.some((other) => other !== path && isInside(path, other)));
}

/**
 * One word of a unit file, with the mark for what need not be there: systemd.syntax(7) takes a backslash for the next
 * character in quotes, and systemd.unit(5) a percent sign for a specifier. A colon would end the word outside quotes.
 */
function word(path: string): string {
  return `"-${path.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%")}"`;
}
