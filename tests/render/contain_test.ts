import assert from "node:assert/strict";
import fc from "fast-check";
import { containInline, containText } from "../../src/render/contain.ts";
import { nodesOf, rawHtml, turnHeadings } from "./render.ts";

const RUNS = Number(Deno.env.get("KATO_RUNS") ?? 2_000);

const LEFT_ALONE: readonly (readonly [string, string])[] = [
  ["plain prose", "one line\n\nand another, 3 < 4 and a <- b, C# and #5"],
  ["lists, quotes, tables and rules", "- a\n  - b\n1. c\n\n> # quoted\n\n| a | b |\n|---|---|\n\n---\n"],
  ["a fence with anything in it", "```html\n# not a heading\n---\n<script>\n![x](y)\n~~~\n```\nafter"],
  [
    "a fence in a list",
    "1. do\n   ```html\n   <b>\n   ```\n2. then\n\n    ```c\n    #include <stdio.h>\n    ```",
  ],
  ["a nested list with a fence", "- a\n  - b\n\n    ```java\n    List<String> x;\n    ```\n"],
  ["tags in inline code", "Use `<div>` and ``<b> ` </b>`` here"],
  ["links that go to the web", "see <https://example.com/?a=b>"],
  ["what is escaped already", "\\<b> and \\![x](y)"],
];
for (const [what, text] of LEFT_ALONE) {
  Deno.test(`containText() leaves ${what} alone`, () => assert.equal(containText(text), text));
}

const CHANGED: readonly (readonly [string, string, string])[] = [
  [
    "sets headings two levels down",
    "# a\n## b\n#### c\n##### d\n###### e",
    "### a\n#### b\n###### c\n###### d\n###### e",
  ],
  ["turns underlined headings into text", "a\n---\nb\n===", "a\n\\---\nb\n\\==="],
  ["escapes tags", "<b>x</b> <!-- y", "\\<b>x\\</b> \\<!-- y"],
  ["escapes a tag behind escaped backslashes", "\\\\<b>", "\\\\\\<b>"],
  ["escapes images", "![x](y)", "\\![x](y)"],
  ["closes a fence", "```sh\nls", "```sh\nls\n```"],
  ["closes a long fence", "~~~~~\n~~~\n", "~~~~~\n~~~\n\n~~~~~"],
  ["closes a fence of a list item where the item ends", "- a\n  ```\nb <b>", "- a\n  ```\nb \\<b>"],
  ["does not believe a backtick that may reach the next line", "a ` b\n`<b>`", "a ` b\n`\\<b>`"],
  ["does not believe code that a table may part", "`a | <b>`", "`a | \\<b>`"],
  ["does not take a longer info for the end of a fence", "```\n``` x\n<b>", "```\n``` x\n<b>\n```"],
];
for (const [what, text, contained] of CHANGED) {
  Deno.test(`containText() ${what}`, () => assert.equal(containText(text), contained));
}

Deno.test("containInline() escapes what begins raw HTML", () => {
  assert.equal(containInline("```<b> <c> `<d>`"), "```\\<b> \\<c> `<d>`");
});

/** Lines as a hostile author would build them: indentation, containers, then something that acts. */
const line = fc.tuple(
  fc.constantFrom("", "", " ", "  ", "   ", "    ", "     ", "\t", " \t"),
  fc.array(fc.constantFrom("- ", "-  ", "1. ", "2. ", "10) ", "> ", "-\t", "*   "), { maxLength: 2 }),
  fc.constantFrom(
    ...[
      "",
      "a",
      "-",
      "1.",
      "# h",
      "---",
      "===",
      "- - -",
      "```",
      "```js",
      "````",
      "~~~",
      "~~~~ x",
      "`",
      "`<b>`",
      "``",
    ],
    ...[
      "<script>",
      "</details>",
      "<!-- x",
      "<b> `",
      "` <b>",
      "a `x` <i>",
      "\\` <b> `",
      "[x]: <y>",
      "| a",
      "```<b>",
    ],
  ),
).map(([indent, containers, rest]) => indent + containers.join("") + rest);

Deno.test("containText() keeps every text in its place", () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const markdown = `${containText(lines.join("\n"))}\n\n## LAST\n`;
      assert.deepEqual(rawHtml(markdown), []);
      assert.deepEqual(turnHeadings(markdown), ["## LAST"]);
      assert.equal(nodesOf(markdown).at(-1)?.literal, "LAST");
    }),
    { numRuns: RUNS },
  );
});
