/** The table of docs/command-grammar.md, and what must hold for any text. */
import assert from "node:assert/strict";
// @ts-types="../render/commonmark.d.ts"
import { Parser } from "commonmark";
import fc from "fast-check";
import { type FoundCommand, GRAMMAR_REASONS, scan as scanSchema, VERBS } from "../../src/protocol/command.ts";
import { findDestinationFaults, GRAMMAR_MENDS } from "../../src/destination/grammar.ts";
import { findLookAlikes, scanCommands } from "../../src/session/command.ts";
import {
  COMMANDS_PER_MESSAGE,
  DESTINATION_BYTES,
  REFUSED_PER_MESSAGE,
  REFUSED_TOKEN_CHARS,
} from "../../src/protocol/limits.ts";

/** `L:record notes.md` for a leading command, `T:` for a trailing one, `-in-the-middle` for a refused line. */
function outline(typed: string): string[] {
  const { commands, refused } = scanCommands(typed);
  return [...commands.map(outlineCommand), ...refused.map((line) => `-${line.reason}`)];
}

function outlineCommand({ place, verb, destination }: FoundCommand): string {
  return `${place === "leading" ? "L" : "T"}:${verb}${destination === null ? "" : ` ${destination}`}`;
}

function checkAll(table: readonly (readonly [typed: string, ...expected: string[]])[]): void {
  for (const [typed, ...expected] of table) {
    assert.deepEqual(outline(typed), expected, JSON.stringify(typed));
  }
}

Deno.test("scanCommands() reads the five commands and their destinations", () => {
  checkAll([
    ["::record", "L:record"],
    ["::record notes.md", "L:record notes.md"],
    ["::record ~/notes/plan.md", "L:record ~/notes/plan.md"],
    ["::capture /abs/notes.jsonl", "L:capture /abs/notes.jsonl"],
    ["::capture", "L:capture"],
    ["::export out.html", "L:export out.html"],
    ["::stop", "L:stop"],
    ["::init notes.md", "L:init notes.md"],
    ['::record "my notes/plan b.md"', "L:record my notes/plan b.md"],
    ['::record "notes.md"', "L:record notes.md"],
    ["::record ./notes.md", "L:record ./notes.md"],
    ["::record ..foo.md", "L:record ..foo.md"],
    ["::record a,b.md", "L:record a,b.md"],
    ["::record überblick/日本.md", "L:record überblick/日本.md"],
    ["::record \t notes.md \t", "L:record notes.md"],
    ["::record\tnotes.md", "L:record notes.md"],
    ["::stop   ", "L:stop"],
  ]);
});

