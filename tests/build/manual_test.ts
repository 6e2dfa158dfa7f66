/** Manual pages: words in mdoc. Whether they are current, tests/permissions/matrix_test.ts says; lint: test:packages. */
import assert from "node:assert/strict";
import { commandsPage, versioned } from "../../tools/manual/pages.ts";
import { fillPage, literal, prose, word } from "../../tools/manual/mdoc.ts";
import { VERSION } from "../../src/version.ts";
import { read } from "../documents.ts";

Deno.test("literal() keeps every character as it is, whatever mdoc makes of it", () => {
  const cases = [
    ["kato --json", "kato \\-\\-json"],
    ["a\\b", "a\\eb"],
    [".Sh no macro", "\\&.Sh no macro"],
    ["one\n.two", "one\n\\&.two"],
    ["'kato sessions'", "\\(aqkato sessions\\(aq"],
    ["`kato` ~/x", "\\(gakato\\(ga \\(ti/x"],
  ] as const;
  for (const [text, expected] of cases) assert.equal(literal(text), expected, text);
});

Deno.test("prose() begins a sentence on a line of its own", () => {
  assert.equal(
    prose("It does. kato must run. Then (not 1.5) more: Ends."),
    "It does.\nkato must run.\nThen (not 1.5) more:\nEnds.",
  );
});

Deno.test("word() is one argument of a macro, dots and quotes and all", () => {
  assert.equal(word('kato sessions --project . "x"'), '"kato sessions \\-\\-project . \\(dqx\\(dq"');
});

Deno.test("fillPage() fills the section of that name, and wants it to be there", () => {
  const page = '.Sh A\n.\\" generated: one\nold\n.\\" end\n.Sh B\n';
  assert.equal(fillPage(page, "one", "new"), '.Sh A\n.\\" generated: one\nnew\n.\\" end\n.Sh B\n');
  assert.throws(() => fillPage(page, "two", "new"), /No section "two"/);
});

Deno.test("kato(1) has every command and option that the help shows, and says its version", () => {
  const page = commandsPage(read("packaging/man/kato.1"));
  const help = read("docs/cli.md");
  const commands = [...help.matchAll(/^### kato (.+)$/gm)].map(([, name = ""]) => name)
    // A command that only holds others is described with them.
    .filter((name) => !help.includes(`### kato ${name} `));
  assert.ok(commands.includes("export") && commands.includes("policy show"));
  assert.deepEqual(commands.filter((name) => !page.includes(`.It Cm ${literal(name)}`)), []);
  const options = new Set([...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name = ""]) => name));
  assert.ok(options.has("--output"));
  assert.deepEqual([...options].filter((name) => !page.includes(`Fl ${literal(name.slice(1))}`)), []);
  assert.ok(versioned(page).includes(`.Os kato ${VERSION}\n`));
});
