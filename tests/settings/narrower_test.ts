/** Which values of each key are narrower than an enforced one: a table of its own, so that nothing is compared with itself. */
import assert from "node:assert/strict";
import { PROVIDERS } from "../../src/protocol/closed_sets.ts";
import { type AutoRule, autoRule } from "../../src/settings/auto_rule.ts";
import { POLICY_KEYS } from "../../src/settings/merge.ts";
import { isNarrower } from "../../src/settings/narrower.ts";

type Row = readonly [enforced: unknown, narrower: readonly unknown[], wider: readonly unknown[]];

const ONLY_FALSE: readonly Row[] = [[true, [true, false], []], [false, [false], [true]]];
const ONLY_TRUE: readonly Row[] = [[false, [true, false], []], [true, [true], [false]]];

const rule = (own: Partial<AutoRule> = {}) => autoRule.parse({ projects: ["/p"], ...own });

/** Only the last rules may go, and a rule may exclude more: no session gets a rule that it did not have. */
const RULES: readonly Row[] = [
  [[], [[]], [[rule()]]],
  [
    [rule(), rule({ projects: ["/"] })],
    [[], [rule()], [rule({ exclude: ["/p/x"] })], [rule(), rule({ projects: ["/"], exclude: ["/q"] })]],
    [
      [rule({ projects: ["/"] })],
      [rule({ projects: ["/p/x"] })],
      [rule({ to: "a/{session}" })],
      [rule({ clients: ["codex"] })],
      [rule({ collision: "refuse" })],
      [rule({ existing: true })],
      [rule(), rule({ projects: ["/"] }), rule()],
    ],
  ],
  [
    [rule({ exclude: ["/p/x"], existing: true })],
    [[rule({ exclude: ["/p/x"] })], [rule({ exclude: ["/p/y", "/p/x"], existing: true })]],
    [[rule({ exclude: ["/p/y"] })], [rule({ existing: true })]],
  ],
];

const TABLE: Readonly<Record<string, readonly Row[]>> = {
  "version": [[1, [1], []]],
  "destinations.roots": [
    [["/a"], [["/a"], ["/a/b"], ["/a", "/a/b"], []], [["/"], ["/b"], ["/ab"], ["/a", "/b"]]],
    [["/a", "/c"], [["/c"], ["/c/x", "/a"]], [["/a", "/b"]]],
    [[], [[]], [["/a"]]],
  ],
  "destinations.default_root": [["/a", ["/a", "/a/b"], ["/", "/b", "/ab"]]],
  "destinations.extensions": [[["md", "html"], [["md"], ["html", "md"], []], [["jsonl"], ["md", "jsonl"]]]],
  "destinations.allow_existing": ONLY_FALSE,
  "destinations.allow_shared": ONLY_FALSE,
  "destinations.max_file_mb": [[5, [5, 4, 1], [6]]],
  "destinations.agent_memory": [
    [["A.md"], [["A.md"], ["B.md", "A.md"]], [[], ["B.md"]]],
    [[], [[], ["A.md"]], []],
  ],
  "destinations.cli_export": [["anywhere", ["anywhere", "roots"], []], ["roots", ["roots"], ["anywhere"]]],
  "recording.commands": [
    [false, [false], ["typed", "prompts"]],
    ["typed", [false, "typed"], ["prompts"]],
    ["prompts", [false, "typed", "prompts"], []],
  ],
  "recording.max_command_age": [[0, [0, 1, 900], []], [5, [5, 4], [0, 6]]],
  "recording.auto": RULES,
  "recording.automatic": [[["/p", "/q"], [["/p"], ["/q", "/p"], []], [["/p/x"], ["/p", "/r"]]]],
  "redaction.secrets": ONLY_TRUE,
  "redaction.prefixes": [
    [["ACME-"], [["ACME-"], ["ACME-", "CORP-"]], [[], ["CORP-"]]],
    [[], [[], ["ACME-"]], []],
  ],
  "redaction.allow": [[["a123"], [["a123"], []], [["b123"], ["a123", "b123"]]]],
  "search.enabled": ONLY_FALSE,
  "sandbox.require_kernel_sandbox": ONLY_TRUE,
  ...Object.fromEntries(PROVIDERS.flatMap((id) => [
    [`providers.${id}.enabled`, ONLY_FALSE],
    [`providers.${id}.roots`, [
      [[], [[]], [["/a"]]],
      [["/a"], [["/a"], ["/a/b"]], [[], ["/b"], ["/a", "/b"]]],
    ]],
    [`providers.${id}.keeps_days`, [[0, [0], [1, 30]], [90, [90], [0, 30, 91]]]],
  ])),
};

Deno.test("isNarrower() keeps every rule of recording.auto where recording.automatic follows", () => {
  const enforced = [rule({ exclude: ["/p/x"] }), rule({ projects: ["/q"] })];
  const table: readonly (readonly [wanted: readonly AutoRule[], isNarrower: boolean])[] = [
    [enforced, true],
    [[rule({ exclude: ["/p/x", "/p/y"] }), rule({ projects: ["/q"] })], true],
    [enforced.slice(0, 1), false],
    [[], false],
  ];
  for (const [wanted, expected] of table) {
    assert.equal(isNarrower("recording.auto", enforced, wanted, true), expected, JSON.stringify(wanted));
    assert.equal(isNarrower("recording.auto", enforced, wanted, false), true);
  }
});

for (const { name } of POLICY_KEYS) {
  Deno.test(`isNarrower() of ${name} allows nothing beyond the enforced value`, () => {
    const rows = TABLE[name] ?? assert.fail("the table has no such key");
    for (const [enforced, narrower, wider] of rows) {
      for (
        const [wanted, expected] of [
          ...narrower.map((one) => [one, true]),
          ...wider.map((one) => [one, false]),
        ]
      ) {
        assert.equal(isNarrower(name, enforced, wanted), expected, JSON.stringify([enforced, wanted]));
      }
    }
  });
}

Deno.test("isNarrower() throws for a key that it does not know", () => {
  for (
    const name of ["destinations", "destinations.other", "providers.codex", "providers.codex.other", "roots"]
  ) {
    assert.throws(() => isNarrower(name, 1, 1), /internal error/, name);
  }
});