Deno.test("scanCommands() refuses every other line of a block, with its reason", () => {
  checkAll([
    ["::", "-unknown-command"],
    [":: stop", "-unknown-command"],
    [":::stop", "-unknown-command"],
    ["::std::vector<int> v;", "-unknown-command"],
    ["::stopp", "-unknown-command"],
    ["::stop;", "-unknown-command"],
    ["::pause", "-unknown-command"],
    ["::Stop", "-wrong-case"],
    ["::RECORD notes.md", "-wrong-case"],
    ["::export", "-missing-destination"],
    ["::init  ", "-missing-destination"],
    ['::record ""', "-missing-destination"],
    ["::stop notes.md", "-unexpected-destination"],
    ["::stop please", "-unexpected-destination"],
    ["::record x y", "-trailing-text"],
    ["::record notes.md and go on", "-trailing-text"],
    ["::export /abs/out.pdf --format pdf", "-trailing-text"],
    ["::capture /abs/second notes.md", "-trailing-text"],
    ['::record "a b.md" more', "-trailing-text"],
    ['::record "a.md"b', "-trailing-text"],
    ['::record "a b.md', "-unbalanced-quote"],
    ['::record a"b.md', "-unbalanced-quote"],
    ["::record 'a b.md'", "-trailing-text"],
    ["::record @notes.md", "-not-a-path"],
    ["::record [notes](notes.md)", "-not-a-path"],
    ["::record [my notes](my notes.md)", "-not-a-path"],
    ["::record ![](a.md)", "-not-a-path"],
    ["::record <notes.md>", "-not-a-path"],
    ["::record ~", "-not-a-path"],
    ["::record ~/", "-not-a-path"],
    ["::record ~root/notes.md", "-not-a-path"],
    ["::record notes/", "-not-a-path"],
    ["::record /", "-not-a-path"],
    ["::record *.md", "-glob"],
    ["::record note?.md", "-glob"],
    ["::record [ab].md", "-glob"],
    ["::record {a,b}.md", "-glob"],
    ["::record $HOME/notes.md", "-variable"],
    ["::record $(id).md", "-variable"],
    ["::record a\\b.md", "-backslash"],
    ["::record \\\\host\\share\\x.md", "-backslash"],
    ["::record ../notes.md", "-traversal"],
    ["::record a/../b.md", "-traversal"],
    ["::record /abs/..", "-traversal"],
    ["::record //host/notes.md", "-empty-segment"],
    ["::record a//b.md", "-empty-segment"],
    ["::record https://example.org/a.md", "-empty-segment"],
    ["::record `notes.md`", "-forbidden-character"],
    ["::record a\u0000b.md", "-forbidden-character"],
    ["::record a\u001bb.md", "-forbidden-character"],
    ["::record a\u200bb.md", "-forbidden-character"],
    ["::record a\u202edm.md", "-forbidden-character"],
    ["::record a\u2066b.md", "-forbidden-character"],
    ["::record a\u00adb.md", "-forbidden-character"],
    ["::record a\u2028b.md", "-forbidden-character"],
    ["::record a\u0085b.md", "-forbidden-character"],
    ["::record a\u00a0b.md", "-forbidden-character"],
    ['::record "a\u3000b.md"', "-forbidden-character"],
    ['::record "a\tb.md"', "-forbidden-character"],
    ["::record a\u{e0041}b.md", "-forbidden-character"],
    ["::record a\ud800b.md", "-forbidden-character"],
    ["::stop\rnow", "-forbidden-character"],
    ["::stop\u200b", "-forbidden-character"],
    ["::stop\u00a0", "-forbidden-character"],
    ["::stop\u1680now", "-forbidden-character"],
    ["::stop\u2028now", "-forbidden-character"],
    ["::record\u00a0notes.md", "-forbidden-character"],
    ["::s\u200btop", "-forbidden-character"],
    ["::\u0455top", "-forbidden-character"],
    ["::\uff33\uff34\uff2f\uff30", "-forbidden-character"],
    ["::r\u0435cord notes.md", "-forbidden-character"],
    [`::record ${"a/".repeat(DESTINATION_BYTES / 2)}b.md`, "-too-long"],
    [`::record ${"é/".repeat(342)}b.md`, "-too-long"],
    [`::record ${"a".repeat(253)}.md`, "-too-long"],
    [`::record ${"x".repeat(5_000_000)} and`, "-too-long"],
    ["::record notes", "-unknown-extension"],
    ["::record notes.txt", "-unknown-extension"],
    ["::record notes.MD", "-unknown-extension"],
    ["::record notes.md.exe", "-unknown-extension"],
    ["::record .md", "-unknown-extension"],
    ["::record 'a.md'", "-unknown-extension"],
  ]);
});

Deno.test("scanCommands() accepts the longest destination and not a byte more", () => {
  const folders = "abcdefg/".repeat((DESTINATION_BYTES - 8) / 8);
  const longest = `${folders}notes.md`;
  assert.equal(longest.length, DESTINATION_BYTES);
  assert.deepEqual(outline(`::capture "${longest}"`), [`L:capture ${longest}`]);
  assert.deepEqual(outline(`::capture ${folders}notess.md`), ["-too-long"]);
});

