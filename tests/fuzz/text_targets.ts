/** The fuzzer's targets that read what people and agents write: secrets in it, and a page of it. */
import assert from "node:assert/strict";
import { parseFragment } from "parse5";
import { findSecrets, RULE_NAMES } from "../../src/redaction/find_secrets.ts";
import { redactLine } from "../../src/redaction/redact_event.ts";
import { writeProse, writeProseLine } from "../../src/render/html_prose.ts";
import { neutralise } from "../../src/render/neutralise.ts";
import { make, NAMED_FORMATS, PLACES, randomOf, TOKEN_FORMATS } from "../redaction/corpus.ts";
import { assertAllowed } from "../render/assert_allowed.ts";
import type { Target } from "./target.ts";

const SEED = 31;
/** Nobody's. The input must not hide it. */
const PLANTED = make("ghp_{A36}", randomOf(SEED));

// The first call prepares the search for all rules: that is no work of an input.
findSecrets(PLANTED);

export const SECRETS: Target = {
  name: "secrets",
  words: [
    ...TOKEN_FORMATS.map(([, format]) => format.replace(/\{.*/, "")).filter((word) => word.length > 2),
    ...NAMED_FORMATS.map(([, before]) => before),
    "-----BEGIN RSA PRIVATE KEY-----\n",
    "-----END RSA PRIVATE KEY-----",
    "Aa0".repeat(12),
    "password",
    "://u:",
    "@",
    "=",
    ": ",
    '"',
    "'",
    "\\n",
    "…",
    "[redacted: github-token]",
  ],
  steps: { any: 5_000, each: 200 },
  seeds() {
    const random = randomOf(SEED);
    return [
      ...TOKEN_FORMATS.map(([, format], at) =>
        (PLACES[at % PLACES.length] ?? "@").replace("@", () => make(format, random))
      ),
      ...NAMED_FORMATS.map(([, before, format, after]) => before + make(format, random) + after),
    ];
  },
  run(input) {
    const { spans } = findSecrets(input);
    let last = 0;
    for (const { rule, from, to } of spans) {
      assert.ok(last <= from && from < to && to <= input.length, `${last} ${from} ${to}`);
      assert.ok(RULE_NAMES.includes(rule), rule);
      last = to;
    }
    const redacted = redactLine(input);
    assert.equal(redacted.isWellFormed() || !input.isWellFormed(), true, "no character is cut in two");
    assert.ok(redacted === input || spans.length > 0, "only what was found is replaced");
    const around = redactLine(`${input}\n\n${PLANTED}\n\n${input}`);
    assert.ok(!around.includes(PLANTED), "no text before or behind a token hides it");
  },
};

export const PAGE: Target = {
  name: "html",
  words: [
    "<div>",
    "</div>",
    "<script>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<a href=",
    "](javascript:",
    "](https://e.com/",
    ' "title")',
    "<https://e.com>",
    "![",
    "&quot;",
    "&#8238;",
    '"',
    "'",
    "`",
    "```html\n",
    "```diff\n",
    "~~~\n",
    "|-|\n",
    "> ",
    "- [x] ",
    "1. ",
    "# ",
    "**",
    "~~",
    "\\",
    "\n",
    "[a]: b\n",
    "\u202e",
    "\0",
  ],
  steps: { any: 20_000, each: 400 },
  seeds: () => [
    "# a\n\n> b **c**\n\n- d\n  - e",
    '[a](https://e.com "t") <b>c</b>',
    "a|b\n-|-\n<i>|`</td>`",
    "```diff\n-a\n+</pre>\n```\n",
    "![a](x) <https://e.com/?a&b> mailto:a@b.co",
  ],
  run(input) {
    const text = neutralise(input);
    for (const breaks of [false, true]) {
      // Null: it nests too deep, and the page shows it as it was written.
      const html = writeProse(text, breaks);
      if (html === null) continue;
      const page = parseFragment(`<div>${html}</div><footer></footer>`);
      assert.deepEqual(page.childNodes.map(({ nodeName }) => nodeName), ["div", "footer"]);
      assertAllowed(page.childNodes[0] ?? assert.fail(), "text");
    }
    const line = parseFragment(`<summary>${writeProseLine(text)}</summary><footer></footer>`);
    assert.deepEqual(line.childNodes.map(({ nodeName }) => nodeName), ["summary", "footer"]);
    assertAllowed(line.childNodes[0] ?? assert.fail(), "text");
  },
};
