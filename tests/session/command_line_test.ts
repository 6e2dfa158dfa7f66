import assert from "node:assert/strict";
import fc from "fast-check";
import { GRAMMAR_REASONS } from "../../src/protocol/command.ts";
import {
  chatLine,
  correctLine,
  forShell,
  readCommand,
  terminalLine,
} from "../../src/session/command_line.ts";
import { scanCommands } from "../../src/session/command.ts";

/** What was typed, and the line that was probably meant; null where nobody can tell. */
const CORRECTIONS: readonly (readonly [typed: string, meant: string | null])[] = [
  ["::Record notes.md", "::record notes.md"],
  ["::STOP", "::stop"],
  ["::recrod notes.md", "::record notes.md"],
  ["::rekord", "::record"],
  ["::rec notes.md", "::record notes.md"],
  ["::recording", "::record"],
  ["::stopp", "::stop"],
  ["::captur talk.html", "::capture talk.html"],
  [":: record notes.md", "::record notes.md"],
  ["::hello", null],
  ["::std::vector<int> v;", null],
  ["::export", null],
  ["::init", null],
  ["::stop now", "::stop"],
  ["::record my notes.md", '::record "my notes.md"'],
  ["::record notes.md please", "::record notes.md"],
  ["::record notes.md and then fix the parser", "::record notes.md"],
  ['::record "my notes.md', '::record "my notes.md"'],
  ['::record my" notes.md', '::record "my notes.md"'],
  ["::record @notes.md", "::record notes.md"],
  ["::record <notes.md>", "::record notes.md"],
  ["::record [the notes](notes/a.md)", "::record notes/a.md"],
  ["::record ~/notes/", "::record ~/notes.md"],
  ["::record ~", null],
  ["::record note[1].md", "::record note1.md"],
  ["::record *.md", null],
  ["::record $HOME/a.md", "::record ~/a.md"],
  ['::record "${HOME}/a b.md"', '::record "~/a b.md"'],
  ["::record $NOTES/a.md", null],
  ["::record my\\ notes.md", '::record "my notes.md"'],
  ["::record notes\\a.md", "::record notes/a.md"],
  ["::record ../foo.md", "::record foo.md"],
  ["::record notes//a.md", "::record notes/a.md"],
  ["::record no\u200btes.md", "::record notes.md"],
  ["::record\u00a0notes.md", "::record notes.md"],
  ["::record `notes.md`", "::record notes.md"],
  ["::record notes", "::record notes.md"],
  ["::record notes.MD", "::record notes.md"],
  ["::record notes.txt", "::record notes.md"],
  ["::record notes.JSONL", "::record notes.jsonl"],
  [`::record ${"x".repeat(300)}`, null],
];

for (const [typed, meant] of CORRECTIONS) {
  Deno.test(`correctLine(): ${JSON.stringify(typed.slice(0, 50))} means ${meant}`, () => {
    const { commands, refused: [line] } = scanCommands(typed);
    assert.deepEqual(commands, []);
    assert.ok(line !== undefined, "it is refused");
    assert.equal(correctLine(line), meant);
  });
}

Deno.test("correctLine() gives back a line that comes after too many, as it is", () => {
  assert.equal(correctLine({ token: "::record a.md", reason: "too-many-commands" }), "::record a.md");
});

Deno.test("correctLine() gives only lines that are commands, whatever was typed", () => {
  const part = fc.oneof(
    fc.constantFrom(
      "::",
      "record",
      "stop",
      "export",
      " ",
      "/",
      "..",
      "~",
      ".md",
      '"',
      "\\",
      "$HOME",
      "[",
      "](",
      "@",
    ),
    fc.string({ unit: "binary", maxLength: 5 }),
  );
  const token = fc.array(part, { maxLength: 12 }).map((parts) => `::${parts.join("")}`);
  fc.assert(fc.property(token, fc.constantFrom(...GRAMMAR_REASONS), (token, reason) => {
    const line = correctLine({ token, reason });
    if (line !== null) assert.ok(readCommand(line), JSON.stringify(line));
  }));
});

Deno.test("chatLine() and terminalLine() are what a person would type", () => {
  assert.equal(chatLine("stop", null), "::stop");
  assert.equal(chatLine("record", "my notes.md"), '::record "my notes.md"');
  const session = "5d8aa099-1234-4abc-8def-000000000001";
  assert.equal(terminalLine("record", session, null), "kato record 5d8aa099");
  assert.equal(terminalLine("stop", session, null), "kato stop 5d8aa099");
  assert.equal(terminalLine("capture", session, "~/a.md"), "kato capture 5d8aa099 ~/a.md");
  assert.equal(terminalLine("export", session, "a.md"), null);
});

Deno.test("forShell() has a shell take a word as it is", () => {
  const cases = [["notes/a-1.md", "notes/a-1.md"], ["a; rm x.md", "'a; rm x.md'"], [
    "it's.md",
    "'it'\\''s.md'",
  ], ["", "''"]];
  for (const [word, shown] of cases) assert.equal(forShell(word ?? ""), shown);
});
