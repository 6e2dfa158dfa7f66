/** Rules of policy that record by themselves, as commands show them. */
import assert from "node:assert/strict";
import { auditRecord } from "../../src/audit/record.ts";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { placesOf } from "../../src/settings/places.ts";
import { makeHome, type Place, runLine } from "./stage/run_line.ts";

const run = (line: string, place: Place) => runLine(line.split(" "), place);

function withRules(text: string): Place & Disposable {
  const home = makeHome();
  const { config, policyFile } = placesOf(home.home);
  makePrivateFolder(config);
  Deno.writeTextFileSync(policyFile, text, { mode: 0o600 });
  return home;
}

const RULES =
  '[[recording.auto]]\nprojects = ["~/work"]\n\n[[recording.auto]]\nprojects = ["~/a*"]\nto = "{slug}.html"\n';

Deno.test("kato policy show and explain write rules as a policy file would", async () => {
  using home = withRules(RULES);
  const shown = (await run("policy show", home)).out;
  const value =
    `[{ clients = [], projects = ["${home.home}/work"], exclude = [], to = "", collision = "number", ` +
    `existing = false }, { clients = [], projects = ["${home.home}/a*"], exclude = [], to = "{slug}.html", ` +
    'collision = "number", existing = false }]';
  assert.ok(shown.includes(`\nrecording.auto = ${value}  # ~/.kato/config/policy.toml\n`), shown);
  const explained = (await run("policy explain recording.auto", home)).out;
  assert.ok(
    explained.startsWith(`recording.auto = ${value}, as ~/.kato/config/policy.toml:1 says\n`),
    explained,
  );
  const { policy } = JSON.parse((await run("policy show --json", home)).out);
  assert.deepEqual(policy.recording.auto.map(({ to }: { to: string }) => to), ["", "{slug}.html"]);
  // A list as it is shown is one that a policy takes.
  using copy = withRules(`recording.auto = ${value}\n`);
  assert.equal((await run("policy check", copy)).ended, "done");
});

Deno.test("kato doctor says whether anything is recorded without a command", async () => {
  const table = [
    ["", /recording +nothing is recorded without a command/],
    [
      RULES,
      /recording +new sessions are recorded without a command, by recording\.auto rule 1, recording\.auto rule 2\n/,
    ],
    ['[recording]\nautomatic = ["~/work"]\n', /without a command, by recording\.automatic\n/],
  ] as const;
  for (const [text, says] of table) {
    using home = withRules(text);
    assert.match((await run("doctor", home)).out, says);
  }
});

Deno.test("kato policy check names the line of a rule, and nothing in a rule steers the terminal", async () => {
  using home = withRules(
    '[[recording.auto]]\nprojects = ["/"]\n[[recording.auto]]\nprojects = ["~/\\u001b[2Ja"]\n',
  );
  const ran = await run("policy check", home);
  assert.equal(ran.ended, "refused");
  assert.match(ran.err, /policy\.toml:1: recording\.auto: .*holds a control or invisible character/);
  assert.ok(!ran.err.includes("\u001b"), ran.err);
});

function recordsIn({ home }: Place): string[] {
  const lines = Deno.readTextFileSync(placesOf(home).auditFile).trim().split("\n");
  return lines.map((line) => auditRecord.parse(JSON.parse(line))).map(({ event, reason }) =>
    `${event} ${reason}`
  );
}

/** As the launcher does before a command that writes there. */
function makeLogs({ home }: Place): void {
  makePrivateFolder(placesOf(home).base);
  makePrivateFolder(placesOf(home).logs);
}

for (const text of [null, "", "# mine", "[destinations]\nmax_file_mb = 5\n"]) {
  Deno.test(`kato init --auto adds a rule to ${JSON.stringify(text)}, once, and on record`, async () => {
    using home = text === null ? makeHome() : withRules(text);
    makeLogs(home);
    const ran = await run("init --auto", home);
    assert.equal(ran.ended, "done", ran.err);
    assert.match(ran.out, /new sessions below your home are recorded/);
    const written = Deno.readTextFileSync(placesOf(home.home).policyFile);
    assert.ok(text === null || written.startsWith(text), written);
    const { policy } = JSON.parse((await run("policy show --json", home)).out);
    assert.deepEqual(
      policy.recording.auto.map(({ projects, existing }: Record<string, unknown>) => [projects, existing]),
      [
        [[home.home], false],
      ],
    );
    assert.deepEqual(recordsIn(home), ["policy-edited rule-added"]);
    assert.match((await run("init --auto", home)).out, /has rules of automatic recording already/);
    assert.equal(Deno.readTextFileSync(placesOf(home.home).policyFile), written);
    assert.equal(recordsIn(home).length, 1);
  });
}

Deno.test("kato init --auto adds no rule where an administrator allows none, or where the file has an empty list", async () => {
  const table = [
    [
      'enforce = ["recording.auto"]\n',
      "",
      "denied",
      /policy\.toml:1 enforces that nothing is recorded without/,
    ],
    ["", "[recording]\nauto = []\n", "failed", /policy\.toml:2 sets recording\.auto\. Take that line out/],
  ] as const;
  for (const [system, own, ended, says] of table) {
    using home = withRules(own);
    makeLogs(home);
    Deno.writeTextFileSync(`${home.system}/policy.toml`, system);
    const ran = await run("init --auto", home);
    assert.equal(ran.ended, ended);
    assert.match(ran.err, says);
    assert.equal(Deno.readTextFileSync(placesOf(home.home).policyFile), own);
  }
});
