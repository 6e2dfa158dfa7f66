/** Markdown in HTML: what a text becomes, what it never becomes, and that no text takes long. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseFragment } from "parse5";
import { CONTAINED_CHARS, PROSE_DEPTH } from "../../src/protocol/render_limits.ts";
import { writeProse, writeProseLine } from "../../src/render/html_prose.ts";
import { neutralise } from "../../src/render/neutralise.ts";
import { isWithin } from "../machine_speed.ts";
import { textOf } from "./assert_contained.ts";
import { assertAllowed } from "./assert_allowed.ts";
import { hostile } from "./hostile.ts";

const RUNS = Number(Deno.env.get("KATO_RUNS") ?? 300);

const WRITTEN: readonly (readonly [what: string, text: string, html: string])[] = [
  ["paragraphs", "a\nb\n\nc", "<p>a\nb</p>\n<p>c</p>\n"],
  ["emphasis", "*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>\n"],
  ["headings, two levels down", "# a\n\n## b\n\n##### c", "<h3>a</h3>\n<h4>b</h4>\n<h6>c</h6>\n"],
  ["a tight list", "- a\n- b", "<ul>\n<li>a\n</li>\n<li>b\n</li>\n</ul>\n"],
  ["a loose list", "- a\n\n- b", "<ul>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>\n"],
  ["numbers", "3. a", '<ol start="3">\n<li>a\n</li>\n</ol>\n'],
  ["tasks", "- [ ] a\n- [x] b", "<ul>\n<li>☐ a\n</li>\n<li>☑ b\n</li>\n</ul>\n"],
  ["quotes", "> a", "<blockquote>\n<p>a</p>\n</blockquote>\n"],
  ["code", "```js\n<b>\n```", "<pre>\n&lt;b&gt;\n</pre>\n"],
  ["differences", "```diff\n-a\n+b\n```", '<pre class="diff">\n<del>-a</del>\n<ins>+b</ins>\n</pre>\n'],
  [
    "tables",
    "|a|b|\n|-|-:|\n|c|d|",
    '<table>\n<thead>\n<tr>\n<th>a</th>\n<th class="right">b</th>\n</tr>\n</thead>\n' +
    '<tbody>\n<tr>\n<td>c</td>\n<td class="right">d</td>\n</tr>\n</tbody>\n</table>\n',
  ],
  ["a rule", "a\n\n---", "<p>a</p>\n<hr>\n"],
  ["a line that ends with two spaces", "a  \nb", "<p>a<br>\nb</p>\n"],
  [
    "links to the web, with what they say",
    '[a](https://e.com/?a=b&c "t\\"") <mailto:a@b.co>',
    '<p><a href="https://e.com/?a=b&amp;c" rel="noreferrer" title="t&quot;">a</a> ' +
    '<a href="mailto:a@b.co" rel="noreferrer">mailto:a@b.co</a></p>\n',
  ],
  [
    "addresses",
    "see https://e.com/x.",
    '<p>see <a href="https://e.com/x" rel="noreferrer">https://e.com/x</a>.</p>\n',
  ],
  [
    "links elsewhere as text",
    "[a](javascript:b) [c](d.md) ftp://e.co",
    "<p>[a](javascript:b) [c](d.md) ftp://e.co</p>\n",
  ],
  [
    "raw HTML as text",
    "<b>a</b>\n\n<div>\n<!-- -->",
    "<p>&lt;b&gt;a&lt;/b&gt;</p>\n<p>&lt;div&gt;\n&lt;!-- --&gt;</p>\n",
  ],
  [
    "an image as a link",
    "![a](https://e.com/i.png)",
    '<p>!<a href="https://e.com/i.png" rel="noreferrer">a</a></p>\n',
  ],
  ["entities as text", "&lt; &#8238;", "<p>&amp;lt; &amp;#8238;</p>\n"],
  ["a link without an address as text", "[a]()", "<p>a</p>\n"],
  ["definitions as text", "[a]: b\n\n[a]", "<p>[a]: b</p>\n<p>[a]</p>\n"],
  [
    "an encoded character that turns the direction of text as it was written",
    "https://e.com/%E2%80%AE",
    '<p><a href="https://e.com/%E2%80%AE" rel="noreferrer">https://e.com/%E2%80%AE</a></p>\n',
  ],
];
for (const [what, text, html] of WRITTEN) {
  Deno.test(`writeProse() writes ${what}`, () => assert.equal(writeProse(text, false), html));
}

Deno.test("writeProse() keeps the line ends of a person", () => {
  assert.equal(writeProse("a\nb", true), "<p>a<br>\nb</p>\n");
});

Deno.test("writeProseLine() writes what stands in an element", () => {
  assert.equal(writeProseLine("# *a* <b>"), "# <em>a</em> &lt;b&gt;");
  assert.equal(writeProseLine("[".repeat(CONTAINED_CHARS)), "[".repeat(CONTAINED_CHARS));
});

Deno.test("no text has an element, an attribute or an address beyond those of the list, or leaves its place", () => {
  fc.assert(
    fc.property(hostile, fc.boolean(), (text, breaks) => {
      const html = writeProse(neutralise(text), breaks) ?? assert.fail();
      const page = parseFragment(`<div>${html}</div><footer></footer>`);
      assert.deepEqual(page.childNodes.map(({ nodeName }) => nodeName), ["div", "footer"]);
      assertAllowed(page.childNodes[0] ?? assert.fail(), "text");
      assertAllowed(parseFragment(writeProseLine(neutralise(text))), "text");
    }),
    { numRuns: RUNS * 4 },
  );
});

/** What hides a word from every reader of Markdown: the address and the title of a link, the info of a fence, a table's last cells. */
const HIDES = /\]\(|```|~~~|[|]/;

Deno.test("every word of a text is shown", () => {
  fc.assert(
    fc.property(fc.array(hostile.filter((text) => !HIDES.test(text)), { maxLength: 5 }), (texts) => {
      const text = texts.map((part, at) => `${part} word${at} `).join("").replace(/[`~]{3,}/g, "``");
      fc.pre(!HIDES.test(text));
      const shown = textOf(parseFragment(writeProse(neutralise(text), false) ?? assert.fail()));
      texts.forEach((_, at) =>
        assert.ok(shown.includes(`word${at}`), `word${at} of ${JSON.stringify(text)}`)
      );
    }),
    { numRuns: RUNS * 2 },
  );
});

