/** What a file says of itself, and heads that kato did not write. */
import assert from "node:assert/strict";
import { type OwnWords, readOwnWords } from "../../src/cli/verify/own_words.ts";

const WORDS: OwnWords = {
  format: "md",
  provider: "codex",
  session: "s1",
  title: "A: b & c",
  first: null,
  range: null,
  offset: "+01:00",
  hasImages: false,
};

const MARKDOWN = '---\ntitle: "A: b & c"\nprovider: codex\nsession: s1\nformat: kato/1\n---\n\n# A\n\n' +
  "## Ada — 2026-11-23 10:00:00 +01:00\n";
const PAGE =
  '<!doctype html>\n<meta name="generator" content="kato/1">\n<title>A: b &amp; c</title>\n<style>\n' +
  "</style>\n</head>\n<body>\n<dl>\n<dt>provider</dt><dd>codex</dd>\n<dt>session</dt><dd>s1</dd>\n</dl>\n" +
  '<time datetime="2026-11-23T09:00:00Z">2026-11-23 10:00:00 +01:00</time>\n';
const LINE = '{"v":1,"id":"a\\"b","provider":"codex","session":"s1","seq":7,"time":"x","text":"cut o';

type Head = readonly [what: string, head: string, words: OwnWords | null];

const replaced = (head: string, from: string, to: string): string => {
  assert.ok(head.includes(from), from);
  return head.replace(from, () => to);
};
const markdown = (from: string, to: string) => replaced(MARKDOWN, from, to);
const page = (from: string, to: string) => replaced(PAGE, from, to);
const line = (from: string, to: string) => replaced(LINE, from, to);

const HEADS: readonly Head[] = [
  ["Markdown", MARKDOWN, WORDS],
  ["Markdown without a title", markdown('title: "A: b & c"\n', ""), { ...WORDS, title: null }],
  ["Markdown with a title of many words", markdown('"A: b & c"', "Plant beans"), {
    ...WORDS,
    title: "Plant beans",
  }],
  [
    "Markdown with all facts",
    markdown("session: s1\n", 'session: s1\nproject: /w\nstarted: "x"\nclient: y\n'),
    WORDS,
  ],
  ["Markdown without times", markdown("## Ada", "# Ada"), { ...WORDS, offset: null }],
  ["Markdown with a fact twice", markdown("session: s1\n", "session: s1\nsession: s2\n"), null],
  ["Markdown with another fact", markdown("session: s1\n", "session: s1\nother: x\n"), null],
  ["Markdown with a line that is no fact", markdown("session: s1\n", "session: s1\nsession\n"), null],
  ["Markdown with an open quote", markdown('& c"', "& c"), null],
  ["Markdown with a number in quotes", markdown('"A: b & c"', '"A" 1'), null],
  ["Markdown of an unknown client", markdown("provider: codex", "provider: other"), null],
  ["Markdown without a session", markdown("session: s1\n", ""), null],
  ["Markdown with a range that is none", markdown("session: s1\n", "session: s1\nrange: all of it\n"), null],
  ["Markdown with a title that is too long", markdown('"A: b & c"', "x".repeat(8193)), null],
  ["Markdown of another program", markdown("format: kato/1", "format: kato/2"), null],
  ["a page", PAGE, { ...WORDS, format: "html" }],
  ["a page with images", page("<style>", "; img-src data:<style>"), {
    ...WORDS,
    format: "html",
    hasImages: true,
  }],
  ["a page without a title", page("<title>A: b &amp; c</title>\n", ""), {
    ...WORDS,
    format: "html",
    title: null,
  }],
  ["a page with a fact twice", page("</dl>", "<dt>session</dt><dd>s2</dd>\n</dl>"), null],
  ["a page whose title is a fact, too", page("</dl>", "<dt>title</dt><dd>x</dd>\n</dl>"), null],
  ["a page of another program", page("kato/1", "kato/2"), null],
  ["a page without a body", page("<body>\n", ""), null],
  ["a page whose facts do not end", page("</dl>\n", ""), null],
  ["a line of JSON", LINE, { ...WORDS, format: "jsonl", title: null, first: 7, offset: null }],
  ["a line of another version", line('"v":1', '"v":2'), null],
  ["a line of an unknown client", line("codex", "other"), null],
  ["a line without a session", line('"s1"', '""'), null],
  ["a line with another order", line('"session":"s1","seq":7', '"seq":7,"session":"s1"'), null],
  ["a line whose number is too long", line('"seq":7', `"seq":${"7".repeat(16)}`), null],
  ["nothing", "", null],
  ["a text", "# Notes\n", null],
];

for (const [what, head, words] of HEADS) {
  Deno.test(`readOwnWords() of ${what}`, () => assert.deepEqual(readOwnWords(head), words));
}
