import assert from "node:assert/strict";
import fc from "fast-check";
import { GRAMMAR_REASONS, VERBS } from "../../src/protocol/command.ts";
import { chatLine, correctLine, readCommand, terminalLine } from "../../src/session/command_line.ts";
import { forShell, shellPath } from "../../src/destination/shell_word.ts";
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
  ["::re notes.md", null],
  ["::xecord a.md", "::record a.md"],
  ["::xrecord a.md", "::record a.md"],
  ["::xrcord a.md", null],
  ["::rceord a.md", "::record a.md"],
  ["::recor\u200b a.md", "::record a.md"],
  ["::Record\ta.md", "::record a.md"],
  ["::\u0455top", "::stop"],
  ["\uff1a\uff1astop", null],
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
  ...Array.from("*?[]{}", (character) => [`::record a${character}b.md`, "::record ab.md"] as const),
  ["::record x/.a/b", "::record x/.a/b.md"],
  ["::record notes.mp3", "::record notes.md"],
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
  for (const token of ["::record a.md", '::record "a.md b.md"', "::stop"]) {
    assert.equal(correctLine({ token, reason: "too-many-commands" }), token);
  }
  assert.equal(correctLine({ token: "::rekord", reason: "too-many-commands" }), null);
});

const LETTERS = "acdeinoprstux";

/** Every word that is one letter away from `word`: too many, missing, wrong, or swapped with its neighbour. */
function near(word: string): Set<string> {
  const words = new Set<string>();
  for (let at = 0; at <= word.length; at++) {
    const [before, after] = [word.slice(0, at), word.slice(at)];
    words.add(before + after.slice(1)).add(before + (after[1] ?? "") + (after[0] ?? "") + after.slice(2));
    for (const letter of LETTERS) words.add(before + letter + after).add(before + letter + after.slice(1));
  }
  return words;
}

Deno.test("correctLine() takes a word for the verb that it begins, or else for one that is a letter away", () => {
  const away = Object.fromEntries(VERBS.map((verb) => [verb, near(verb)]));
  const one = fc.constantFrom(...VERBS).chain((verb) => fc.constantFrom(...near(verb)));
  const two = one.chain((word) => fc.constantFrom(...near(word)));
  fc.assert(
    fc.property(fc.oneof(one, two, two), (word) => {
      const verb = VERBS.find((verb) => verb === word) ??
        VERBS.find((verb) => word.length > 2 && (verb.startsWith(word) || word.startsWith(verb))) ??
        VERBS.find((verb) => away[verb]?.has(word));
      const expected = verb === undefined ? null : verb === "stop" ? "::stop" : `::${verb} a.md`;
      assert.equal(correctLine({ token: `::${word} a.md`, reason: "unknown-command" }), expected);
    }),
    { numRuns: 2_000 },
  );
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

Deno.test("readCommand() takes one line that is one command", () => {
  assert.equal(readCommand("::record a.md")?.destination, "a.md");
  for (
    const line of ["", "a", "::stop ", "::stop\n", "::stop\n::stop", "::stop\n::foo", "a\n::stop", "::foo"]
  ) {
    assert.equal(readCommand(line), null, JSON.stringify(line));
  }
});

Deno.test("shellPath() writes a path in the home with a tilde that the shell reads", () => {
  const table = [
    ["/home/ada/notes", "~/notes"],
    ["/home/ada/my notes", "~/'my notes'"],
    ["/home/ada", "/home/ada"],
    ["/home/adam/notes", "/home/adam/notes"],
    ["/srv/my notes", "'/srv/my notes'"],
  ];
  for (const [path = "", shown] of table) assert.equal(shellPath(path, "/home/ada"), shown);
});

Deno.test("forShell() has a shell take a word as it is", () => {
  const cases = [["notes/a-1.md", "notes/a-1.md"], ["a; rm x.md", "'a; rm x.md'"], [
    "it's.md",
    "'it'\\''s.md'",
  ], ["", "''"]];
  for (const [word, shown] of cases) assert.equal(forShell(word ?? ""), shown);
  assert.equal(shellPath("/home/dev/my notes", "/home/dev"), "~/'my notes'");
  assert.equal(shellPath("/srv/notes", "/home/dev"), "/srv/notes");
});
