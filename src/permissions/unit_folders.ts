/**
 * The drop-in that shows the folders of a policy to kato's unit. Without it the unit sees only kato's own folders and the
 * clients' session folders. Pure.
 */
import { isInside } from "../settings/folders.ts";
import { placesOf } from "../settings/places.ts";
import type { Policy } from "../settings/policy.ts";

export const UNIT = "kato.service";
export const UNIT_DROP_IN = "60-kato-folders.conf";

/** The first line of every drop-in that kato wrote. kato knows its own drop-ins by this line. */
export const DROP_IN_HEAD =
  "# Written by `kato policy allow` and `kato policy deny` from your policy: do not edit it.";

/**
 * The text of the drop-in; null where the unit shows every folder of the policy already. The mark `-` leaves out a folder
 * that is missing when the unit starts, so that the folder's recordings fail and not the service.
 *
 * @param shown The session folders that the unit shows by itself: the clients' own.
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

/** Each folder once, without folders inside another one. */
function outermost(paths: readonly string[]): string[] {
  const all = [...new Set(paths)];
  return all.filter((path) => !all.some((other) => other !== path && isInside(path, other)));
}

/**
 * One word of a unit file, with the mark `-`. In quotes, a backslash escapes the next character (systemd.syntax(7)) and a
 * percent sign begins a specifier (systemd.unit(5)). Outside quotes, a colon would end the word.
 */
function word(path: string): string {
  return `"-${path.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%")}"`;
}