Deno.test("scanCommands() takes the run at the start and the run at the end", () => {
  checkAll([
    ["::record\nhello", "L:record"],
    ["hello\n::stop", "T:stop"],
    ["hello\n::stop\n\n \t\n", "T:stop"],
    ["\n \t\n::record\nhello", "L:record"],
    ["\r\n::record\r\nhello\r\n::stop\r\n", "L:record", "T:stop"],
    ["::stop\n::record notes.md\ntext", "L:stop", "L:record notes.md"],
    ["::stop\n::record notes.md", "L:stop", "L:record notes.md"],
    ["::stop\n\n::record", "L:stop", "T:record"],
    ["::stop\n\n::record\n\n::stop", "L:stop", "T:stop", "-in-the-middle"],
    ["text\n\n::capture a.md\n::stop", "T:capture a.md", "T:stop"],
    ["line A\n::stop\nB\n::record\nC", "-in-the-middle", "-in-the-middle"],
    ["first line\r\n::capture /abs/path/crlf.md\r\nlast line\r\n", "-in-the-middle"],
    ["::record\n ::stop\n::stop", "L:record", "T:stop", "-indented"],
    // A refused line is still a line of its run.
    ["::Stop\n::record\ntext", "L:record", "-wrong-case"],
    ["text\n::record a b\n::stop", "T:stop", "-trailing-text"],
    ["", ...[]],
    ["  \n\t\n"],
    ["\ufeff"],
  ]);
});

Deno.test("scanCommands() obeys nothing inside a code fence", () => {
  checkAll([
    ["```\n::stop\n```"],
    ["```\n::stop"],
    ["```js\nlet a = 1;\n::stop\n(no closing fence)\n\n::record"],
    ["~~~\n```\n::stop\n~~~\n::record", "T:record"],
    ["````\n```\n::stop\n````\n::record", "T:record"],
    ["````\n```\n::stop"],
    ["```\n``` not closed by this\n::stop"],
    ["```\n~~~\n::stop"],
    ["```\ncode\n`````\n::stop", "T:stop"],
    ["   ```\ncode\n  ```\r\n::stop", "T:stop"],
    ["    ```\n::stop", "T:stop"],
    ["\t```\n::stop", "T:stop"],
    ["``` a`b\n::stop", "T:stop"],
    ["~~~ a`b~\n::stop"],
    ["``\n::stop", "T:stop"],
    ["::record\n```\n::stop\n```\n::export a.md", "L:record", "T:export a.md"],
    ["text\n```\n::stop\n```\n::stop\nmore", "-in-the-middle"],
    ["`::stop`"],
    // Only spaces and tabs may follow a closing fence.
    ["```\nx\n``` \t \n::stop", "T:stop"],
    ...[
      "\u00a0",
      "\u1680",
      "\u2003",
      "\u202f",
      "\u205f",
      "\u3000",
      "\u000b",
      "\f",
      "\ufeff",
      "\u2028",
      "\u2029",
      "\u0085",
    ]
      .map((space) => ["```\nx\n```" + space + "\n::stop"] as const),
    // A carriage return alone ends a line of CommonMark.
    ["x\r```\n::stop"],
    ["```\n```\rx\n```\n::stop"],
    ["```\n```\rx\n::stop", "T:stop"],
  ]);
});

// Without U+2028, which that parser takes for a line's end where it looks for backticks.
Deno.test("scanCommands() sees fences where a CommonMark parser does", () => {
  const pieces = fc.constantFrom(
    ..."```,````,~~~,~~~~, ,  ,   ,    ,\t,x,`,\n,\r,\r\n,\u00a0,\u2003,\v,\f,\ufeff,\u0085".split(
      ",",
    ),
  );
  const parser = new Parser();
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
      const text = `x${parts.join("")}\n::stop`;
      const { commands } = scanCommands(text);
      const walker = parser.parse(text).walker();
      for (let step = walker.next(); step; step = walker.next()) {
        const inCode = step.node.type === "code_block" && (step.node.literal ?? "").includes("::stop");
        assert.ok(!inCode || commands.length === 0, JSON.stringify(text));
      }
    }),
    { numRuns: 20_000 },
  );
});

