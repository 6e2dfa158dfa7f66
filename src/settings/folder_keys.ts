/** The keys of policy whose values name folders. Pure. */
import type { AutoRule } from "./auto_rule.ts";
import { DEFAULT_POLICY } from "./defaults.ts";
import { expandFolder, whyNoRoot, whyNoSource } from "./folders.ts";
import type { Setting } from "./keys.ts";

/** Each with a function that says why a folder may not stand there. */
export const FOLDERS: Readonly<Record<string, (path: string, home: string) => string | null>> = {
  "destinations.roots": whyNoRoot,
  "destinations.default_root": whyNoRoot,
  "recording.auto": () => null,
  "recording.automatic": () => null,
  ...Object.fromEntries(
    Object.keys(DEFAULT_POLICY.providers).map((id) => [`providers.${id}.roots`, whyNoSource]),
  ),
};

/** The setting's value with its folders made absolute, and what is wrong with them. */
export function expand({ key, value }: Setting, home: string): { value: unknown; wrong: string[] } {
  const why = FOLDERS[key.name];
  if (why === undefined) return { value, wrong: [] };
  const wrong: string[] = [];
  const one = (text: string): string => {
    const folder = expandFolder(text, home);
    const message = "message" in folder ? folder.message : why(folder.path, home);
    if (message !== null) wrong.push(`${JSON.stringify(text)} ${message}`);
    return "path" in folder ? folder.path : text;
  };
  return { value: mapFolders(value, one), wrong };
}

/** `value` with `one` of each of its folders: a folder, a list of them, or a list of rules that name some. */
export function mapFolders(value: unknown, one: (folder: string) => string): unknown {
  if (!Array.isArray(value)) return one(String(value));
  return value.map((entry: string | AutoRule) =>
    typeof entry === "string"
      ? one(entry)
      : { ...entry, projects: entry.projects.map(one), exclude: entry.exclude.map(one) }
  );
}
