import assert from "node:assert/strict";
import { parse } from "@std/toml";
import { readConfig } from "../../src/settings/config.ts";
import { DEFAULT_CONFIG, DEFAULT_POLICY } from "../../src/settings/defaults.ts";
import { formatSettingsError, valueAt } from "../../src/settings/keys.ts";
import { type EffectivePolicy, type Layer, mergePolicy, POLICY_KEYS } from "../../src/settings/merge.ts";
import { isNarrower } from "../../src/settings/narrower.ts";
import { shippedPolicy, starterConfig, starterPolicy } from "../../src/settings/starter.ts";

const HOME = "/home/ada";
const organisation = (text: string, file = "/etc/kato/policy.toml"): Layer => ({
  origin: "organisation",
  file,
  text,
});
const user = (text: string): Layer => ({ origin: "user", file: `${HOME}/.kato/config/policy.toml`, text });

function merged(...layers: Layer[]): EffectivePolicy {
  const result = mergePolicy(layers, HOME);
  assert.ok(result.ok, JSON.stringify(result));
  return result.effective;
}

function refused(...layers: Layer[]): string[] {
  const result = mergePolicy(layers, HOME);
  assert.ok(!result.ok, "expected errors");
  return result.errors.map(formatSettingsError);
}

Deno.test("mergePolicy() without a file is the shipped default, for this home", () => {
  const { policy, origins, violations, version, hash } = merged();
  assert.deepEqual(policy, {
    ...DEFAULT_POLICY,
    destinations: {
      ...DEFAULT_POLICY.destinations,
      roots: ["/home/ada/.kato/exports"],
      default_root: "/home/ada/.kato/exports",
    },
  });
  assert.deepEqual(new Set(Object.values(origins)), new Set(["default"]));
  assert.equal(Object.keys(origins).length, POLICY_KEYS.length);
  assert.deepEqual([violations, version], [[], 1]);
  assert.match(hash, /^[0-9a-f]{64}$/);
});