Deno.test("scanCommands() reports lines that look like commands where none can stand, and only those", () => {
  checkAll([
    ["a\n::stop\nb", "-in-the-middle"],
    ["a\n::stop please\nb", "-in-the-middle"],
    ["a\n::Record x.md\nb", "-in-the-middle"],
    ["  ::stop", "-indented"],
    ["\t::record notes.md\ntext", "-indented"],
    ["text\n    ::export a.md", "-indented"],
    ["\u200b::stop", "-forbidden-character"],
    ["\ufeff::stop", "-forbidden-character"],
    ["\u00a0::stop", "-forbidden-character"],
    ["\uff1a\uff1astop", "-forbidden-character"],
    [":\u200b:record x.md", "-forbidden-character"],
    ["a\n::\u0455top\nb", "-forbidden-character"],
    ["a\n:: stop\nb"],
    ["a\n:::stop\nb"],
    ["a\n::stopp\nb"],
    ["a\n::std::vector\nb"],
    ["a\n::foo\nb"],
    ["> ::stop"],
    ["- ::record"],
    ["Use ::stop to end"],
    ["a\u2028::stop\u2028b"],
    ["a\r::stop\rb"],
    [" ".repeat(60) + "::stop"],
  ]);
});

Deno.test("scanCommands() reads what real clients logged", () => {
  checkAll([
    ["Say hello to World.\n\n::record\n", "T:record"],
    ["Please do this:\n::record\nand then\n  ::stop\nthanks", "-in-the-middle", "-indented"],
    [
      "Explain how to write a capture directive. In prose: use ::capture /x/y.md to begin and ::stop to end.\n\n" +
      "```\n::capture /abs/path/in-user-fence.md\n::stop\n```\n\n~~~text\n::record\n~~~\n",
    ],
    ["> ::stop\n\n    ::export /indented/four/spaces.md\n\n- ::record\n\n`::stop`", "-indented"],
    [
      "::export /abs/path/out.pdf --format pdf\n\n::export /abs/path/out2.html",
      "T:export /abs/path/out2.html",
      "-trailing-text",
    ],
    [
      "  ::record\n\t::stop\n::Stop\n::STOP\n::stop   \n:: stop\n:::stop\n::stopp\n::capture\n ::stop\n\u200b::stop\n" +
      "\uff1a\uff1astop",
      "-indented",
      "-indented",
      "-in-the-middle",
      "-in-the-middle",
      "-in-the-middle",
      "-in-the-middle",
      "-indented",
      "-forbidden-character",
      "-forbidden-character",
    ],
    ["::record\nshort paste, two lines", "L:record"],
    ["queued while busy\n::export /abs/queued.html", "T:export /abs/queued.html"],
  ]);
});

Deno.test("scanCommands() keeps the line as typed, and cuts what it refuses", () => {
  const { commands, refused } = scanCommands('::record "a b.md" \r\n::nonsense ' + "😀".repeat(200));
  assert.equal(commands[0]?.token, '::record "a b.md"');
  assert.equal(refused[0]?.token.length, REFUSED_TOKEN_CHARS);
  assert.ok(refused[0]?.token.isWellFormed());
});

Deno.test("scanCommands() obeys and reports no more than a person would write", () => {
  const many = scanCommands("::stop\n".repeat(100));
  assert.equal(many.commands.length, COMMANDS_PER_MESSAGE);
  assert.equal(many.refused.length, REFUSED_PER_MESSAGE);
  assert.ok(many.refused.every(({ reason }) => reason === "too-many-commands"));

  const flood = scanCommands("::foo\n".repeat(REFUSED_PER_MESSAGE) + "::stop");
  assert.deepEqual(flood.commands, []);

  const middle = scanCommands("text\n" + "::stop\n".repeat(100) + "text\n::Stop");
  assert.equal(middle.refused.length, REFUSED_PER_MESSAGE);
  assert.equal(middle.refused.at(-1)?.reason, "wrong-case");
});

