/** Makes the text on clients of each place outside of the code, from the table (src/protocol/clients.ts). Pure. */
import { dirname } from "@std/path";
import { markdownTable } from "./markdown_table.ts";
import { type Client, CLIENT_VARIABLES, CLIENTS } from "../src/protocol/clients.ts";
import { RESERVED_IN_HOME } from "../src/settings/folders.ts";

const clients: readonly [id: string, client: Client][] = Object.entries(CLIENTS);
const names = clients.map(([, { name }]) => name);

const readers = clients.map(([id]) => ({
  folder: id.replaceAll("-", "_"),
  reader: id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
  id,
}));

/** src/providers/registry.ts */
export function providerRegistry(): string {
  return [
    "/** Made by `deno task generate` from the table of clients (src/protocol/clients.ts): who reads the logs of each. */",
    'import type { ProviderId } from "../protocol/event.ts";',
    ...readers.map(({ folder, reader }) => `import { ${reader} } from "./${folder}/${folder}.ts";`),
    'import type { Provider } from "./provider.ts";',
    "",
    "const readers: Readonly<Record<ProviderId, Provider>> = {",
    ...readers.map(({ id, reader }) => id === reader ? `  ${id},` : `  "${id}": ${reader},`),
    "};",
    "",
    "export const providers: readonly Provider[] = Object.values(readers);",
    "",
    "export function providerById(id: ProviderId): Provider {",
    "  return readers[id];",
    "}",
    "",
  ].join("\n");
}

/** src/providers/load_provider.ts */
export function providerLoader(): string {
  return [
    "/**",
    " * Made by `deno task generate` from the table of clients (src/protocol/clients.ts): loads the reader of one client. A",
    " * command needs few of them, and they are a quarter of its code.",
    " */",
    'import type { ProviderId } from "../protocol/event.ts";',
    'import type { Provider } from "./provider.ts";',
    "",
    "const readers: Readonly<Record<ProviderId, () => Promise<Provider>>> = {",
    ...readers.map(({ id, folder, reader }) =>
      `  ${id === reader ? id : `"${id}"`}: async () => (await import("./${folder}/${folder}.ts")).${reader},`
    ),
    "};",
    "",
    "export function loadProvider(id: ProviderId): Promise<Provider> {",
    "  return readers[id]();",
    "}",
    "",
    "/** In the order of the table. */",
    "export function loadAllProviders(): Promise<readonly Provider[]> {",
    "  return Promise.all(Object.values(readers).map((load) => load()));",
    "}",
    "",
  ].join("\n");
}

/** A unit of the system with the clients' folders in it: made by kato-setup@, shown by kato@. */
export function fillUnitFolders(unit: string): string {
  const home = /[= ]([^\s=]*(?:%[hi]|\$\{HOME\}))\/\.kato\b/.exec(unit)?.[1];
  if (home === undefined) {
    throw new Error("the unit names no folder ~/.kato, which tells how it writes a home");
  }
  const folders = foldersBelow(home);
  const lines = unit.includes("BindPaths=")
    ? [...folders.map((path) => `BindReadOnlyPaths=-${path}`), `NoExecPaths=-${folders.join(" -")}`]
    : [`ExecStart=-/usr/bin/mkdir -p -m 0700 ${folders.join(" ")}`];
  return fillBlock(unit, "the clients' folders", lines);
}

/** The person's unit: it shows the folders that are there, and has the manager wait for the others. */
export function fillPersonUnit(unit: string): string {
  const waiting = foldersBelow("").map((path) => `Wants=kato-client@${escapeInstance(path.slice(1))}.path`);
  return fillBlock(fillUnitFolders(unit), "waiting for clients", waiting);
}

/** As systemd-escape(1) writes a path below a folder, but for the dot in front, which an instance may begin with. */
function escapeInstance(path: string): string {
  const asBytes = (letter: string) =>
    [...new TextEncoder().encode(letter)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
  return path.replace(/[^A-Za-z0-9:_./]/gu, asBytes).replaceAll("/", "-");
}

/** AppArmor's profile: the folders, and those that lead there. */
export function fillProfile(profile: string): string {
  const home = "@{HOME}";
  const above = new Set(
    foldersBelow(home).flatMap((folder) => {
      const leading = [];
      for (let path = dirname(folder); path !== home; path = dirname(path)) leading.unshift(path);
      return leading;
    }),
  );
  return fillBlock(profile, "session logs", [
    ...foldersBelow(home).map((folder) => `owner ${folder}/{,**} r,`),
    ...[...above].map((folder) => `owner ${folder}/ r,`),
  ]);
}

/** policy/organisation.example.toml */
export function fillOrganisation(text: string): string {
  const keys = clients.flatMap(([id]) => [`"providers.${id}.enabled",`, `"providers.${id}.roots",`]);
  const tables = clients.flatMap(([id, { home, roots }]) => [
    `[providers.${id}]`,
    "# enabled = false",
    `roots = [${roots.map((root) => `"~/${home}/${root}"`).join(", ")}]`,
    "",
  ]);
  return fillBlock(fillBlock(text, "keys", keys), "clients", tables.slice(0, -1));
}

/** The bullets of a package's description. */
export function fillBullets(text: string): string {
  if (!/^ {2}\* /m.test(text)) throw new Error("no bullet to fill: expected a line that begins with `  * `");
  return text.replace(/(?:^ {2}\* .*\n)+/m, names.map((name) => `  * ${name}\n`).join(""));
}

/** The names in a line of mdoc(7), and the variables in another. */
export const MANUAL = {
  names: `.Pq ${listed(names, "and")}`,
  variables: `.It ${CLIENT_VARIABLES.map((name) => `Ev ${name}`).join(" , ")}`,
};

/** README's list. */
export function clientList(): string {
  return clients
    .map(([, { name, versions }]) => `- ${name}, version${versions.includes(" ") ? "s" : ""} ${versions}`)
    .join("\n");
}

/** Of docs/providers.md. */
export function clientTable(): string {
  const code = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join(", ");
  const rows = clients.map(([id, { name, home, roots, variables, sideFiles, keeps }]) => [
    name,
    `\`${id}\``,
    code(roots.map((root) => `~/${home}/${root}`)),
    code(Object.keys(variables)),
    Object.entries(sideFiles).map(([says, file]) => `\`${file}\` (${says})`).join(", "),
    keeps === null ? "" : `${keeps.days} days (\`${keeps.setting}\`)`,
  ]);
  return markdownTable([["client", "id", "sessions", "moved by", "side files", "keeps logs"], ...rows]);
}

/** Of docs/path-policy.md. */
export function reservedFolders(): string {
  return RESERVED_IN_HOME.map((folder) => `- \`~/${folder}\``).join("\n");
}

function foldersBelow(home: string): string[] {
  return clients.flatMap(([, client]) => client.roots.map((root) => `${home}/${client.home}/${root}`));
}

function listed(words: readonly string[], last: string): string {
  return words.join(", ").replace(/, (?=[^,]*$)/, ` ${last} `);
}

/** `text` with `lines` between `# generated: name` and the next `# end`, as far to the right as those. */
function fillBlock(text: string, name: string, lines: readonly string[]): string {
  const block = new RegExp(`^( *)# generated: ${name}\n[^]*?^ *# end\n`, "m");
  const indent = block.exec(text)?.[1];
  if (indent === undefined) {
    throw new Error(`No block "${name}" to fill: expected # generated: ${name} … # end`);
  }
  const filled = [`# generated: ${name}`, ...lines, "# end"].map((line) =>
    line === "" ? "\n" : `${indent}${line}\n`
  );
  return text.replace(block, () => filled.join(""));
}