const deep = (line: (depth: number) => string, levels: number) =>
  Array.from({ length: levels }, (_, depth) => line(depth)).join("\n");

Deno.test("a text that nests too deep, or is too long, is shown as it was written: nothing of it is left out", () => {
  const nested = PROSE_DEPTH / 2 - 2;
  assert.match(writeProse(deep((at) => `${"  ".repeat(at)}- a`, nested), false) ?? "", /<li>a/);
  assert.equal(writeProse(deep((at) => `${"  ".repeat(at)}- a`, nested + 1), false), null);
  assert.equal(writeProse(`${"> ".repeat(PROSE_DEPTH)}a`, false), null);
  assert.notEqual(writeProse("a ".repeat(CONTAINED_CHARS / 2), false), null);
  assert.equal(writeProse("a".repeat(CONTAINED_CHARS + 1), false), null);
});

const repeated = (part: string) => part.repeat(Math.floor(CONTAINED_CHARS / part.length));
const HOSTILE: readonly (readonly [what: string, text: string])[] = [
  ["100,000 brackets", "[".repeat(100_000)],
  ["brackets", repeated("[")],
  ["brackets of images", repeated("![")],
  ["links that never end", repeated("[a](")],
  ["links in links", repeated("[[a](b)")],
  ["links in images", repeated("[![a](b)](")],
  ["definitions", repeated("[a\n")],
  ["quotes", repeated("> ")],
  ["quotes with open code", repeated("a\n> ~~~\n")],
  ["lists", repeated("- ")],
  ["numbers", repeated("1. ")],
  ["lists and quotes", repeated("- > ")],
  ["deep lists", deep((at) => `${" ".repeat(at % 250)}- a`, 500)],
  ["emphasis that never ends", repeated("**a *b ")],
  ["emphasis of two kinds", repeated("*a_ ")],
  ["code marks", deep((at) => `a${"`".repeat(at)}`, 350)],
  ["addresses", repeated("http://a.b/?")],
  ["addresses of files", repeated("ftp://a.b/?")],
  ["wide tables", `${"a|".repeat(3000)}\n${"-|".repeat(3000)}\n${"a\n".repeat(20_000)}`],
  ["angle brackets", repeated("<a ")],
  ["backslashes", repeated("\\[")],
  ["headings", repeated("a\n=\n")],
];
for (const [what, text] of HOSTILE) {
  Deno.test(`a text of ${what} takes no time`, () => {
    const begun = performance.now();
    writeProse(text, true);
    writeProseLine(text);
    assert.ok(isWithin(performance.now() - begun, 3000), `${performance.now() - begun} ms`);
  });
}
