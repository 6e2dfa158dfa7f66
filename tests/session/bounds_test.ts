/** Every bound of the command grammar at its edge, and every character by which a line looks like a command. */
import assert from "node:assert/strict";
import { VERBS } from "../../src/protocol/command.ts";
import {
  COMMAND_LINE_BYTES,
  COMMANDS_PER_MESSAGE,
  REFUSED_PER_MESSAGE,
  REFUSED_TOKEN_CHARS,
} from "../../src/protocol/limits.ts";
import { isAfterRules, isNews, isTooOld, type RuledSession } from "../../src/session/news.ts";
import { NEWS_SLACK_MS } from "../../src/protocol/limits.ts";
import { findLookAlikes, scanCommands } from "../../src/session/command.ts";
import { looksLikeCommand } from "../../src/session/look_alike.ts";

/** For each line of a message, `verb` or `-reason`. */
function outline(text: string): string[] {
  const { commands, refused } = scanCommands(text);
  return [...commands.map(({ verb }) => verb), ...refused.map(({ reason }) => `-${reason}`)];
}

for (const leading of [0, 1, 20, REFUSED_PER_MESSAGE - 1, REFUSED_PER_MESSAGE]) {
  for (const trailing of [0, 1, 20, REFUSED_PER_MESSAGE]) {
    for (const middle of [0, 1, 40]) {
      Deno.test(`scanCommands() reports ${leading} lines before, ${trailing} after, then ${middle} between`, () => {
        const text = "::lead\n".repeat(leading) + "text\n" + "::stop\n".repeat(middle) + "text\n" +
          "::trail\n".repeat(trailing);
        const tokens = scanCommands(text).refused.map(({ token }) => token);
        const first = Math.min(leading, REFUSED_PER_MESSAGE);
        const last = Math.min(trailing, REFUSED_PER_MESSAGE - first);
        const between = Math.min(middle, REFUSED_PER_MESSAGE - first - last);
        assert.deepEqual(tokens, [
          ...Array(first).fill("::lead"),
          ...Array(between).fill("::stop"),
          ...Array(last).fill("::trail"),
        ]);
      });
    }
  }
}

Deno.test("scanCommands() takes a line of the largest size in bytes, and none that is longer", () => {
  for (const name of ["a.md", "é.md", "日本.md"]) {
    const bytes = new TextEncoder().encode(`::record${name}`).length;
    const line = (size: number) => `::record${" ".repeat(size - bytes)}${name}`;
    assert.deepEqual(outline(line(COMMAND_LINE_BYTES)), ["record"]);
    assert.deepEqual(outline(line(COMMAND_LINE_BYTES + 1)), ["-too-long"]);
  }
});

Deno.test("scanCommands() obeys so many commands, in both blocks together", () => {
  for (const before of [0, 1, COMMANDS_PER_MESSAGE - 1, COMMANDS_PER_MESSAGE]) {
    const { commands, refused } = scanCommands("::stop\n".repeat(before) + "text\n" + "::stop\n".repeat(20));
    assert.equal(commands.length, COMMANDS_PER_MESSAGE);
    assert.deepEqual(commands.map(({ place }) => place).lastIndexOf("leading"), before - 1);
    assert.equal(refused.length, before + 20 - COMMANDS_PER_MESSAGE);
  }
});

Deno.test("scanCommands() cuts a refused line, and not one that fits", () => {
  for (const length of [REFUSED_TOKEN_CHARS - 1, REFUSED_TOKEN_CHARS, REFUSED_TOKEN_CHARS + 1]) {
    const [refused] = scanCommands(`::${"x".repeat(length - 2)}`).refused;
    assert.equal(refused?.token.length, Math.min(length, REFUSED_TOKEN_CHARS));
  }
});

