import assert from "node:assert/strict";
import { PLACES } from "../../src/permissions/granted_places.ts";
import { DENIED, MATRIX, type Row } from "../../src/permissions/matrix.ts";
import { permissionTable } from "../../tools/permission_table.ts";
import { findStale } from "../../tools/generate.ts";

const rows: readonly Row[] = MATRIX;
const row = (profile: string) => rows.find((row) => row.profile === profile) ?? assert.fail(profile);

Deno.test("the matrix denies network, programs, foreign code and imports to every profile", () => {
  assert.deepEqual(DENIED, ["net", "run", "ffi", "import"]);
  for (const row of rows) for (const kind of DENIED) assert.ok(!(kind in row), `${row.profile} ${kind}`);
});

Deno.test("the matrix gives one authority to one role", () => {
  assert.deepEqual(
    rows.filter(({ write }) => write.includes("its destination")).map(({ profile }) => profile),
    ["writer:<destination>"],
  );
  assert.deepEqual(
    rows.filter(({ read }) => read.includes("its provider's roots")).map(({ profile }) => profile),
    ["parser:<provider>"],
  );
  assert.deepEqual(row("writer:<destination>").read, []);
  assert.deepEqual(row("parser:<provider>").write, []);
  assert.ok(!row("daemon").read.includes("provider roots"));
});

Deno.test("the matrix lets only these profiles write, and only there", () => {
  const writers = rows.filter(({ write }) => write.length > 0).map(({ profile, write }) => [profile, write]);
  assert.deepEqual(writers, [
    ["daemon", ["state", "logs"]],
    ["writer:<destination>", ["its destination"]],
    ["export", ["logs", "named outputs"]],
    ["request", ["requests"]],
    ["forget", ["requests", "index"]],
    ["clean", ["requests", "index"]],
    ["policy:edit", ["own settings", "unit drop-ins", "logs"]],
    ["seal", ["logs", "named outputs"]],
    ["search", ["index", "logs of the index"]],
    ["init", ["own settings"]],
  ]);
});

Deno.test("the matrix lets only these profiles run without a policy that loads", () => {
  assert.deepEqual(
    rows.filter(({ needsPolicy }) => !needsPolicy).map(({ profile }) => profile),
    ["plan", "cli-read:status", "cli-read:doctor", "policy", "audit", "fleet:status", "init", "help"],
  );
});

Deno.test("the matrix lets nobody write the organisation's settings, and nobody write code or session logs", () => {
  for (const { profile, write } of rows) {
    for (const place of ["code", "settings", "provider roots", "its provider's roots"] as const) {
      assert.ok(!write.includes(place), `${profile} writes ${place}`);
    }
  }
});

Deno.test("permissionTable() shows every profile and explains every entry", () => {
  const table = permissionTable();
  for (const { profile } of rows) assert.ok(table.includes(`| \`${profile}\``), profile);
  for (const place of Object.keys(PLACES)) assert.match(table, new RegExp(`^\\| ${place} +\\|`, "m"));
});

Deno.test("what is generated from the code is current: run `deno task generate`", () => {
  assert.deepEqual(findStale().map(({ path }) => path), []);
});
