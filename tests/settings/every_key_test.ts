/** Tables over every key of policy, every place of a system and every provider, so that none of them is missed. */
import assert from "node:assert/strict";
import { DEFAULT_POLICY } from "../../src/settings/defaults.ts";
import { explainKey, keysNamed } from "../../src/settings/explain_key.ts";
import {
  HOME_FOLDERS,
  isOtherHome,
  isSystemLocation,
  RESERVED_IN_HOME,
  SYSTEM_LOCATIONS,
  whyNoRoot,
  whyNoSource,
} from "../../src/settings/folders.ts";
import { formatSettingsError, valueAt } from "../../src/settings/keys.ts";
import { type Layer, mergePolicy, POLICY_KEYS } from "../../src/settings/merge.ts";
import { isNarrower } from "../../src/settings/narrower.ts";
import { tomlOf } from "../../src/settings/toml_value.ts";
import { PROVIDERS } from "../../src/protocol/closed_sets.ts";

const HOME = "/home/ada";
const layer = (origin: Layer["origin"], text: string): Layer => ({ origin, file: `/${origin}.toml`, text });

/** For each key another value than the default's, as TOML; it stands beside the defaults of all other keys. */
const OTHER: Readonly<Record<string, string>> = {
  "destinations.roots": '["~/.kato/exports", "~/notes"]',
  "destinations.default_root": '"~/.kato/exports/a"',
  "destinations.extensions": '["md"]',
  "destinations.allow_existing": "true",
  "destinations.allow_shared": "true",
  "destinations.max_file_mb": "7",
  "destinations.agent_memory": '["TEAM.md"]',
  "destinations.cli_export": '"roots"',
  "recording.commands": '"prompts"',
  "recording.max_command_age": "5",
  "recording.auto": '[{ projects = ["~/p"] }]',
  "recording.automatic": '["~/p"]',
  "redaction.secrets": "false",
  "search.enabled": "true",
  "redaction.prefixes": '["ACME-"]',
  "redaction.allow": '["ghp_1"]',
  "sandbox.require_kernel_sandbox": "true",
  ...Object.fromEntries(PROVIDERS.flatMap((id) => [
    [`providers.${id}.enabled`, "false"],
    [`providers.${id}.roots`, '["~/sessions"]'],
    [`providers.${id}.keeps_days`, "90"],
  ])),
};

function merge(...layers: Layer[]) {
  const result = mergePolicy(layers, HOME);
  assert.ok(result.ok, JSON.stringify(result));
  return result.effective;
}

const organisationHashes = new Map<string | null, string>();
const hashes = new Map<string, string>([[merge().hash, "the default"]]);

