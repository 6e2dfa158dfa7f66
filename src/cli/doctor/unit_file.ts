/** A systemd unit and its drop-ins, as far as `kato doctor` looks at them. Pure. */

/** What the unit of an installation sets; a pattern for what its value must be. */
export const EXPECTED: Readonly<Record<string, RegExp>> = {
  NoNewPrivileges: /^(?:yes|true|on|1)$/,
  MemoryDenyWriteExecute: /^(?:yes|true|on|1)$/,
  LockPersonality: /^(?:yes|true|on|1)$/,
  RestrictRealtime: /^(?:yes|true|on|1)$/,
  RestrictSUIDSGID: /^(?:yes|true|on|1)$/,
  RestrictNamespaces: /^(?:yes|true|on|1)$/,
  RestrictAddressFamilies: /^none$/,
  SystemCallArchitectures: /^native$/,
  SystemCallFilter: /\S/,
  UMask: /^0?077$/,
  LimitCORE: /^0(?::0)?$/,
  MemoryMax: /^(?!infinity$)\S/,
};

/**
 * The `[Service]` settings of a unit, later files over earlier ones. An empty value takes back what came before;
 * lists (`SystemCallFilter`) grow.
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
      if (section !== "Service" || key === "") continue;
      const before = settings.get(key);
      if (value === "") settings.delete(key);
      else {settings.set(
          key,
          key === "SystemCallFilter" && before !== undefined ? `${before} ${value}` : value,
        );}
    }
  }
  return settings;
}

/** Properties that the unit does not set as an installation's unit does. */
export function missingProperties(settings: ReadonlyMap<string, string>): string[] {
  return Object.entries(EXPECTED)
    .filter(([name, wanted]) => !wanted.test(settings.get(name) ?? ""))
    .map(([name]) => name);
}
