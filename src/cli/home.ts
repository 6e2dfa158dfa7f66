/** The person's home folder, which holds all files of kato. Pure. */
import { normalize } from "@std/path";

/** From `HOME`, without a slash at its end; null when it is no absolute path. */
export function homeOf(environment: Readonly<Record<string, string>>): string | null {
  const home = environment["HOME"] ?? "";
  if (!home.startsWith("/")) return null;
  const normal = normalize(home).replace(/\/+$/, "");
  return normal === "" ? null : normal;
}

export const NO_HOME = "HOME is not set to the absolute path of a folder. Set it and run the command again.";