for (const { name } of POLICY_KEYS) {
  // There is one version.
  if (name === "version") continue;
  Deno.test(`mergePolicy() takes ${name}: value, origin and hash are its own`, () => {
    const effective = merge(layer("user", `${name} = ${OTHER[name]}\n`));
    assert.notDeepEqual(valueAt(effective.policy, name), valueAt(merge().policy, name));
    assert.equal(effective.origins[name], "/user.toml");
    const same = hashes.get(effective.hash);
    assert.equal(same, undefined, `${name} has the hash of ${same}`);
    hashes.set(effective.hash, name);
    for (const other of POLICY_KEYS) {
      if (other.name === name) continue;
      assert.deepEqual(
        valueAt(effective.policy, other.name),
        valueAt(merge().policy, other.name),
        other.name,
      );
      assert.equal(effective.origins[other.name], "default");
    }
  });

  Deno.test(`explainKey() says what ${name} means, and the place that sets it`, () => {
    const { key, says, value, steps } = explainKey(
      merge(layer("user", `\n${name} = ${OTHER[name]}\n`)),
      name,
    );
    assert.deepEqual([key, says], [name, POLICY_KEYS.find((one) => one.name === name)?.says]);
    assert.deepEqual(steps.map(({ file, line }) => [file, line]), [["default", null], ["/user.toml", 2]]);
    assert.deepEqual(value, steps[1]?.value);
  });

  Deno.test(`mergePolicy() hashes what the organisation says of ${name}, and nothing else`, () => {
    const says = `${name} = ${OTHER[name]}\n`;
    const hashOf = (...layers: Layer[]) => merge(...layers).organisationHash;
    const none = hashOf(layer("organisation", ""));
    assert.equal(hashOf(layer("user", says)), null, "there is no organisation");
    assert.equal(hashOf(layer("organisation", ""), layer("user", says)), none);
    const own = hashOf(layer("organisation", says));
    assert.equal(hashOf(layer("organisation", `# why\n\n${says}`)), own);
    const enforced = hashOf(layer("organisation", `enforce = ["${name}"]\n${says}`));
    assert.equal(new Set([none, own, enforced]).size, 3);
    const same = organisationHashes.get(own);
    assert.equal(same, undefined, `${name} has the organisation's hash of ${same}`);
    organisationHashes.set(own, name);
  });

  Deno.test(`mergePolicy() ignores what widens ${name} under an administrator who enforces it, and nothing else`, () => {
    const value = valueAt(merge().policy, name);
    const other = valueAt(merge(layer("user", `${name} = ${OTHER[name]}\n`)).policy, name);
    for (const [enforced, wanted] of [[value, other], [other, value]]) {
      const says = (what: unknown) => `${name} = ${tomlOf(what)}\n`;
      const administrator = layer("organisation", `enforce = ["${name}"]\n${says(enforced)}`);
      const effective = merge(administrator, layer("user", says(wanted)));
      const isFine = isNarrower(name, enforced, wanted);
      assert.deepEqual(valueAt(effective.policy, name), isFine ? wanted : enforced);
      assert.deepEqual(effective.violations.map(({ key }) => key), isFine ? [] : [name]);
      assert.deepEqual(
        explainKey(effective, name).steps.map(({ origin, outcome }) => [origin, outcome]),
        isFine
          ? [["default", "replaced"], ["organisation", "replaced"], ["user", "holds"]]
          : [["default", "replaced"], ["organisation", "holds"], ["user", "ignored"]],
      );
      assert.deepEqual(explainKey(effective, name).enforced, { file: "/organisation.toml", line: 1 });
    }
    assert.ok(!isNarrower(name, value, other) || !isNarrower(name, other, value), "one of the two widens");
  });
}

Deno.test("keysNamed() gives a key, all of a table, and nothing for what only begins like one", () => {
  const names = POLICY_KEYS.map(({ name }) => name);
  for (const name of names) assert.deepEqual(keysNamed(name), [name]);
  assert.deepEqual(keysNamed("destinations"), names.filter((name) => name.startsWith("destinations.")));
  assert.deepEqual(keysNamed("providers.codex"), [
    "providers.codex.enabled",
    "providers.codex.roots",
    "providers.codex.keeps_days",
  ]);
  for (const name of ["dest", "destinations.root", "", "providers.code"]) {
    assert.deepEqual(keysNamed(name), []);
  }
});

for (const provider of PROVIDERS) {
  const overlaps: readonly (readonly [name: string, source: string, root: string])[] = [
    ["is", "~/notes", "~/notes"],
    ["is inside", "~/notes/sessions", "~/notes"],
    ["holds", "~/notes", "~/notes/exports"],
  ];
  for (const [name, source, root] of overlaps) {
    Deno.test(`mergePolicy() refuses a folder of ${provider}'s sessions that ${name} one of recordings`, () => {
      const text =
        `destinations.roots = ["~/.kato/exports", "${root}"]\nproviders.${provider}.roots = ["${source}"]\n`;
      const result = mergePolicy([layer("user", text)], HOME);
      assert.ok(!result.ok);
      assert.deepEqual(result.errors.map(formatSettingsError), [
        `/user.toml:2: providers.${provider}.roots: "${source.replace("~", HOME)}" overlaps ` +
        `"${root.replace("~", HOME)}" of destinations.roots`,
      ]);
    });
  }
}