Deno.test("scanCommands() and findLookAlikes() find lines at the very beginning and end of a text", () => {
  const table: readonly (readonly [text: string, ...expected: string[]])[] = [
    ["::stop", "stop"],
    ["\n::stop", "stop"],
    ["\n\n::stop\n\n", "stop"],
    ["::stop\n", "stop"],
    ["a\n::stop", "stop"],
    ["a\n::stop\r\n", "stop"],
    ["a\n\n::stop\n::init a.md \t\n \n", "stop", "init"],
    ["\n::stop\na", "stop"],
    ["::stop\r\na", "stop"],
    [" ::stop\na", "-indented"],
    ["a\n::stop\nb", "-in-the-middle"],
    ["a\n::stop\n::foo\nb", "-in-the-middle"],
    ["```\n::stop\n```\t \n::stop", "stop"],
    ["~~~ `\n::stop\n~~~~\n::stop", "stop"],
    ["``` a`b\n::stop", "stop"],
    ['::record "a b.md"', "record"],
    ['::record "a b.md', "-unbalanced-quote"],
    ['::record "a b.md"x', "-trailing-text"],
    ['::record a"b.md', "-unbalanced-quote"],
    ["::record a b.md", "-trailing-text"],
    ["::record a\tb.md", "-trailing-text"],
    ["::record [a b](c.md)", "-not-a-path"],
    ["::record ![a b](c.md)", "-not-a-path"],
    ["::stop a.md", "-unexpected-destination"],
    ["::export", "-missing-destination"],
    ["::init \t", "-missing-destination"],
  ];
  for (const [text, ...expected] of table) assert.deepEqual(outline(text), expected, JSON.stringify(text));
  for (const text of ["::stop", "::stop\n", "a\n::stop", "a\n::stop\r\n", "::stop\ta"]) {
    assert.equal(findLookAlikes(text).length, 1, JSON.stringify(text));
  }
});

/** The characters that are drawn like a letter of the verbs, by that letter. */
const DRAWN_LIKE: Readonly<Record<string, string>> = {
  a: "аα",
  c: "сϲ",
  d: "ԁ",
  e: "еε",
  i: "іӏιı",
  n: "η",
  o: "оο",
  p: "рρ",
  r: "г",
  s: "ѕ",
  t: "тτ",
  u: "υ",
  x: "хχ",
};

for (const [letter, characters] of Object.entries(DRAWN_LIKE)) {
  Deno.test(`looksLikeCommand() sees every character that is drawn like ${letter}`, () => {
    const verbs = VERBS.filter((verb) => verb.includes(letter));
    assert.notEqual(verbs.length, 0);
    for (const character of characters) {
      for (const verb of verbs) {
        for (const drawn of [character, character.toUpperCase()]) {
          // Some capitals are drawn like another letter.
          if (drawn.toLowerCase() !== character) continue;
          assert.ok(looksLikeCommand(`::${verb.replaceAll(letter, drawn)} x.md`), `${drawn} in ${verb}`);
        }
      }
    }
  });
}

Deno.test("looksLikeCommand() looks at 80 characters of a line", () => {
  for (const verb of VERBS) {
    const unseen = "\u00ad".repeat(80 - "::".length - verb.length);
    assert.equal(looksLikeCommand(`${unseen}::${verb}`), true);
    assert.equal(looksLikeCommand(`${unseen}\u00ad::${verb}`), false);
  }
});

Deno.test("looksLikeCommand() sees every colon, and scanCommands() says why such a line is not obeyed", () => {
  for (const colon of "\u02d0\u02f8\u05c3\u0589\u0703\u0704\u2236\ua789\ufe30\ufe13\ufe55\uff1a") {
    for (const mark of [`${colon}:`, `:${colon}`, colon + colon]) {
      assert.ok(looksLikeCommand(`${mark}stop`), mark);
      assert.deepEqual(outline(`a\n${mark}stop\nb`), ["-forbidden-character"], mark);
    }
  }
});

