/** The key that a person probably meant, values by dotted names, and how an error is written. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { formatSettingsError, keysOf, nestValues, readSettings, valueAt } from "../../src/settings/keys.ts";
import { nearest } from "../../src/settings/nearest.ts";
import { POLICY_KEYS } from "../../src/settings/merge.ts";
import { policy } from "../../src/settings/policy.ts";

/** Levenshtein's distance by its definition. */
function distance(a: string, b: string): number {
  if (a === "" || b === "") return a.length + b.length;
  const same = a[0] === b[0] ? 0 : 1;
  return Math.min(
    distance(a.slice(1), b) + 1,
    distance(a, b.slice(1)) + 1,
    distance(a.slice(1), b.slice(1)) + same,
  );
}

Deno.test("nearest() takes the first name with the fewest changes, and none that is too far away", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });
  fc.assert(fc.property(word, fc.array(word, { maxLength: 4 }), (name, names) => {
    const most = Math.min(4, Math.ceil(name.length / 3) + 1);
    const near = names.map((other) => distance(name, other)).filter((far) => far < most);
    const expected = names.find((other) => distance(name, other) === Math.min(...near)) ?? null;
    assert.equal(nearest(name, names), expected);
  }));
});

const MEANT: readonly (readonly [name: string, key: string | null])[] = [
  ["destinations.root", "destinations.roots"],
  ["destination.roots", "destinations.roots"],
  ["recording.roots", "destinations.roots"],
  ["roots", "destinations.roots"],
  ["recording.max_file_mb", "destinations.max_file_mb"],
  ["recordings", "recording"],
  ["x", null],
  ["colour", null],
  ["x".repeat(65), null],
  [`${"x".repeat(64)}.roots`, "destinations.roots"],
  [`roots.${"x".repeat(64)}`, null],
];

for (const [name, key] of MEANT) {
  Deno.test(`nearest() takes ${name.slice(0, 30)} for ${key ?? "no key"}`, () => {
    const names = ["destinations", "recording", ...POLICY_KEYS.map(({ name }) => name)];
    assert.equal(nearest(name, names), key);
  });
}

Deno.test("nearest() compares names of 64 characters, and no longer ones", () => {
  const name = "x".repeat(63);
  assert.equal(nearest(`${name}y`, [`${name}z`]), `${name}z`);
  assert.equal(nearest(`${name}yy`, [`${name}yz`]), null);
  assert.equal(nearest(`${name}yy`, [`${name}y`]), null);
  assert.equal(nearest(`${name}y`, [`${name}yz`]), null);
});

Deno.test("keysOf(), valueAt() and nestValues() agree on every key", () => {
  const names = keysOf(policy).map(({ name }) => name);
  const values = names.map((name, index) => [name, index] as const);
  const nested = nestValues(values);
  for (const [name, index] of values) assert.equal(valueAt(nested, name), index, name);
  for (const { name, says } of keysOf(policy)) assert.ok(says.length > 10, name);
});

Deno.test("formatSettingsError() names the place as far as it is known", () => {
  const error = { file: "/p.toml", line: 3, key: "a.b", message: "must be mended" };
  assert.equal(formatSettingsError(error), "/p.toml:3: a.b: must be mended");
  assert.equal(formatSettingsError({ ...error, line: null }), "/p.toml: a.b: must be mended");
  assert.equal(formatSettingsError({ ...error, key: null }), "/p.toml:3: must be mended");
});

/** A file, and what is said of it. */
const SAID: readonly (readonly [text: string, ...says: string[]])[] = [
  ["destinations.max_file_mb = 7\n"],
  ["destinations.max_file_mb = 0\n", "p:1: destinations.max_file_mb: must be at least 1"],
  ["destinations.max_file_mb = 1\n"],
  ["destinations.max_file_mb = 1048576\n"],
  ["destinations.max_file_mb = 1048577\n", "p:1: destinations.max_file_mb: must be at most 1048576"],
  ["recording.max_command_age = 0\n"],
  ["recording.max_command_age = -1\n", "p:1: recording.max_command_age: must be at least 0"],
  ["recording.max_command_age = 525600\n"],
  ["recording.max_command_age = 525601\n", "p:1: recording.max_command_age: must be at most 525600"],
  [`destinations.agent_memory = [${'"a.md",'.repeat(64)}]\n`],
  [
    `destinations.agent_memory = [${'"a.md",'.repeat(65)}]\n`,
    "p:1: destinations.agent_memory: must have at most 64 entries",
  ],
  [
    'destinations.agent_memory = ["a/b.md"]\n',
    "p:1: destinations.agent_memory: entry 1 must be the name of a file",
  ],
  [`destinations.roots = [${'"~/a",'.repeat(32)}]\n`],
  [
    `destinations.roots = [${'"~/a",'.repeat(33)}]\n`,
    "p:1: destinations.roots: must have at most 32 entries",
  ],
  ["destinations.extensions = []\n", "p:1: destinations.extensions: must have at least 1 entry"],
  [
    'destinations.extensions = ["md", "md", "md", "md"]\n',
    "p:1: destinations.extensions: must have at most 3 entries",
  ],
  ["destinations.max_file_mb = 1.5\n", "p:1: destinations.max_file_mb: must be a whole number"],
  ['destinations.max_file_mb = "7"\n', "p:1: destinations.max_file_mb: must be a number"],
  ["\ndestinations.allow_shared = 1\n", "p:2: destinations.allow_shared: must be true or false"],
  ['destinations.roots = "x"\n', 'p:1: destinations.roots: must be a list, as in ["…"]'],
  ['destinations.roots = ["~/x", 1]\n', "p:1: destinations.roots: entry 2 must be text in quotes"],
  ["destinations.roots = []\n", "p:1: destinations.roots: must have at least 1 entry"],
  ["destinations.default_root = 1\n", "p:1: destinations.default_root: must be text in quotes"],
  ['destinations.cli_export = "all"\n', 'p:1: destinations.cli_export: must be "anywhere" or "roots"'],
  ["destinations = 1\n", "p:1: destinations: must be a table, as in [destinations]"],
  ["destinations = []\n", "p:1: destinations: must be a table, as in [destinations]"],
  ["destinations = 2026-11-23\n", "p:1: destinations: must be a table, as in [destinations]"],
  [
    "[destinatons]\nx = 1\n",
    "p:1: destinatons: is not a key that kato knows; did you mean `destinations`?",
  ],
  ["\n[zzz.roots]\nx = 1\n", "p:2: zzz: is not a key that kato knows"],
  ["\nzzz.roots.x = 1\n", "p:2: zzz: is not a key that kato knows"],
  ["\nzzz = { roots = 1 }\n", "p:2: zzz: is not a key that kato knows"],
  ["\n[destinations.roots.x]\ny = 1\n", 'p:2: destinations.roots: must be a list, as in ["…"]'],
  ["[[zzz]]\n", "p:1: zzz: is not a key that kato knows"],
];

for (const [text, ...says] of SAID) {
  Deno.test(`readSettings() says of ${JSON.stringify(text.slice(0, 60))}: ${says.join() || "nothing"}`, () => {
    const { errors, settings } = readSettings(text, "p", POLICY_KEYS);
    assert.deepEqual(errors.map(formatSettingsError), says);
    assert.equal(settings.length, says.length === 0 ? 1 : 0);
  });
}
