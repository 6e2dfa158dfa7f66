/** Which rule records a session: by client and project, the first one, and what a log may say to choose it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type AutoRule, autoRule, chooseRule, nameRule, rulesOf } from "../../src/settings/auto_rule.ts";
import { formatSettingsError } from "../../src/settings/keys.ts";
import { mergePolicy } from "../../src/settings/merge.ts";
import { isRuleTemplate, splitFormat } from "../../src/settings/name_template.ts";

const FILE = "/home/ada/.kato/config/policy.toml";
const merge = (text: string) => mergePolicy([{ origin: "user", file: FILE, text }], "/home/ada");

const rule = (own: Partial<AutoRule>) => autoRule.parse({ projects: ["/"], ...own });

function chosen(auto: readonly AutoRule[], project: string | null, automatic: readonly string[] = []) {
  return chooseRule(rulesOf({ auto, automatic }), { provider: "codex", project })?.number;
}

Deno.test("a policy's rules get their defaults, and absolute folders", () => {
  const result = merge(
    '[[recording.auto]]\nprojects = ["~/work", "~/c*/x"]\n\n[[recording.auto]]\nclients = ["codex"]\n' +
      'projects = ["/"]\nexclude = ["~/private/"]\nto = "{project}/{slug}.html"\ncollision = "refuse"\nexisting = true\n',
  );
  assert.ok(result.ok, JSON.stringify(result));
  assert.deepEqual(result.effective.policy.recording.auto, [
    {
      clients: [],
      projects: ["/home/ada/work", "/home/ada/c*/x"],
      exclude: [],
      to: "",
      collision: "number",
      existing: false,
    },
    {
      clients: ["codex"],
      projects: ["/"],
      exclude: ["/home/ada/private"],
      to: "{project}/{slug}.html",
      collision: "refuse",
      existing: true,
    },
  ]);
});

const REFUSED: readonly (readonly [name: string, text: string, line: number, message: RegExp])[] = [
  ["no projects", '[[recording.auto]]\nclients = ["codex"]\n', 1, /entry 1, projects must be a list/],
  [
    "a relative project",
    '[[recording.auto]]\nprojects = ["work"]\n',
    2,
    /entry 1, projects must be absolute/,
  ],
  ["a project with ..", '[[recording.auto]]\nprojects = ["~/../bob"]\n', 1, /holds `\.\.`/],
  [
    "an unknown client in the second rule",
    '[[recording.auto]]\nprojects = ["/"]\n[[recording.auto]]\nprojects = ["/"]\nclients = ["emacs"]\n',
    5,
    /entry 2, clients must be "claude-code" or/,
  ],
  [
    "a key that it does not have",
    '[[recording.auto]]\nprojects = ["/"]\nproject = ["/"]\n',
    1,
    /entry 1 has no key `project`/,
  ],
  [
    "a template with ..",
    '[[recording.auto]]\nprojects = ["/"]\nto = "../{session}"\n',
    3,
    /entry 1, to must be a name/,
  ],
];

for (const [name, text, line, message] of REFUSED) {
  Deno.test(`a policy does not load whose rule has ${name}`, () => {
    const result = merge(text);
    assert.ok(!result.ok);
    const said = formatSettingsError(result.errors[0] ?? assert.fail());
    assert.match(said, message);
    assert.ok(said.startsWith(`${FILE}:${line}: recording.auto: `), said);
  });
}

Deno.test("a person's rules are ignored where an administrator enforces that there are none", () => {
  const result = mergePolicy([
    { origin: "organisation", file: "/etc/kato/policy.toml", text: 'enforce = ["recording.auto"]\n' },
    { origin: "user", file: FILE, text: '[[recording.auto]]\nprojects = ["~/work"]\n' },
  ], "/home/ada");
  assert.ok(result.ok);
  assert.deepEqual(result.effective.policy.recording.auto, []);
  assert.deepEqual(result.effective.violations.map(formatSettingsError), [
    `${FILE}:1: recording.auto: /etc/kato/policy.toml enforces []; [{ clients = [], projects = ["/home/ada/work"], ` +
    'exclude = [], to = "", collision = "number", existing = false }] would allow more and is ignored',
  ]);
});

const HR = '[[recording.auto]]\nprojects = ["~"]\nexclude = ["~/hr"]\n';
/** Rules that an administrator enforces, what a person wants, the projects of home that are recorded, and what is said. */
const BOUNDS: readonly (readonly [
  enforced: string,
  wanted: string,
  recorded: readonly string[],
  says: RegExp | null,
])[] = [
  [
    'enforce = ["recording.auto"]\n',
    '[recording]\nautomatic = ["~"]\n',
    [],
    /^\S+policy\.toml:2: recording\.automatic: \/etc\/kato\/policy\.toml enforces \[\];/,
  ],
  [
    `enforce = ["recording.auto"]\n[recording]\nautomatic = ["~/work"]\n`,
    '[recording]\nautomatic = ["~/work", "~/hr"]\n',
    ["work"],
    /:2: recording\.automatic: /,
  ],
  [
    `enforce = ["recording.auto"]\n[recording]\nautomatic = ["~"]\n`,
    "[recording]\nautomatic = []\n",
    [],
    null,
  ],
  ...["auto = []\n", 'automatic = ["~"]\nauto = []\n', 'auto = []\nautomatic = ["~"]\n'].map((own) =>
    [
      `enforce = ["recording.auto"]\n[recording]\nautomatic = ["~"]\n${HR}`,
      `[recording]\n${own}`,
      ["work"],
      /: recording\.auto: \/etc\/kato\/policy\.toml enforces .* more, as recording\.automatic follows, and is ignored$/,
    ] as const
  ),
  ...["auto = []\nautomatic = []\n", "automatic = []\nauto = []\n"].map((own) =>
    [
      `enforce = ["recording.auto"]\n[recording]\nautomatic = ["~"]\n${HR}`,
      `[recording]\n${own}`,
      [],
      null,
    ] as const
  ),
];

