/** What containment leaves, and what it changes, one line each; that it holds is shown in readers_test.ts. */
import assert from "node:assert/strict";
import { CONTAINED_CHARS } from "../../src/protocol/render_limits.ts";
import { containInline, containItem, containText } from "../../src/render/contain.ts";
import { READERS } from "./readers.ts";

const LEFT_ALONE: readonly (readonly [string, string])[] = [
  ["plain prose", "one line\n\nand another, 3 < 4 and a <- b, AT&T, C# and #5, a[0] b"],
  ["lists, quotes, tables and rules", "- a\n  - b\n1. c\n\n> quoted\n\n| a | b |\n|---|---|\n\n---\n"],
  ["a fence with anything in it", "```html\n# not a heading\n---\n<script>\n![x](y)\n```\nafter"],
  [
    "a fence in a list",
    "1. do\n   ```html\n   <b>\n   ```\n2. then\n\n   ~~~c\n   #include <stdio.h>\n   ~~~",
  ],
  ["a nested list with a fence", "- a\n  - b\n\n    ```java\n    List<String> x;\n    ```\n"],
  ["a fence in a quote", "> ```html\n> <b>\n> ```"],
  ["tags in code spans", "Use `<div>` and ``<b> ` </b>`` here, in | `a \\| <b>` |"],
  [
    "addresses of the web and of mail",
    "https://e.com/?a=b&c www.e.com <https://e.com/?a=b> <mailto:a@b.co> a@b.co",
  ],
  [
    "links to the web",
    '[a](https://e.com/a_(b)?c=d&e) and [`b`](http://e.com "title") and **[c](mailto:a@b.co)**',
  ],
  ["a link to the web beside a tag in code", "[a](https://e.com) `<b>`"],
  ["what is escaped already", "\\* and \\[x] and 1\\."],
];
for (const [what, text] of LEFT_ALONE) {
  Deno.test(`containText() leaves ${what} alone`, () => {
    assert.equal(containText(text), text);
    // ... also when the text has something else that is not left alone.
    assert.equal(containText(`${text}\n\n<b>`), `${text}\n\n&lt;b>`);
  });
}

const CHANGED: readonly (readonly [string, string, string])[] = [
  [
    "sets headings two levels down",
    "# a\n## b\n#### c\n##### d\n###### e\n> # f",
    "### a\n#### b\n###### c\n###### d\n###### e\n> ### f",
  ],
  ["turns underlined headings into text", "a\n---\nb\n===\n> c\n> -", "a\n&#45;--\nb\n&#61;==\n> c\n> &#45;"],
  ["parts a rule from what is above it", "- a\n---\nb", "- a\n***\nb"],
  ["escapes tags", "<b>x</b> <!-- y <?z", "&lt;b>x&lt;/b> &lt;!-- y &lt;?z"],
  ["escapes a tag behind backslashes", "\\<b> \\\\<b>", "&lt;b> \\\\&lt;b>"],
  ["escapes entities", "&lt;b> &#60;", "&amp;lt;b> &amp;#60;"],
  [
    "makes an address text that a tag follows",
    "https://e.com/x<img src=y>",
    "https:&#47;/e.com/x&lt;img src=y>",
  ],
  [
    "makes an address text that code follows",
    "https://e.com/`<b>` www.e.com`x`",
    "https:&#47;/e.com/`<b>` www&#46;e.com`x`",
  ],
  ["takes images for links", "![x](https://e.com)", "&#33;[x](https://e.com)"],
  ["takes embeds of notes for text", "![[x]]", "&#33;[[x]]"],
  [
    "makes text of links elsewhere",
    "[x](javascript:a) [x](a.md) <ftp://e.co> ftp://e.co <javascript:a>",
    "[x]&#40;javascript:a) [x]&#40;a.md) &lt;ftp:&#47;/e.co> ftp:&#47;/e.co &lt;javascript:a>",
  ],
  ["makes text of definitions", "[x]: https://e.com", "[x]&#58; https://e.com"],
  ["makes text of footnotes", "a[^1] ^[b]\n\n[^1]: c", "a&#91;^1] &#94;[b]\n\n&#91;^1]&#58; c"],
  ["makes text of comments, formulas and templates", "%% $$ {{ {% <%", "&#37;% &#36;$ &#123;{ &#123;% &lt;%"],
  ["makes text of containers", "::: x\n:::", "&#58;:: x\n&#58;::"],
  ["makes text of queries in code spans", "`= 1` `$= x`", "&#96;&#61; 1&#96; &#96;&#36;&#61; x&#96;"],
  ["closes a fence", "```sh\nls", "```sh\nls\n```"],
  ["... whose last line is code", "```sh\n    ```", "````sh\n    ```\n````"],
  ["closes a long fence", "~~~~~\n~~~\n", "````\n~~~\n````"],
  ["closes a fence of a list item where the item ends", "- a\n  ```\nb <b>", "- a\n  ```\n  ```\nb &lt;b>"],
  ["names only known languages", "```dataviewjs\nx\n```\n- ```Mermaid x\n  ```", "```\nx\n```\n- ```\n  ```"],
  ["writes indented code as a fence", "a\n\n    <b>\n\n\tc\n\nd", "a\n\n```\n<b>\n\nc\n```\n\nd"],
  ["does not believe code that is indented in a list", "- a\n\n      <b>", "- a\n\n      &lt;b>"],
  ["does not let code begin elsewhere", "a ` b\n`<b>`", "a ` b `&lt;b>&#96;"],
  [
    "does not believe code with a bar where there may be a table",
    "a | b\n-|-\n`a|<b>`\n---",
    "a | b\n-|-\n&#96;a&#124;&lt;b&#62;&#96;\n&#45;--",
  ],
  ["takes a code span onto one line", "`a\n<div>`", "`a <div>`"],
  [
    "shows a text as code where a change to one line would move the code of another",
    "a\n---\n2. ```\n   <b>\n   ```",
    "````text\na\n---\n2. ```\n   <b>\n   ```\n````",
  ],
  ["does not take a longer info for the end of a fence", "```\n``` x\n<b>", "````\n``` x\n<b>\n````"],
];
for (const [what, text, contained] of CHANGED) {
  Deno.test(`containText() ${what}`, () => assert.equal(containText(text), contained));
}