for (const location of SYSTEM_LOCATIONS) {
  Deno.test(`${location} is the system's, but for a home in it`, () => {
    for (const path of [location, `${location}/x`, `${location}/x/y`]) {
      assert.ok(isSystemLocation(path, HOME), path);
      assert.match(whyNoRoot(path, HOME) ?? "", /is a system location/);
      assert.match(whyNoSource(path, HOME) ?? "", /is a system location/);
    }
    assert.ok(!isSystemLocation(`${location}x/y`, HOME));
    for (const home of [location, `${location}/home/ada`]) {
      assert.ok(!isSystemLocation(`${home}/notes`, home), home);
      assert.equal(whyNoRoot(`${home}/notes`, home), null);
      assert.equal(whyNoSource(`${home}/sessions`, home), null);
    }
    assert.ok(isSystemLocation(`${location}/home/adam`, `${location}/home/ada`));
    assert.ok(isSystemLocation(`${location}/x`, `${location}/home/ada`));
  });
}

Deno.test("isOtherHome() knows /home everywhere, and the folder in which this person's home is", () => {
  for (const named of HOME_FOLDERS) {
    const above = `/srv/${named}`;
    assert.ok(isOtherHome(`${above}/bob/notes`, `${above}/ada`));
    assert.ok(isOtherHome(above, `${above}/ada`));
    assert.ok(!isOtherHome(`${above}/ada/notes`, `${above}/ada`));
    assert.ok(isOtherHome("/home/bob", `${above}/ada`));
    assert.ok(!isOtherHome("/srv/notes", `${above}/ada`));
  }
  // Nothing says that the neighbours of such a home are homes.
  assert.ok(!isOtherHome("/data/bob", "/data/ada"));
});

Deno.test("every key of the default policy has its other value in this table", () => {
  assert.deepEqual(
    Object.keys(OTHER).sort(),
    POLICY_KEYS.map(({ name }) => name).filter((name) => name !== "version").sort(),
  );
  assert.equal(DEFAULT_POLICY.version, 1);
});

/** The keys of each row of the table of narrower values in docs/policy.md, and what the row says of them. */
function narrowerRows(): readonly { readonly keys: readonly string[]; readonly means: string }[] {
  const page = Deno.readTextFileSync(new URL("../../docs/policy.md", import.meta.url));
  const [, table = ""] = /^\| key +\| narrower means +\|\n\|[-| ]+\n((?:\|.*\n)+)/m.exec(page) ?? [];
  return table.trimEnd().split("\n").map((row) => {
    const [, keys = "", means = ""] = row.split("|").map((cell) => cell.trim());
    const named = [...keys.matchAll(/`([^`]+)`/g)].map(([, key = ""]) => key);
    return { keys: named.flatMap((key) => PROVIDERS.map((id) => key.replace("*", id))), means };
  });
}

Deno.test("docs/policy.md says for each key which values are narrower", () => {
  const rows = narrowerRows();
  const documented = rows.map(({ keys }) => [...new Set(keys)]).flat();
  assert.deepEqual(
    documented.sort(),
    POLICY_KEYS.map(({ name }) => name).filter((name) => name !== "version").sort(),
  );
  // Where the row names one value, that value is the narrow one.
  for (const { keys, means } of rows) {
    const [, value] = /^`([^`]+)`$/.exec(means) ?? [];
    if (value === undefined) continue;
    for (const key of keys) {
      const narrow = JSON.parse(value);
      const other = typeof narrow === "boolean" ? !narrow : "another";
      assert.ok(isNarrower(key, other, narrow) && !isNarrower(key, narrow, other), `${key}: ${value}`);
    }
  }
});

Deno.test("docs/path-policy.md has every system location", () => {
  const page = Deno.readTextFileSync(new URL("../../docs/path-policy.md", import.meta.url));
  const [row = ""] = /^\| `system-location` .*, but for the person's own home/m.exec(page) ?? [];
  assert.deepEqual([...row.matchAll(/`(\/[^`]+)`/g)].map(([, place]) => place), [...SYSTEM_LOCATIONS]);
});

Deno.test("docs/path-policy.md has every reserved folder", () => {
  const page = Deno.readTextFileSync(new URL("../../docs/path-policy.md", import.meta.url));
  const [, list = ""] = /<!-- generated: reserved folders -->\n([^]*?)<!-- end -->/.exec(page) ?? [];
  const documented = [...list.matchAll(/^- `~\/([^`]+)`$/gm)].map(([, name = ""]) => name);
  assert.deepEqual(documented, RESERVED_IN_HOME);
  for (const name of documented) assert.notEqual(whyNoRoot(`${HOME}/${name}/notes`, HOME), null, name);
});