Deno.test("a person's rules and recording.automatic record nothing beyond the rules that an administrator enforces", () => {
  for (const [enforced, wanted, recorded, says] of BOUNDS) {
    const result = mergePolicy([
      { origin: "organisation", file: "/etc/kato/policy.toml", text: enforced },
      { origin: "user", file: FILE, text: wanted },
    ], "/home/ada");
    assert.ok(result.ok, JSON.stringify(result));
    const { policy: { recording }, violations, enforced: binding } = result.effective;
    const name = enforced + wanted;
    assert.deepEqual(
      ["work", "hr"].filter((project) =>
        chosen(recording.auto, `/home/ada/${project}`, recording.automatic) !== undefined
      ),
      recorded,
      name,
    );
    const said = violations.map(formatSettingsError);
    assert.equal(said.length, says === null ? 0 : 1, name);
    if (says !== null) assert.match(said[0] ?? "", says);
    assert.deepEqual(binding["recording.automatic"], { file: "/etc/kato/policy.toml", line: 1 });
  }
});

Deno.test("the organisation's hash has the keys that are enforced as its files name them", () => {
  const hash = (text: string) => {
    const result = mergePolicy(
      [{ origin: "organisation", file: "/etc/kato/policy.toml", text }],
      "/home/ada",
    );
    return result.ok ? result.effective.organisationHash : null;
  };
  assert.notEqual(
    hash('enforce = ["recording.auto"]\n'),
    hash('enforce = ["recording.auto", "recording.automatic"]\n'),
  );
});

const PROJECTS: readonly (readonly [folder: string, yes: readonly string[], no: readonly string[]])[] = [
  ["/w", ["/w", "/w/a", "/w/a/b"], ["/", "/wa", "/x/w", "w", "/W"]],
  ["/", ["/", "/a", "/a/b"], ["a", ""]],
  ["/w/*", ["/w/a", "/w/a/b", "/w/.a"], ["/w", "/v/a"]],
  ["/w/a*b", ["/w/ab", "/w/axb/c"], ["/w/a", "/w/b", "/w/a/b", "/w/abc"]],
  ["/w/a*a", ["/w/aa", "/w/aba"], ["/w/a"]],
  ["/*/x*y*z", ["/q/xyz", "/q/x1y2z"], ["/q/xzy", "/x1y2z", "/q/xz"]],
  // A log may say anything of where it is; only a plain path chooses a rule.
  ["/w/a", ["/w/a"], ["/w/a/..", "/w/a/../b", "/w//a", "/w/./a", "/w/a/", "C:\\w\\a"]],
];

for (const [folder, yes, no] of PROJECTS) {
  Deno.test(`chooseRule() with ${folder}`, () => {
    for (const project of yes) assert.equal(chosen([rule({ projects: [folder] })], project), 1, project);
    for (const project of [...no, null]) {
      assert.equal(chosen([rule({ projects: [folder] })], project), undefined, String(project));
    }
  });
}

Deno.test("chooseRule() takes the first rule that is about the session, and none where that excludes it", () => {
  const rules = [
    rule({ clients: ["gemini"], projects: ["/w"] }),
    rule({ projects: ["/v", "/w"], exclude: ["/w/secret*"] }),
    rule({ projects: ["/w"] }),
    rule({}),
  ];
  const of = (project: string) => chosen(rules, project, ["/w", "/"]);
  assert.deepEqual(["/w/a", "/v", "/w/secrets/x", "/u"].map(of), [2, 2, undefined, 4]);
  assert.equal(
    chooseRule(rulesOf({ auto: rules, automatic: [] }), { provider: "gemini", project: "/w" })?.number,
    1,
  );
  // The short form comes last, and records what was there before.
  const last = chooseRule(rulesOf({ auto: [], automatic: ["/w"] }), { provider: "codex", project: "/w/a" });
  assert.deepEqual([last?.number, last?.rule.existing], [null, true]);
  assert.deepEqual([nameRule(2), nameRule(null)], ["recording.auto rule 2", "recording.automatic"]);
});

Deno.test("chooseRule() takes no longer for a pattern of many stars", () => {
  const folder = `/${"a*".repeat(100)}b`;
  assert.equal(chosen([rule({ projects: [folder] })], `/${"a".repeat(100_000)}`), undefined);
});

Deno.test("chooseRule(): a star stands for any part of a name", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 4 });
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 2, maxLength: 4 }),
      fc.array(text, { maxLength: 4 }),
      (parts, between) => {
        const name = parts.map((part, at) => part + (at < parts.length - 1 ? between[at] ?? "" : "")).join(
          "",
        );
        fc.pre(name !== "");
        assert.equal(chosen([rule({ projects: [`/${parts.join("*")}`] })], `/${name}`), 1);
      },
    ),
  );
});

Deno.test("a rule's template has an ending or none, and stays below the default root", () => {
  for (const template of ["", "{slug}", "log.md", "{project}/{date}.jsonl", "a b/{session}.html"]) {
    assert.ok(isRuleTemplate(template), template);
  }
  for (const template of [".md", "/a", "~/a", "../a", "a/", "{words}", "a*", "a/.b", "a\n"]) {
    assert.equal(isRuleTemplate(template), false, template);
  }
  assert.deepEqual(splitFormat("a/{slug}.jsonl"), { name: "a/{slug}", format: "jsonl" });
  assert.deepEqual(splitFormat("{slug}.txt"), { name: "{slug}.txt", format: "md" });
});