Deno.test("scanCommands() sees through every character that is not drawn", () => {
  const ranges = [
    [0xad, 0xad],
    [0x34f, 0x34f],
    [0x61c, 0x61c],
    [0x115f, 0x1160],
    [0x17b4, 0x17b5],
    [0x180b, 0x180f],
    [0x200b, 0x200f],
    [0x202a, 0x202e],
    [0x2060, 0x206f],
    [0x3164, 0x3164],
    [0xfe00, 0xfe0f],
    [0xffa0, 0xffa0],
    [0xfff0, 0xfff8],
    [0xfeff, 0xfeff],
  ] as const;
  for (const [from, to] of ranges) {
    for (let code = from; code <= to; code++) {
      const unseen = String.fromCharCode(code);
      for (const line of [`${unseen}::stop`, `:${unseen}:stop`]) {
        assert.deepEqual(outline(`a\n${line}\nb`), ["-forbidden-character"], `U+${code.toString(16)}`);
      }
    }
  }
});

Deno.test("isNews() and isTooOld() at the edges of their times", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  const at = (ms: number) => new Date(ms).toISOString();
  const looked = now - 3_600_000;
  for (const known of [true, false]) {
    const session = { lookedBefore: looked, known };
    assert.equal(isNews(session, at(looked - NEWS_SLACK_MS), now), true);
    assert.equal(isNews(session, at(looked - NEWS_SLACK_MS - 1), now), false);
    assert.equal(isNews(session, at(now + NEWS_SLACK_MS), now), true);
    for (const time of [at(now + NEWS_SLACK_MS + 1), null, "yesterday"]) {
      assert.equal(isNews(session, time, now), known);
    }
    assert.equal(isNews({ lookedBefore: null, known }, null, now), true);
    // The clock was set back behind the look.
    const ahead = { lookedBefore: now + 3_600_000, known };
    assert.equal(isNews(ahead, at(now - NEWS_SLACK_MS), now), true);
    assert.equal(isNews(ahead, at(now - NEWS_SLACK_MS - 1), now), false);
  }
  for (const time of [null, "yesterday", at(now), at(now - 60_000)]) {
    assert.equal(isTooOld(0, time, now), false);
  }
  assert.equal(isTooOld(1, at(now - 60_000), now), false);
  assert.equal(isTooOld(1, at(now - 60_001), now), true);
  assert.equal(isTooOld(1, null, now), true);
  assert.equal(isTooOld(1, "yesterday", now), true);
});

Deno.test("isAfterRules() takes what began under the rules, and nothing that anybody may have had before", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  const since = now - 3_600_000;
  const looked = now - 600_000;
  const at = (ms: number) => new Date(ms).toISOString();
  const session: RuledSession = {
    arrival: { added: now - 1_000, looked },
    started: at(now - 2_000),
    isCopy: false,
  };
  const table: readonly (readonly [name: string, own: Partial<RuledSession>, is: boolean])[] = [
    ["new", {}, true],
    ["begun with the rules", { started: at(since), arrival: { added: since, looked: since } }, true],
    ["known before the rules", { arrival: { added: since - 1, looked: since - 1 } }, false],
    ["there at kato's first look", { arrival: null }, false],
    ["begun before the rules", { started: at(since - 1), arrival: { added: now, looked: since - 1 } }, false],
    [
      "begun before a look that did not find it: it came late",
      { started: at(looked - NEWS_SLACK_MS - 1) },
      false,
    ],
    ["begun a little before such a look", { started: at(looked - NEWS_SLACK_MS) }, true],
    ["of the future", { started: at(now + NEWS_SLACK_MS + 1) }, false],
    ["without a time", { started: null }, false],
    ["with a time that is none", { started: "yesterday" }, false],
    ["a copy of what a rule records", { isCopy: true, started: at(since) }, true],
    [
      "a copy of what began before the rules",
      { isCopy: true, started: at(since - 1) },
      false,
    ],
  ];
  for (const [name, own, is] of table) {
    assert.equal(isAfterRules({ ...session, ...own }, since, now), is, name);
  }
});
