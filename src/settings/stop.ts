/**
 * The administrator's stop: a file that keeps every kato of a machine from starting, whatever else it holds. It has a
 * name of its own, so that a mistake in it cannot let kato run. Pure.
 */
import type { SettingsError } from "./keys.ts";
import { readToml } from "./toml.ts";

/** Below the administrator's folder. */
export const STOP_FILE = "policy.d/00-stop.toml";

/** A stop: what people are shown, and where it stands. */
export interface Stop extends SettingsError {
  /** The administrator's own words; null where the file has none. */
  readonly notice: string | null;
}

/** Null for a layer that is no stop. */
export function readStop(
  layer: { readonly origin: string; readonly file: string; readonly text: string },
): Stop | null {
  if (layer.origin !== "organisation" || !layer.file.endsWith(`/${STOP_FILE}`)) return null;
  const notice = noticeOf(layer.text);
  const says = notice === null ? "" : `: ${notice}`;
  return {
    file: layer.file,
    line: null,
    key: null,
    notice,
    message: `an administrator has stopped kato on this machine${says}`,
  };
}

/** `"ask the service desk" = true` */
function noticeOf(text: string): string | null {
  const toml = readToml(text);
  if (!toml.ok) return null;
  const [first] = Object.entries(toml.value);
  return first === undefined || first[1] !== true ? null : first[0];
}
