/** What is loaded before a command is known: every module more is paid for at each start, twice. */
import assert from "node:assert/strict";

const SOURCE = new URL("../../src/", import.meta.url);

/** Everything that `entry` imports, directly or not, before its first line runs; paths in `src`, and libraries. */
function loadedBy(entry: string): Set<string> {
  const loaded = new Set([entry]);
  for (const path of loaded) {
    if (!path.endsWith(".ts")) continue;
    const code = Deno.readTextFileSync(new URL(path, SOURCE)).replace(/\/\*[\s\S]*?\*\//g, "");
    // What is imported for its types alone vanishes.
    const imports = code.matchAll(/^import (?!type )(?:[^;]*? from )?"([^"]+)";$/gm);
    for (const [, target = ""] of imports) {
      const url = new URL(target, new URL(path, SOURCE));
      loaded.add(target.startsWith(".") ? url.pathname.slice(SOURCE.pathname.length) : target);
    }
  }
  return loaded;
}

const HEAVY =
  /^(?:zod|@std\/(?:toml|yaml)|@logtape|fzstd|diff|node:)|^(?:providers|parser|writer|daemon|session|hosts)\//;

for (const entry of ["kato.ts", "plan.ts"]) {
  Deno.test(`${entry} begins with neither schemas nor providers nor anything of node:`, () => {
    const loaded = [...loadedBy(entry)];
    assert.ok(
      loaded.includes("cli/command_line/program.ts") && loaded.includes("commander"),
      loaded.join("\n"),
    );
    assert.deepEqual(loaded.filter((module) => HEAVY.test(module)), []);
  });
}

const READERS = [
  "actions/doctor.ts",
  "actions/export.ts",
  "actions/forget.ts",
  "actions/request.ts",
  "actions/search.ts",
  "actions/seal.ts",
  "actions/sessions.ts",
  "actions/show.ts",
  "actions/tail.ts",
  "actions/verify.ts",
  "planning/plan_facts.ts",
];

for (const file of READERS) {
  Deno.test(`${file} begins with no client's reader, and with nothing that only a large log needs`, () => {
    const loaded = [...loadedBy(`cli/${file}`)];
    assert.ok(loaded.includes("zod/mini"), loaded.join("\n"));
    assert.deepEqual(
      loaded.filter((module) => /^providers\/(?:\w+\/|registry)|^node:buffer$/.test(module)),
      [],
    );
  });
}

Deno.test("an export begins with no parser of Markdown: an export as JSONL needs none", () => {
  const loaded = [...loadedBy("cli/actions/export.ts")];
  assert.ok(loaded.includes("cli/export/write_session.ts") && loaded.includes("render/jsonl.ts"));
  assert.deepEqual(loaded.filter((module) => /^@lezer|^render\/(?:markdown|html)\.ts/.test(module)), []);
});

for (
  const entry of [
    "orchestrator.ts",
    "parser/entry.ts",
    ...["export", "show", "sessions", "tail"].map((action) => `cli/actions/${action}.ts`),
  ]
) {
  Deno.test(`${entry} makes no schema of events: it gets none from elsewhere`, () => {
    const loaded = [...loadedBy(entry)];
    assert.ok(loaded.includes("protocol/provider_id.ts"), loaded.join("\n"));
    assert.ok(!loaded.includes("protocol/event_schema.ts"));
  });
}

Deno.test("the daemon's entry needs no parser of command lines, no reader of logs, and of node: the database alone", () => {
  const loaded = [...loadedBy("orchestrator.ts")];
  assert.ok(loaded.includes("daemon/main.ts"), loaded.join("\n"));
  assert.deepEqual(
    loaded.filter((module) => /^(?:commander|node:|providers\/|parser\/|render\/)/.test(module)),
    ["node:sqlite"],
  );
});

Deno.test("kato status needs no policy, no provider and no renderer but what makes text harmless", () => {
  const loaded = [...loadedBy("cli/actions/status.ts")];
  assert.ok(loaded.includes("zod/mini"), "what the daemon wrote is validated");
  const rooms = /^(?:settings|destination|permissions|audit|disk|providers|render)\//;
  assert.deepEqual(loaded.filter((module) => rooms.test(module)), [
    "settings/places.ts",
    "render/neutralise.ts",
  ]);
});
