/** Folders by their names in policy. Pure: the disk is not looked at. */
import { basename, dirname, join } from "@std/path";
import { CLIENTS } from "../protocol/clients.ts";
import { placesOf } from "./places.ts";

/** Folders of the system or the kernel. A person keeps nothing in them, except a home that lies there. */
export const SYSTEM_LOCATIONS = [
  "/bin",
  "/boot",
  "/dev",
  "/etc",
  "/lib",
  "/lib32",
  "/lib64",
  "/proc",
  "/root",
  "/run",
  "/sbin",
  "/sys",
  "/usr",
  "/var",
] as const;

/** Folders of a home that hold keys, settings, programs or sessions. kato never writes there, even below a root. */
export const RESERVED_IN_HOME: readonly string[] = [
  ".aws",
  ".config",
  ".docker",
  ".gnupg",
  ".kube",
  ".local/bin",
  ".local/share/systemd",
  ".ssh",
  ...Object.values(CLIENTS).map(({ home }) => home),
];

/** Names of folders that hold homes. */
export const HOME_FOLDERS = ["home", "homes"] as const;

/** Whether normalised `path` is `folder` or below it. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || folder === "/" || path.startsWith(`${folder}/`);
}

/** A home may lie in such a place (/root, /var/home). Everything inside the home is the person's own. */
export function isSystemLocation(path: string, home: string): boolean {
  if (isInside(path, home)) return false;
  return SYSTEM_LOCATIONS.some((location) => isInside(path, location));
}

/** Whether `path` is in /home, or in the named folder of homes that holds this home, and outside this home. */
export function isOtherHome(path: string, home: string): boolean {
  if (isInside(path, home)) return false;
  const above = dirname(home);
  const isNamed = HOME_FOLDERS.some((name) => basename(above) === name);
  return isInside(path, "/home") || isNamed && isInside(path, above);
}

/** Whether a segment of `path` below `from` begins with a dot. */
export function hasHiddenSegment(path: string, from: string): boolean {
  return path.slice(from.length).includes("/.");
}

export type Folder = { readonly path: string } | { readonly message: string };

/** Turns `~/x` or `/x` into a normalised absolute path, or returns a message that completes "`x` …". */
export function expandFolder(text: string, home: string): Folder {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/.test(text)) {
    return { message: "holds a control or invisible character; type the path again" };
  }
  if (text.split("/").includes("..")) return { message: "holds `..`; name the folder itself" };
  if (!text.startsWith("/") && text !== "~" && !text.startsWith("~/")) {
    return { message: "must be absolute or begin with ~/" };
  }
  const absolute = text.startsWith("~") ? join(home, text.slice(1)) : join(text);
  return { path: absolute.length > 1 && absolute.endsWith("/") ? absolute.slice(0, -1) : absolute };
}

/** Why recordings may not be written below `path`; null when they may. `path` comes from `expandFolder()`. */
export function whyNoRoot(path: string, home: string): string | null {
  if (isInside(home, path)) return "holds a whole home folder; name a folder inside it";
  if (isSystemLocation(path, home)) return "is a system location; name a folder of your own";
  if (isOtherHome(path, home)) {
    return "is beside your home, where others have theirs; name a folder in your own";
  }
  if (isInside(path, placesOf(home).exports)) return null;
  // Hidden folders hold configuration and keys. A document there could become a program's setting.
  if (hasHiddenSegment(path, isInside(path, home) ? home : "")) {
    return "is in a hidden folder; only ~/.kato/exports may be one";
  }
  if (RESERVED_IN_HOME.some((folder) => isInside(path, join(home, folder)))) {
    return "is a folder in which another program keeps its own files; name another one";
  }
  return null;
}

/** Why sessions may not be read from `path`; null when they may. Hidden folders are fine: clients use them. */
export function whyNoSource(path: string, home: string): string | null {
  if (isInside(home, path)) return "holds a whole home folder; name the folder with the sessions";
  if (isSystemLocation(path, home)) return "is a system location; name the folder with the sessions";
  if (isInside(path, placesOf(home).base)) return "is kato's own folder";
  return null;
}