Deno.test("findLookAlikes() finds lines that read like commands in texts that nobody typed", () => {
  const table: readonly (readonly [string, ...string[]])[] = [
    ["plain line"],
    ["std::vector and ::stop in a line"],
    ["::stop", "::stop"],
    ["\n::stop", "::stop"],
    ["text\n::capture /x.md\r\nmore", "::capture /x.md"],
    ["```\n::record\n```", "::record"],
    [" ::stop\n::stopp\n::Stop\n::std::x\n:::stop"],
    ["::stop\n::stop\n::init a.md", "::stop", "::stop", "::init a.md"],
  ];
  for (const [text, ...expected] of table) assert.deepEqual(findLookAlikes(text), expected, text);
  assert.equal(findLookAlikes("::stop\n".repeat(1000)).length, REFUSED_PER_MESSAGE);
});

const fragment = fc.oneof(
  fc.constantFrom(
    "::",
    ":::",
    "\n",
    "\r\n",
    " ",
    "\t",
    '"',
    "```",
    "~~~",
    "    ",
    "> ",
    "\u200b",
    "~/",
    "..",
    "/",
  ),
  fc.constantFrom(...VERBS),
  fc.constantFrom(".md", "notes.md", "/a/b.jsonl", "text", "Stop"),
  fc.string({ unit: "binary" }),
);
const message = fc.array(fragment, { maxLength: 40 }).map((parts) => parts.join(""));

Deno.test("scanCommands() and findLookAlikes() never throw and keep to the protocol", () => {
  fc.assert(fc.property(message, (typed) => {
    scanSchema.parse(scanCommands(typed));
    findLookAlikes(typed);
  }));
});

Deno.test("every command found is found again in its line alone", () => {
  fc.assert(fc.property(message, (typed) => {
    for (const { verb, destination, token } of scanCommands(typed).commands) {
      assert.ok(typed.includes(token));
      assert.deepEqual(scanCommands(token), {
        commands: [{ verb, destination, token, place: "leading" }],
        refused: [],
      });
    }
  }));
});

Deno.test("prose around a message makes it obey nothing", () => {
  fc.assert(fc.property(message, (typed) => {
    assert.deepEqual(scanCommands(`prose\n${typed}\nprose`).commands, []);
    assert.deepEqual(scanCommands(`> ${typed.replaceAll("\n", "\n> ")}`).commands, []);
  }));
});

Deno.test("a well-formed destination survives quoting", () => {
  const destination = fc.array(fc.string({ unit: "binary", minLength: 1 }), { minLength: 1, maxLength: 3 })
    .map((segments) => segments.join("/") + ".md")
    .filter((text) => findDestinationFaults(text).length === 0 && !text.includes('"'));
  fc.assert(
    fc.property(destination, fc.constantFrom("record", "capture", "export", "init"), (typed, verb) => {
      assert.equal(scanCommands(`::${verb} "${typed}"`).commands[0]?.destination, typed);
      if (!typed.includes(" ")) {
        assert.equal(scanCommands(`::${verb} ${typed}`).commands[0]?.destination, typed);
      }
    }),
  );
});

Deno.test("docs/command-grammar.md explains every reason of the grammar, and mends it as the messages do", () => {
  const doc = Deno.readTextFileSync(new URL("../../docs/command-grammar.md", import.meta.url));
  for (const reason of GRAMMAR_REASONS) {
    const [, mend] = new RegExp(`^\\| \`${reason}\` .*\\| ([^|]+?) *\\|$`, "m").exec(doc) ?? [];
    assert.equal(mend?.replaceAll("`", ""), GRAMMAR_MENDS[reason], reason);
  }
});
