/** The small functions under the renderers, one table each. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "@std/yaml";
import { DIFF_EDITS } from "../../src/protocol/render_limits.ts";
import { showTime } from "../../src/render/clock.ts";
import { cutText } from "../../src/render/cut.ts";
import { diffLines } from "../../src/render/diff.ts";
import { codeSpan, fence } from "../../src/render/fence.ts";
import { frontmatter } from "../../src/render/frontmatter.ts";
import { neutralise } from "../../src/render/neutralise.ts";
import { headingText } from "../../src/render/heading_text.ts";
import { type Body, eventsOf, HEAD, nodesOf } from "./render.ts";

const FENCES: readonly (readonly [string, string])[] = [
  ["x", "```sh\nx\n```"],
  ["x\n", "```sh\nx\n```"],
  ["", "```sh\n```"],
  ["```\na\n```", "````sh\n```\na\n```\n````"],
  ["a ``````", "```````sh\na ``````\n```````"],
  ["~~~~~", "``````sh\n~~~~~\n``````"],
];
for (const [text, expected] of FENCES) {
  Deno.test(`fence() holds ${JSON.stringify(text)}`, () => assert.equal(fence(text, "sh"), expected));
}

Deno.test("fence() names no language that is not known", () => {
  for (const language of ["dataviewjs", "mermaid", "{r}", "sh x", "js`"]) {
    assert.equal(fence("x", language), "```\nx\n```");
  }
  assert.equal(fence("x", "TypeScript"), "```typescript\nx\n```");
});

Deno.test("codeSpan() writes no query", () => {
  assert.equal(codeSpan("$= dv.x"), "&#36;&#61; dv&#46;x");
});

Deno.test("frontmatter() writes no template", () => {
  assert.ok(frontmatter(HEAD, "<% x %>").includes('title: "\\u003c% x %>"'));
});

Deno.test("codeSpan() holds any line", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("`", "``", "a", " ", "\\", "<b>")), (pieces) => {
      const line = pieces.join("").trim();
      fc.pre(line !== "");
      const code = nodesOf(`x ${codeSpan(line)} y`).find((node) => node.type === "code");
      assert.equal(code?.literal, line);
    }),
  );
});

const CUTS: readonly (readonly [string, string, number, number, string, string | null])[] = [
  ["keeps what fits", "a\nb", 2, 10, "a\nb", null],
  ["keeps a final newline", "a\nb\n", 2, 10, "a\nb\n", null],
  ["cuts lines", "a\nb\nc\nd\n", 2, 10, "a\nb", "2 more lines (5 characters) not shown"],
  ["cuts characters", "abcdef", 5, 4, "abcd", "2 more characters not shown"],
  ["cuts characters, then lines", "abcdef\nb", 5, 4, "abcd", "2 more lines (4 characters) not shown"],
  ["never cuts a code point", "ab🎉", 5, 3, "ab", "2 more characters not shown"],
];
for (const [what, text, lines, chars, kept, missing] of CUTS) {
  Deno.test(`cutText() ${what}`, () =>
    assert.deepEqual(cutText(text, lines, chars), { text: kept, missing }));
}

const TIMES: readonly (readonly [string | null, string, string])[] = [
  ["2026-11-23T02:24:05.120Z", "Europe/Berlin", "2026-11-23 03:24:05 +01:00"],
  ["2026-07-01T00:00:00Z", "Europe/Berlin", "2026-07-01 02:00:00 +02:00"],
  ["2026-11-23T02:24:05Z", "UTC", "2026-11-23 02:24:05 +00:00"],
  ["2026-11-23T00:00:00Z", "America/St_Johns", "2026-11-22 20:30:00 -03:30"],
  ["2026-11-23T00:00:00Z", "UTC", "2026-11-23 00:00:00 +00:00"],
  ["2026-03-29T00:59:59.999Z", "Europe/Berlin", "2026-03-29 01:59:59 +01:00"],
  ["2026-03-29T01:00:00Z", "Europe/Berlin", "2026-03-29 03:00:00 +02:00"],
  ["2026-11-23T00:00:00Z", "Asia/Kathmandu", "2026-11-23 05:45:00 +05:45"],
  ["1890-01-01T00:00:00Z", "Europe/Berlin", "1890-01-01 00:53:28 +00:53:28"],
  ["2026-11-23T02:24:05Z", "No/Such_Zone", "2026-11-23 02:24:05 +00:00"],
  [null, "Europe/Berlin", "time unknown"],
  ["not a time", "Europe/Berlin", "time unknown"],
];
for (const [time, zone, expected] of TIMES) {
  Deno.test(`showTime() shows ${time} in ${zone}`, () => assert.equal(showTime(time, zone), expected));
}

Deno.test("showTime() shows any time as the runtime does, in whatever order the times come", () => {
  const zone = fc.constantFrom(
    "UTC",
    "Europe/Berlin",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "America/St_Johns",
  );
  // Every second one lies beside a change of the offset.
  const change = Temporal.Instant.from("2026-03-29T01:00:00Z").epochMilliseconds;
  const time = fc.oneof(
    fc.integer({ min: 0, max: 4e12 }),
    fc.integer({ min: change - 2000, max: change + 2000 }),
  );
  fc.assert(fc.property(fc.array(fc.tuple(time, zone), { minLength: 1 }), (times) => {
    for (const [at, name] of times) {
      const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(name);
      const shown = `${local.toPlainDateTime().toString({ smallestUnit: "second" })} ${local.offset}`;
      assert.equal(showTime(new Date(at).toISOString(), name), shown.replace("T", " "));
    }
  }));
});

const DIFFS: readonly (readonly [string, string, string, string])[] = [
  ["what changed, with context", "a\nb\nc", "a\nB\nc", " a\n-b\n+B\n c"],
  ["an insertion", "", "a\nb\n", "+a\n+b"],
  ["a deletion", "a\nb", "", "-a\n-b"],
  [
    "far changes apart",
    "1\n2\n3\n4\n5\n6\n7\n8\n9",
    "x\n2\n3\n4\n5\n6\n7\n8\ny",
    "-1\n+x\n 2\n 3\n 4\n@@\n 6\n 7\n 8\n-9\n+y",
  ],
];
for (const [what, before, after, expected] of DIFFS) {
  Deno.test(`diffLines() shows ${what}`, () => assert.equal(diffLines(before, after), expected));
}

Deno.test("diffLines() does not compare what is too different", () => {
  const numbers = (from: number) => Array.from({ length: DIFF_EDITS }, (_, at) => String(from + at));
  const shown = diffLines(["same", ...numbers(0)].join("\n"), ["same", ...numbers(9_000)].join("\n"));
  assert.ok(shown.startsWith("-same\n-0\n"));
  assert.ok(shown.includes("\n+same\n+9000\n"));
});

// deno-fmt-ignore
const AMBIGUOUS = [
  "null", "~", "1e3", "0x1f", "yes", "2026-01-01", "- a", "a: b", "# c", "---", "...", "[x]", "{U+202E}",
  "'", '"', "a\nb", "a\n---\nb", "\u001b[31m", "\\", "*x", "&x", "!x", "%x", "@x", "`x", " x ", "",
  "\u0085\u2028",
];
for (const value of AMBIGUOUS) {
  Deno.test(`frontmatter() gives ${JSON.stringify(value)} back as text`, () => {
    const meta = { ...HEAD.meta, session: value, project: value, client: value };
    const text = frontmatter({ ...HEAD, meta }, value);
    assert.ok(text.startsWith("---\n") && text.endsWith("\n---\n"));
    assert.deepEqual(parse(text.slice(4, -5)), {
      title: neutralise(value),
      provider: "claude-code",
      session: neutralise(value),
      project: neutralise(value),
      started: HEAD.meta.started,
      client: neutralise(value),
      format: "kato/1",
    });
  });
}

const user = (text: string): Body => ({ type: "user", text });

Deno.test("headingText() takes the title of the session before any words", () => {
  const [first] = eventsOf([user("Fix it")]);
  const titled = (title: string) => headingText({ ...HEAD, meta: { ...HEAD.meta, title } }, first ?? null);
  assert.equal(titled("A name\nof mine"), "A name of mine");
  assert.equal(titled("x".repeat(201)), "x".repeat(199) + "…");
  assert.equal(titled(" "), "Fix it");
});

Deno.test("frontmatter() leaves out what is not known", () => {
  const meta = { ...HEAD.meta, project: null, started: null, client: null };
  assert.deepEqual(Object.keys(Object(parse(frontmatter({ ...HEAD, meta }, "t").slice(4, -5)))), [
    ...["title", "provider", "session", "format"],
  ]);
});

const TITLES: readonly (readonly [string, Body | null, string])[] = [
  ["the first line", user("Fix it\nplease"), "Fix it"],
  ["the first line that is no command", user("::capture a.md\n\n  Fix it  "), "Fix it"],
  ["80 characters at most", user("x".repeat(81)), "x".repeat(79) + "…"],
  ["no control bytes", user("a\u001b[1m\u202eb"), "a␛[1m{U+202E}b"],
  ["the session, when there are only commands", user("::record\n::stop"), "Claude Code session 0b5c1f6e"],
  [
    "the session, when the person does not begin",
    { type: "thinking", text: "Hm" },
    "Claude Code session 0b5c1f6e",
  ],
  ["the session, when there is nothing", null, "Claude Code session 0b5c1f6e"],
];
for (const [what, body, expected] of TITLES) {
  Deno.test(`headingText() takes ${what}`, () => {
    const [first] = body === null ? [] : eventsOf([body]);
    assert.equal(headingText(HEAD, first ?? null), expected);
  });
}
