/**
 * Documents say which test shows a claim, as `tests/FOLDER/FILE_test.ts`: "NAME"; "NAME". Each such test is there. What a
 * name takes from a table stands as … in the document. The index of each folder of tests' helpers names them all.
 */
import assert from "node:assert/strict";
import { markdownBelow, read } from "./documents.ts";

/** Documents that claim what an attacker cannot do: none of them without a test. */
const CLAIMING = [
  "SECURITY.md",
  "docs/threat-model.md",
  "docs/design/permissions.md",
  "docs/path-policy.md",
  "docs/command-grammar.md",
  "docs/audit-events.md",
  "docs/policy.md",
  "docs/logs.md",
];

interface Claim {
  readonly page: string;
  readonly file: string;
  readonly name: string;
}

function claimsOf(page: string): Claim[] {
  // A line end stands for a space, and a table's cell ends a claim by itself.
  const text = read(page).replace(/\s+/g, " ");
  return [...text.matchAll(/`(tests\/[a-z_/]+_test\.ts)`:((?: "[^"]+";?)+)/g)].flatMap((
    [, file = "", names = ""],
  ) => [...names.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => ({ page, file, name })));
}

/** Every text in `file` that is written as one string, with … for what is put into it. */
function namesIn(file: string): ReadonlySet<string> {
  const source = read(file).replace(/\$\{[^{}]*\}/g, "…");
  return new Set(
    [...source.matchAll(/"([^"\n]+)"|`([^`\n]+)`/g)].map(([, plain, template]) => plain ?? template ?? ""),
  );
}

Deno.test("every test that a document names as showing a claim exists", () => {
  const names = new Map<string, ReadonlySet<string>>();
  const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...markdownBelow("docs")];
  const missing = pages.flatMap(claimsOf).filter(({ file, name }) => {
    const known = names.get(file) ?? namesIn(file);
    names.set(file, known);
    return !known.has(name);
  });
  assert.deepEqual(missing, []);
});

Deno.test("every test file that a document names exists", () => {
  const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...markdownBelow("docs")];
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(/tests\/[a-z_/]+_test\.ts/g)].map(([file]) => file)
  );
  for (const file of new Set(named)) {
    assert.ok(Deno.statSync(new URL(`../${file}`, import.meta.url)).isFile, file);
  }
});

for (const page of CLAIMING) {
  Deno.test(`${page} names tests for what it claims`, () => {
    assert.ok(claimsOf(page).length >= 3, `${claimsOf(page).length} tests`);
  });
}

const TESTS = new URL(".", import.meta.url).pathname;

for (const folder of ["daemon/stage", "cli/stage", "launcher", "hosts", "fleet"]) {
  Deno.test(`tests/${folder}/README.md names every helper, by words that it has`, () => {
    const rows = Deno.readTextFileSync(`${TESTS}${folder}/README.md`).split("\n")
      .filter((line) => line.startsWith("| ")).slice(2).map((line) =>
        line.split("|").map((cell) => cell.trim())
      );
    const words = new Map<string, string[]>();
    let files: string[] = [];
    for (const [, file = "", own = ""] of rows) {
      if (file !== "") files = quotedIn(file);
      for (const one of files) words.set(one, [...words.get(one) ?? [], ...quotedIn(own)]);
    }
    const helpers = [...Deno.readDirSync(`${TESTS}${folder}`)].map(({ name }) => name)
      .filter((name) => name.endsWith(".ts") && !name.endsWith("_test.ts"));
    assert.deepEqual([...words.keys()].filter((name) => name.endsWith(".ts")).sort(), helpers.sort());
    for (const name of helpers) {
      const text = Deno.readTextFileSync(`${TESTS}${folder}/${name}`);
      for (const word of words.get(name) ?? []) {
        assert.match(text, new RegExp(`^export .*\\b${word}\\b`, "m"), `${name} has ${word}`);
      }
    }
  });
}

function quotedIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}