Deno.test("policy/default.toml shows the defaults of the code, the starter files set nothing", async () => {
  const file = await Deno.readTextFile(new URL("../../policy/default.toml", import.meta.url));
  assert.equal(file, shippedPolicy());
  assert.deepEqual(parse(file), DEFAULT_POLICY);
  assert.equal(merged(user(starterPolicy())).hash, merged().hash);
  assert.deepEqual(readConfig(starterConfig(), "config.toml"), { ok: true, config: DEFAULT_CONFIG });
  // Every line that is a setting works when its mark is taken away.
  const active = starterPolicy().replaceAll(/^# (\w+ = )/gm, "$1");
  assert.equal(merged(user(active)).hash, merged().hash);
});

Deno.test("policy/organisation.example.toml loads", async () => {
  const text = await Deno.readTextFile(new URL("../../policy/organisation.example.toml", import.meta.url));
  const { enforced, policy } = merged(organisation(text));
  assert.equal(policy.destinations.cli_export, "roots");
  assert.ok(Object.keys(enforced).length > 5);
  // Everything that it sets but the version is enforced, so that setting it is not a wish.
  const set = Object.keys(merged(organisation(text)).origins)
    .filter((key) => merged(organisation(text)).origins[key] !== "default");
  assert.deepEqual(set.filter((key) => enforced[key] === undefined), ["version"]);
  // What it offers works when its mark is taken away.
  const active = text.replaceAll(/^# (\w+ = )/gm, "$1");
  assert.notEqual(active, text);
  assert.equal(merged(organisation(active)).policy.recording.commands, false);
});

Deno.test("mergePolicy() lets the later layer win, key by key, and says where each value is from", () => {
  const { policy, origins } = merged(
    organisation("[destinations]\nmax_file_mb = 10\nallow_shared = true\n"),
    organisation("[destinations]\nmax_file_mb = 20\n", "/etc/kato/policy.d/10-size.toml"),
    user('[destinations]\nroots = ["~/notes/", "~/.kato/exports/./"]\n[providers.codex]\nenabled = false\n'),
  );
  assert.equal(policy.destinations.max_file_mb, 20);
  assert.equal(policy.destinations.allow_shared, true);
  assert.deepEqual(policy.destinations.roots, ["/home/ada/notes", "/home/ada/.kato/exports"]);
  assert.equal(policy.providers.codex.enabled, false);
  assert.equal(origins["destinations.max_file_mb"], "/etc/kato/policy.d/10-size.toml");
  assert.equal(origins["destinations.allow_shared"], "/etc/kato/policy.toml");
  assert.equal(origins["providers.codex.enabled"], "/home/ada/.kato/config/policy.toml");
  assert.equal(origins["recording.commands"], "default");
});

Deno.test("mergePolicy() reads the former value of recording.commands as what it means now, and says so", () => {
  const { policy, notes } = merged(user("[recording]\ncommands = true\n"));
  assert.equal(policy.recording.commands, "typed");
  assert.deepEqual(notes.map(formatSettingsError), [
    '/home/ada/.kato/config/policy.toml:2: recording.commands: true is read as "typed"; write "typed"',
  ]);
  assert.deepEqual(merged(user('[recording]\ncommands = "prompts"\n')).notes, []);
});

Deno.test("mergePolicy() refuses what it does not understand, with file, line and mend", async (t) => {
  const file = "/home/ada/.kato/config/policy.toml";
  const cases: [name: string, text: string, expected: string][] = [
    [
      "a key with a typing error",
      "\n[destinations]\nallow_existng = true\n",
      `${file}:3: destinations.allow_existng: is not a key that kato knows; did you mean \`destinations.allow_existing\`?`,
    ],
    [
      "a table with a typing error",
      "[destination]\nroots = []\n",
      `${file}:1: destination: is not a key that kato knows; did you mean \`destinations\`?`,
    ],
    [
      "a key outside its table",
      'default_root = "~/x"\n',
      `${file}:1: default_root: is not a key that kato knows; did you mean \`destinations.default_root\`?`,
    ],
    ["a key like none", "zzzzzzzz = 1\n", `${file}:1: zzzzzzzz: is not a key that kato knows`],
    ["a prototype", "[__proto__]\nx = 1\n", `${file}:1: __proto__: is not a key that kato knows`],
    ["a constructor", "constructor = 1\n", `${file}:1: constructor: is not a key that kato knows`],
    [
      "a word that is none of the key's",
      '[recording]\ncommands = "yes"\n',
      `${file}:2: recording.commands: must be "typed" or "prompts" or false`,
    ],
    ["a value for a table", "recording = true\n", `${file}:1: recording: must be a table, as in [recording]`],
    ["a list for a table", "[[recording]]\n", `${file}:1: recording: must be a table, as in [recording]`],
    [
      "text for a list",
      '[destinations]\nroots = "~/x"\n',
      `${file}:2: destinations.roots: must be a list, as in ["…"]`,
    ],
    [
      "an empty list of roots",
      "[destinations]\nroots = []\n",
      `${file}:2: destinations.roots: must have at least 1 entry`,
    ],
    [
      "a number in a list of text",
      '[destinations]\nroots = ["~/x", 2]\n',
      `${file}:2: destinations.roots: entry 2 must be text in quotes`,
    ],
    [
      "a number too small",
      "[destinations]\nmax_file_mb = 0\n",
      `${file}:2: destinations.max_file_mb: must be at least 1`,
    ],
    [
      "a fraction",
      "[destinations]\nmax_file_mb = 1.5\n",
      `${file}:2: destinations.max_file_mb: must be a whole number`,
    ],
    [
      "a value of a closed set",
      '[destinations]\ncli_export = "nowhere"\n',
      `${file}:2: destinations.cli_export: must be "anywhere" or "roots"`,
    ],
    ["an unknown version", "version = 2\n", `${file}:1: version: must be 1`],
    [
      "enforce in a person's file",
      'enforce = ["destinations.roots"]\n',
      `${file}:1: enforce: may only stand in an administrator's policy; take it out`,
    ],
    [
      "a home that is somebody else's",
      '[destinations]\nroots = ["~bob/x"]\n',
      `${file}:2: destinations.roots: entry 1 must be absolute or begin with ~/`,
    ],
    [
      "roots without a default root in one",
      '[destinations]\nroots = ["~/notes"]\n',
      `${file}:2: destinations.roots: destinations.default_root is "/home/ada/.kato/exports" (default), which is in none of ` +
      'destinations.roots; set it to one of ["/home/ada/notes"] or a folder inside',
    ],
    [
      "a default root outside the roots",
      '[destinations]\ndefault_root = "~/notes"\n',
      `${file}:2: destinations.default_root: destinations.default_root is "/home/ada/notes" (${file}), which is in none of ` +
      'destinations.roots; set it to one of ["/home/ada/.kato/exports"] or a folder inside',
    ],
    [
      "sessions among the recordings",
      '[destinations]\nroots = ["~/x", "~/.kato/exports"]\n[providers.codex]\nroots = ["~/x/y"]\n',
      `${file}:4: providers.codex.roots: "/home/ada/x/y" overlaps "/home/ada/x" of destinations.roots`,
    ],
  ];
  for (const [name, text, expected] of cases) {
    await t.step(name, () => assert.deepEqual(refused(user(text)), [expected]));
  }
});

Deno.test("mergePolicy() refuses roots that no recording may be in", async (t) => {
  const cases: [root: string, why: RegExp][] = [
    ["/", /holds a whole home folder/],
    ["/home", /holds a whole home folder/],
    ["/home/bob/notes", /is beside your home/],
    ["~", /holds a whole home folder/],
    ["~/", /holds a whole home folder/],
    ["/home/ada/x/..", /holds `\.\.`/],
    ["/etc/kato", /is a system location/],
    ["/proc/self/root/home/ada/x", /is a system location/],
    ["/usr", /is a system location/],
    ["~/.config/autostart", /is in a hidden folder/],
    ["~/.kato", /is in a hidden folder/],
    ["~/.kato/state", /is in a hidden folder/],
    ["~/notes/.git", /is in a hidden folder/],
    ["/srv/.hidden/x", /is in a hidden folder/],
    ["~/a\\u0000b", /invisible character/],
    ["~/a\\u202eb", /invisible character/],
  ];
  for (const [root, why] of cases) {
    await t.step(root, () => {
      const [error = ""] = refused(user(`[destinations]\nroots = ["${root}"]\ndefault_root = "${root}"\n`));
      assert.match(error, why);
    });
  }
  for (
    const root of [
      "~/notes",
      "~/.kato/exports/team",
      "/srv/notes",
      "~/..foo/x".replace("/..foo", "/foo.."),
      "~/a,b",
    ]
  ) {
    await t.step(`${root} is allowed`, () => {
      merged(user(`[destinations]\nroots = ["${root}"]\ndefault_root = "${root}"\n`));
    });
  }
});

Deno.test("mergePolicy() refuses roots of sessions that hold more than sessions", async (t) => {
  for (const root of ["/", "~", "/home", "/etc", "~/.kato", "~/.kato/state"]) {
    await t.step(root, () => {
      assert.equal(refused(user(`[providers.codex]\nroots = ["${root}"]\n`)).length, 1);
    });
  }
  const { policy } = merged(user('[providers.codex]\nroots = ["~/.codex-work/sessions"]\n'));
  assert.deepEqual(policy.providers.codex.roots, ["/home/ada/.codex-work/sessions"]);
});

Deno.test("mergePolicy() lets a person narrow what is enforced, and never widen it", async (t) => {
  const base = `enforce = [KEY]
[destinations]
roots = ["~/work", "~/.kato/exports"]
extensions = ["md", "jsonl"]
max_file_mb = 100
agent_memory = ["TEAM.md"]
[recording]
max_command_age = 30
automatic = ["~/p", "~/q"]
[providers.claude-code]
roots = ["~/.claude/projects"]
`;
  const yes: [key: string, value: string][] = [
    ["destinations.roots", '["~/work/a", "~/.kato/exports"]'],
    ["destinations.roots", '["~/.kato/exports"]'],
    ["destinations.default_root", '"~/.kato/exports/a"'],
    ["destinations.extensions", '["md"]'],
    ["destinations.allow_existing", "false"],
    ["destinations.allow_shared", "false"],
    ["destinations.max_file_mb", "100"],
    ["destinations.max_file_mb", "1"],
    ["destinations.agent_memory", '["TEAM.md"]'],
    ["destinations.agent_memory", '["TEAM.md", "NOTES.md"]'],
    ["destinations.cli_export", '"roots"'],
    ["destinations.cli_export", '"anywhere"'],
    ["recording.commands", "false"],
    ["recording.commands", '"typed"'],
    ["recording.max_command_age", "10"],
    ["recording.automatic", '["~/q"]'],
    ["sandbox.require_kernel_sandbox", "true"],
    ["providers.claude-code.enabled", "false"],
    ["providers.claude-code.roots", '["~/.claude/projects/x"]'],
    ["providers.codex.roots", "[]"],
  ];
  const no: [key: string, value: string][] = [
    ["destinations.roots", '["~/work", "~/private", "~/.kato/exports"]'],
    ["destinations.roots", '["~/workshop", "~/.kato/exports"]'],
    ["destinations.default_root", '"~/work"'],
    ["destinations.extensions", '["md", "html"]'],
    ["destinations.allow_existing", "true"],
    ["destinations.allow_shared", "true"],
    ["destinations.max_file_mb", "101"],
    ["destinations.agent_memory", "[]"],
    ["destinations.agent_memory", '["NOTES.md"]'],
    ["recording.commands", '"prompts"'],
    ["recording.max_command_age", "0"],
    ["recording.max_command_age", "31"],
    ["recording.automatic", '["~/p/sub"]'],
    ["providers.claude-code.roots", "[]"],
    ["providers.claude-code.roots", '["~/.claude"]'],
    ["providers.codex.roots", '["~/.codex/sessions"]'],
  ];
  for (const [narrows, cases] of [[true, yes], [false, no]] as const) {
    for (const [key, value] of cases) {
      await t.step(`${key} = ${value} ${narrows ? "narrows" : "widens"}`, () => {
        const dot = key.lastIndexOf(".");
        const text = `[${key.slice(0, dot)}]\n${key.slice(dot + 1)} = ${value}\n`;
        const layer = organisation(base.replace("KEY", `"${key}"`));
        const { violations, origins, hash } = merged(layer, user(text));
        assert.equal(violations.length, narrows ? 0 : 1);
        if (narrows) return;
        assert.equal(violations[0]?.key, key);
        assert.equal(violations[0]?.line, 2);
        assert.match(violations[0]?.message ?? "", /^\/etc\/kato\/policy\.toml enforces .* and is ignored$/);
        assert.notEqual(origins[key], "/home/ada/.kato/config/policy.toml");
        assert.equal(hash, merged(layer).hash);
      });
    }
  }
});

Deno.test("mergePolicy() holds a person to an enforced false, true or roots", async (t) => {
  const cases: [table: string, key: string, enforced: string, wanted: string][] = [
    ["destinations", "cli_export", '"roots"', '"anywhere"'],
    ["recording", "commands", "false", "true"],
    ["sandbox", "require_kernel_sandbox", "true", "false"],
    ["providers.gemini", "enabled", "false", "true"],
  ];
  for (const [table, key, enforced, wanted] of cases) {
    await t.step(`${table}.${key}`, () => {
      const layer = organisation(`enforce = ["${table}.${key}"]\n[${table}]\n${key} = ${enforced}\n`);
      const { violations, hash } = merged(layer, user(`[${table}]\n${key} = ${wanted}\n`));
      assert.equal(violations.length, 1);
      assert.equal(hash, merged(layer).hash);
    });
  }
});

Deno.test("mergePolicy() reports an enforced key that does not exist", () => {
  assert.deepEqual(refused(organisation('\nenforce = ["destination.roots"]\n')), [
    '/etc/kato/policy.toml:2: enforce: names "destination.roots", which is not a key of policy',
  ]);
});

Deno.test("isNarrower() has a rule for every key, and every value narrows itself", () => {
  for (const { name } of POLICY_KEYS) {
    const value = valueAt(DEFAULT_POLICY, name);
    assert.ok(isNarrower(name, value, value), name);
  }
});

Deno.test("mergePolicy() gives one hash for one meaning", () => {
  const a = merged(user("[destinations]\nmax_file_mb = 7\nallow_shared = true\n"));
  const b = merged(
    organisation("destinations.allow_shared = true"),
    user("# x\ndestinations = { max_file_mb = 7 }\n"),
  );
  assert.equal(a.hash, b.hash);
  assert.notEqual(a.hash, merged().hash);
});

Deno.test("readConfig() fills in defaults and refuses what it does not know", () => {
  const read = readConfig('[render]\nthinking = true\ntime_zone = "Europe/Vienna"\n', "c.toml");
  assert.ok(read.ok);
  assert.deepEqual(read.config.render, {
    ...DEFAULT_CONFIG.render,
    thinking: true,
    time_zone: "Europe/Vienna",
  });
  assert.deepEqual(readConfig(null, "c.toml"), { ok: true, config: DEFAULT_CONFIG });
  const wrong = readConfig(
    '[render]\ntime_zone = "Mars/Olympus"\nthinkin = true\n[log]\nlevel = "loud"\n',
    "c.toml",
  );
  assert.ok(!wrong.ok);
  assert.deepEqual(wrong.errors.map(formatSettingsError), [
    "c.toml:2: render.time_zone: must be an IANA time zone such as Europe/Vienna, or empty",
    "c.toml:3: render.thinkin: is not a key that kato knows; did you mean `render.thinking`?",
    'c.toml:5: log.level: must be "debug" or "info" or "warning" or "error"',
  ]);
});
