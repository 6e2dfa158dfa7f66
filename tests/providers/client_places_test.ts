/** Every place that names clients names each of them: the table of clients, and the places that are made from it. */
import assert from "node:assert/strict";
import { isAgentMemory } from "../../src/destination/agent_memory.ts";
import { type Client, CLIENT_VARIABLES, type ClientId, CLIENTS } from "../../src/protocol/clients.ts";
import { PROVIDERS } from "../../src/protocol/closed_sets.ts";
import { providers } from "../../src/providers/registry.ts";
import { DEFAULT_POLICY } from "../../src/settings/defaults.ts";
import { whyNoRoot } from "../../src/settings/folders.ts";
import { read } from "../documents.ts";

const root = new URL("../../", import.meta.url).pathname;

type Named = Client & { readonly id: string };
const clients: readonly Named[] = Object.entries(CLIENTS).map(([id, client]) => ({ id, ...client }));

const folderOf = (id: string) => id.replaceAll("-", "_");
const below = (home: string) => (client: Client) =>
  client.roots.map((path) => `${home}/${client.home}/${path}`);
const man = (text: string) => text.replaceAll("-", "\\-");

/** What a place must say of a client, by the place's path. */
const PLACES: Readonly<Record<string, (client: Named) => readonly string[]>> = {
  "README.md": ({ name, versions }) => [`- ${name}, version${versions.includes(" ") ? "s" : ""} ${versions}`],
  "docs/cli.md": ({ id }) => [id],
  "docs/event.schema.json": ({ id }) => [`"${id}"`],
  "docs/path-policy.md": (
    { name, home, memory },
  ) => [name, `\`~/${home}\``, ...memory.map((file) => `\`${file}\``)],
  "docs/policy.md": ({ id }) => [`\`providers.${id}.enabled\``, `\`providers.${id}.roots\``],
  "docs/providers.md": (client) => [
    `\n## ${client.name} (\`${client.id}\`)\n`,
    `\`${client.id}\``,
    ...below("~")(client),
    ...Object.keys(client.variables),
    ...Object.values(client.sideFiles),
  ],
  "packaging/apparmor/kato": (client) => below("owner @{HOME}")(client).map((path) => `${path}/{,**} r,`),
  "packaging/completions/_kato": ({ id }) => [id],
  "packaging/completions/kato.bash": ({ id }) => [id],
  "packaging/completions/kato.fish": ({ id }) => [id],
  "packaging/deb/control": ({ name }) => [`\n  * ${name}\n`],
  "packaging/man/kato-policy.5": ({ id }) => [`providers.${man(id)}.enabled`, `providers.${man(id)}.roots`],
  "packaging/man/kato.1": ({ id, name, variables }) => [man(id), name, ...Object.keys(variables)],
  "packaging/policy.toml": ({ id }) => [`[providers.${id}]`],
  "packaging/rpm/kato.spec": ({ name }) => [`\n  * ${name}\n`],
  "packaging/systemd/kato-setup@.service": below(""),
  "packaging/systemd/kato.service": (client) => [
    ...below("BindReadOnlyPaths=-%h")(client),
    ...client.roots.map((root) =>
      `Wants=kato-client@${`${client.home}/${root}`.replaceAll("-", "\\x2d").replaceAll("/", "-")}.path`
    ),
  ],
  "packaging/systemd/kato@.service": below("BindReadOnlyPaths=-/home/%i"),
  "policy/default.toml": ({ id }) => [`[providers.${id}]`],
  "policy/organisation.example.toml": (client) => [
    `"providers.${client.id}.enabled"`,
    `"providers.${client.id}.roots"`,
    `[providers.${client.id}]`,
    ...below("~")(client),
  ],
  "policy/policy.schema.json": ({ id }) => [
    `"${id}": {`,
    `"providers.${id}.enabled"`,
    `"providers.${id}.roots"`,
  ],
  "src/launcher/clients.h": ({ home, memory, variables }) =>
    [home, ...memory, ...Object.keys(variables)].map((text) => `"${text}"`),
  "src/providers/load_provider.ts": ({ id }) => [`/${folderOf(id)}/${folderOf(id)}.ts"`],
  "src/providers/registry.ts": ({ id }) => [`/${folderOf(id)}/${folderOf(id)}.ts"`],
};

for (const client of clients) {
  const { id, home, memory } = client;
  for (const [path, says] of Object.entries(PLACES)) {
    Deno.test(`${path} names ${id}`, () => {
      const text = read(path);
      assert.deepEqual(says(client).filter((words) => !text.includes(words)), [], "run deno task generate");
    });
  }

  Deno.test(`the code knows ${id}: policy, ids, variables, folders and names that are never written`, () => {
    assert.ok(PROVIDERS.includes(id as ClientId));
    assert.equal(providers.filter((provider) => provider.id === id).length, 1, "its reader bears its id");
    assert.deepEqual(DEFAULT_POLICY.providers[id as ClientId], { enabled: true, roots: [], keeps_days: 0 });
    for (const variable of Object.keys(client.variables)) assert.ok(CLIENT_VARIABLES.includes(variable));
    for (const file of memory) assert.ok(isAgentMemory(`/home/ada/notes/${file}`, []), file);
    assert.notEqual(whyNoRoot(`/home/ada/${home}/notes`, "/home/ada"), null);
  });

  Deno.test(`${id} has fixtures`, () => {
    assert.ok(read(`fixtures/${id}/README.md`).includes(client.name));
  });
}

/** Files that name a client and are no place: each is about one of them alone. */
const MENTIONS: Readonly<Record<string, string>> = {
  "packaging/dependencies.json": "says what a library is for",
  "src/daemon/open_file.ts": "any client will do where no name is made",
  "src/launcher/tests/plan.dict": "words for the fuzzer",
  "src/launcher/tests/unit.c": "examples",
  "src/protocol/clients.ts": "the table itself",
  "tools/demo.ts": "plays one client",
  "tools/package_tests/booted_checks.ts": "plays one client",
};

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(`${root}${folder}`)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? name === "build" ? [] : filesBelow(path) : [path];
  });
}

/** Of code, what is no comment: there a client may stand as an example, or as the reason for something. */
function wordsOf(path: string): string {
  const text = read(path);
  return /\.(?:ts|c|h)$/.test(path) ? text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "") : text;
}

Deno.test("every other file that names a client is known to be about that one alone", () => {
  const isReader = (path: string) =>
    clients.some(({ id }) => path.startsWith(`src/providers/${folderOf(id)}/`));
  // A name may be a part of other words.
  const whole = (words: string) => new RegExp(`(?<!\\w)${RegExp.escape(words)}(?!\\w)`);
  const named = clients.flatMap(({ id, name, home, variables }) => [
    ...[`"${id}"`, ...(name === id ? [] : [name]), ...Object.keys(variables)].map(whole),
    new RegExp(`:${RegExp.escape(id)}(?!\\w)|${RegExp.escape(home)}/`),
  ]);
  const strays = ["src", "packaging", "policy", "tools", ".ci"].flatMap(filesBelow)
    .filter((path) =>
      !isReader(path) && PLACES[path] === undefined && named.some((word) => word.test(wordsOf(path)))
    );
  assert.deepEqual(strays.sort(), Object.keys(MENTIONS));
});
