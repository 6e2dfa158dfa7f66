/** A systemd unit and its drop-ins, as far as `kato doctor` looks at them. Pure. */
import { isInside } from "../../settings/folders.ts";

const YES = /^(?:yes|true|on|1)$/;

/** Settings of an installation's unit that work on every machine, each with a pattern for its value. */
export const EXPECTED: Readonly<Record<string, RegExp>> = {
  NoNewPrivileges: YES,
  MemoryDenyWriteExecute: YES,
  LockPersonality: YES,
  RestrictRealtime: YES,
  RestrictSUIDSGID: YES,
  RestrictNamespaces: YES,
  RestrictAddressFamilies: /^none$/,
  SystemCallArchitectures: /^native$/,
  SystemCallFilter: /\S/,
  UMask: /^0?077$/,
  LimitCORE: /^[01](?::[01])?$/,
  MemoryMax: /^(?!infinity$)\S/,
};

/** Its other settings. They need namespaces, in which systemd gives the daemon its own view of the machine. */
export const EXPECTED_OF_NAMESPACES: Readonly<Record<string, RegExp>> = {
  PrivateUsers: YES,
  CapabilityBoundingSet: /^$/,
  ProtectSystem: /^strict$/,
  ProtectHome: /^tmpfs$/,
  TemporaryFileSystem: /(?:^|\s)\/run:ro\b/,
  NoExecPaths: /(?:^|\s)\/(?:\s|$)/,
  PrivateTmp: YES,
  PrivateDevices: YES,
  PrivateMounts: YES,
  PrivateNetwork: YES,
  PrivateIPC: YES,
  ProtectKernelTunables: YES,
  ProtectKernelModules: YES,
  ProtectKernelLogs: YES,
  ProtectClock: YES,
  ProtectHostname: YES,
  ProtectControlGroups: YES,
};

/** Settings to which every line adds. */
const LISTS = new Set([
  "BindPaths",
  "BindReadOnlyPaths",
  "ExecPaths",
  "InaccessiblePaths",
  "NoExecPaths",
  "ReadWritePaths",
  "SystemCallFilter",
  "TemporaryFileSystem",
]);

/** Settings whose empty value means something. */
const MAY_BE_EMPTY = new Set(["CapabilityBoundingSet", "AmbientCapabilities"]);

/**
 * The `[Service]` settings of a unit, later files over earlier ones. An empty value takes back what came before;
 * lists grow.
 */
export function readService(texts: readonly string[]): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const text of texts) {
    let section = "";
    for (const line of text.replace(/\\\n/g, " ").split("\n").map((line) => line.trim())) {
      if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
      const [, header] = /^\[(.+)\]$/.exec(line) ?? [];
      if (header !== undefined) {
        section = header;
        continue;
      }
      const [, key = "", value = ""] = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(line) ?? [];
      if (section === "Service" && key !== "") set(settings, key, value);
    }
  }
  return settings;
}

function set(settings: Map<string, string>, key: string, value: string): void {
  const before = settings.get(key);
  if (value === "" && !MAY_BE_EMPTY.has(key)) settings.delete(key);
  else if (LISTS.has(key) && before !== undefined) settings.set(key, `${before} ${value}`);
  else settings.set(key, value);
}

/** Properties that the unit does not set as an installation's unit does. */
export function missingProperties(
  settings: ReadonlyMap<string, string>,
  expected: Readonly<Record<string, RegExp>> = EXPECTED,
): string[] {
  return Object.entries(expected)
    .filter(([name, wanted]) => {
      const value = settings.get(name);
      return value === undefined || !wanted.test(value);
    })
    .map(([name]) => name);
}

/** What the daemon in a unit sees of the file system. */
export interface View {
  /** Whether the unit gives the daemon a view of its own. */
  readonly isOwn: boolean;
  canRead(path: string): boolean;
  canWrite(path: string): boolean;
}

/** @param person `%h` stands for their home, and `%i` in the template for their name. */
export function viewOf(
  settings: ReadonlyMap<string, string>,
  person: { readonly home: string; readonly name: string },
): View {
  const pathsOf = (key: string) => wordsOf(settings.get(key) ?? "").map((word) => expand(word, person));
  const writable = [...pathsOf("BindPaths"), ...pathsOf("ReadWritePaths")];
  const bound = [...writable, ...pathsOf("BindReadOnlyPaths")];
  const hidden = [...pathsOf("TemporaryFileSystem"), "/home", "/root", "/run/user"];
  const isOwn = settings.get("ProtectHome") === "tmpfs";
  const isIn = (path: string, folders: readonly string[]) => folders.some((folder) => isInside(path, folder));
  return {
    isOwn,
    canRead: (path) => !isOwn || isIn(path, bound) || !isIn(path, hidden),
    canWrite: (path) => !isOwn || isIn(path, writable),
  };
}

/**
 * The paths of a list, as systemd.syntax(7) splits it, as far as kato's own files need it: blanks, quotes, a backslash in
 * these, and the mark of what need not be there. A colon outside of quotes begins a destination and options; kato's own
 * binds have no other destination.
 */
function wordsOf(value: string): string[] {
  return [...value.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare = ""]) => {
    const word = quoted === undefined ? bare.split(":")[0] ?? "" : quoted.replace(/\\(.)/g, "$1");
    return word.replace(/^[-+]*/, "");
  });
}

function expand(word: string, { home, name }: { readonly home: string; readonly name: string }): string {
  const values: Readonly<Record<string, string>> = { "%h": home, "%i": name, "%%": "%" };
  return word.replace(/%[hi%]/g, (specifier) => values[specifier] ?? specifier);
}
