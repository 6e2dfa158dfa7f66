import assert from "node:assert/strict";
import { type Decision, DENIALS } from "../../src/destination/decision.ts";
import { explainSteps, STEPS } from "../../src/destination/explain_destination.ts";
import { explainKey, keysNamed } from "../../src/settings/explain_key.ts";
import { type Layer, mergePolicy, POLICY_KEYS } from "../../src/settings/merge.ts";

const HOME = "/home/ada";
const layer = (origin: Layer["origin"], file: string, text: string): Layer => ({ origin, file, text });

function outcomes(key: string, ...layers: Layer[]): string[] {
  const merged = mergePolicy(layers, HOME);
  assert.ok(merged.ok, JSON.stringify(merged));
  const { steps, value } = explainKey(merged.effective, key);
  const holding = steps.filter(({ outcome }) => outcome === "holds");
  assert.deepEqual(holding.map((step) => step.value), [value], "one of them holds, and it is the value");
  return steps.map(({ file, line, outcome }) => `${file}:${line} ${outcome}`);
}

Deno.test("explainKey() says what each layer says, and what became of it", () => {
  const organisation = layer(
    "organisation",
    "/etc/kato/policy.toml",
    'enforce = ["destinations.max_file_mb"]\n\n[destinations]\nmax_file_mb = 50\n',
  );
  const more = layer("organisation", "/etc/kato/policy.d/10.toml", "[destinations]\nmax_file_mb = 40\n");
  const wider = layer("user", "own.toml", "[destinations]\n\nmax_file_mb = 99\n");
  const narrower = layer("user", "own.toml", "[destinations]\nmax_file_mb = 9\n");
  const key = "destinations.max_file_mb";
  assert.deepEqual(outcomes(key), ["default:null holds"]);
  assert.deepEqual(outcomes(key, organisation, more, wider), [
    "default:null replaced",
    "/etc/kato/policy.toml:4 replaced",
    "/etc/kato/policy.d/10.toml:2 holds",
    "own.toml:3 ignored",
  ]);
  assert.deepEqual(outcomes(key, organisation, narrower).slice(-1), ["own.toml:2 holds"]);
  const merged = mergePolicy([organisation], HOME);
  assert.ok(merged.ok);
  assert.deepEqual(explainKey(merged.effective, key).enforced, { file: "/etc/kato/policy.toml", line: 1 });
});

Deno.test("explainKey() explains every key", () => {
  const merged = mergePolicy([], HOME);
  assert.ok(merged.ok);
  for (const { name } of POLICY_KEYS) assert.equal(explainKey(merged.effective, name).enforced, null);
});

Deno.test("keysNamed() takes a key or a table of keys", () => {
  assert.deepEqual(keysNamed("providers.codex"), [
    "providers.codex.enabled",
    "providers.codex.roots",
    "providers.codex.keeps_days",
  ]);
  assert.deepEqual(keysNamed("version"), ["version"]);
  assert.deepEqual(keysNamed("dest"), []);
});

Deno.test("the steps hold every reason of a denial, in the order of the decision", () => {
  const reasons = STEPS.flatMap((step) => step.reasons);
  assert.deepEqual([...new Set(reasons)], [...DENIALS]);
});

Deno.test("explainSteps() stops at the step that denied", () => {
  const denied = (reason: typeof DENIALS[number]): Decision => ({
    allow: false,
    reason,
    path: null,
    message: "",
  });
  const stepOf = (decision: Decision, looked: boolean) =>
    explainSteps(decision, looked).find(({ state }) => state === "denied")?.step;
  assert.equal(stepOf(denied("traversal"), false), "name");
  assert.equal(stepOf(denied("system-location"), false), "place");
  assert.equal(stepOf(denied("system-location"), true), "real place", "a link led there");
  assert.equal(stepOf(denied("too-large"), true), "size");
  const states = explainSteps(denied("symlink"), true).map(({ state }) => state);
  assert.deepEqual(new Set(states.slice(0, states.indexOf("denied"))), new Set(["passed"]));
  assert.deepEqual(new Set(states.slice(states.indexOf("denied") + 1)), new Set(["not reached"]));
  const allowed: Decision = { allow: true, path: "/x.md", existing: null, directories: [] };
  assert.ok(explainSteps(allowed, true).every(({ state }) => state === "passed"));
});