const SHOWN: readonly (readonly [string, string])[] = [
  ["<b> &amp; &lt; \\<i>", "<p>&lt;b&gt; &amp;amp; &amp;lt; &lt;i&gt;</p>"],
  ["%% $$ {{ ::: [^1]", "<p>%% $$ {{ ::: [^1]</p>"],
  ["`= 1`", "<p>`= 1`</p>"],
  ["a\n===", "<p>a\n===</p>"],
  ["**[x](javascript:a)**", "<p><strong>[x](javascript:a)</strong></p>"],
  ["https://e.com/x<img src=y>", "<p>https://e.com/x&lt;img src=y&gt;</p>"],
  ["```html\n<b>\n```", '<pre><code class="language-html">&lt;b&gt;\n</code></pre>'],
];
for (const [text, html] of SHOWN) {
  Deno.test(`containText() shows ${JSON.stringify(text)} as it was written`, () => {
    for (const [name, read] of Object.entries(READERS)) {
      assert.equal(read(containText(text)).trim(), html, name);
    }
  });
}

Deno.test("containText() shows as code what is too long or too intricate to be parsed", () => {
  const long = "word <b>\n".repeat(CONTAINED_CHARS);
  assert.equal(containText(long), `\`\`\`text\n${long}\`\`\``);
  const deep = "> ".repeat(40) + "<b>";
  assert.equal(containText(deep), `\`\`\`text\n${deep}\n\`\`\``);
  const plain = "word `code` [a](https://e.com)\n".repeat(CONTAINED_CHARS);
  assert.equal(containText(plain), plain);
});

Deno.test("containInline() contains what cannot begin a block", () => {
  assert.equal(containInline("```<b> <c> `<d>` # x"), "&#96;&#96;&#96;&lt;b> &lt;c> `<d>` # x");
});

const ITEMS: readonly (readonly [string, string])[] = [
  ["# a", "&#35; a"],
  ["> a", "&#62; a"],
  ["- a", "&#45; a"],
  ["12. a", "12&#46; a"],
  ["* * *", "&#42; * *"],
  ["---", "&#45;--"],
  ["```js", "&#96;&#96;&#96;js"],
  ["*a* -b #c 1.5 `d`", "*a* -b #c 1.5 `d`"],
];
for (const [text, contained] of ITEMS) {
  Deno.test(`containItem() keeps ${JSON.stringify(text)} a list item's text`, () => {
    assert.equal(containItem(text), contained);
  });
}
