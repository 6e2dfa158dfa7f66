/** One person's configuration: one file without layers. It cannot widen authority. Pure. */
import { DEFAULT_CONFIG } from "./defaults.ts";
import { keysOf, nestValues, readSettings, type SettingsError, valueAt } from "./keys.ts";
import { type Config, config } from "./policy.ts";

export const CONFIG_KEYS = keysOf(config);

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly errors: readonly SettingsError[] };

/** `text` null: there is no file, so the defaults hold. */
export function readConfig(text: string | null, file: string): ConfigResult {
  if (text === null) return { ok: true, config: DEFAULT_CONFIG };
  const { settings, errors } = readSettings(text, file, CONFIG_KEYS);
  if (errors.length > 0) return { ok: false, errors };
  const values = new Map(CONFIG_KEYS.map(({ name }) => [name, valueAt(DEFAULT_CONFIG, name)]));
  for (const { key, value } of settings) values.set(key.name, value);
  return { ok: true, config: config.parse(nestValues(values)) };
}
