/** The head of a document: no value in it, whichever it is, becomes anything but text. */
import assert from "node:assert/strict";
import { parse as parseHtml, parseFragment } from "parse5";
import { parse as parseYaml } from "@std/yaml";
import type { RenderHead } from "../../src/protocol/render.ts";
import { childrenOf, isElement, textOf } from "./assert_contained.ts";
import { READERS } from "./readers.ts";
import { HEAD, RENDERERS } from "./render.ts";

const HOSTILE = [
  "<b>&amp;</b>",
  "</dd><script>x</script>",
  "</title></style><img src=x>",
  `" onload="x" '`,
  "<!-- -->",
  "null",
  "a: b # c",
  "---",
];
const KEYS = ["session", "project", "started", "client"] as const;

interface Node {
  readonly nodeName: string;
  readonly value?: string;
  readonly childNodes?: readonly Node[];
}

/** The elements of a document with their texts, in order. */
function elementsOf(node: Node): [name: string, text: string][] {
  const children = node.childNodes ?? [];
  const text = children.map((child) => child.value ?? "").join("");
  return [
    [node.nodeName, text],
    ...children.flatMap((child) => child.value === undefined ? elementsOf(child) : []),
  ];
}

function headAs(format: RenderHead["format"], meta: Partial<RenderHead["meta"]>, typed = "hello"): string {
  const head = { ...HEAD, format, meta: { ...HEAD.meta, ...meta } };
  const renderer = RENDERERS[format];
  const event = {
    v: 1,
    id: "e",
    provider: "codex",
    session: "s",
    seq: 0,
    time: null,
    agent: "main",
  } as const;
  return renderer.step(head, renderer.begin(head), { ...event, type: "user", text: typed }).text;
}

const PLAIN = elementsOf(
  parseHtml(headAs("html", { session: "x", project: "x", started: "x", client: "x" })) as Node,
);

for (const [at, key] of KEYS.entries()) {
  Deno.test(`${key} is text in the head of HTML, whatever it holds`, () => {
    for (const value of HOSTILE) {
      const meta = { session: "x", project: "x", started: "x", client: "x", [key]: value };
      const elements = elementsOf(parseHtml(headAs("html", meta)) as Node);
      assert.deepEqual(elements.map(([name]) => name), PLAIN.map(([name]) => name));
      const shown = elements.filter(([name]) => name === "dd").map(([, text]) => text);
      // The provider comes first.
      assert.equal(shown[at + 1], value);
    }
  });

  Deno.test(`${key} is a string in the head of Markdown, whatever it holds`, () => {
    for (const value of HOSTILE) {
      const [, yaml = ""] = /^---\n([^]*?)\n---\n/.exec(headAs("md", { [key]: value })) ?? [];
      assert.equal((parseYaml(yaml) as Record<string, unknown>)[key], value);
    }
  });
}

Deno.test("the title is text in the head, whatever was typed", () => {
  for (const value of HOSTILE) {
    const elements = elementsOf(parseHtml(headAs("html", {}, value)) as Node);
    for (const name of ["title", "h1"]) {
      assert.deepEqual(elements.filter(([other]) => other === name), [[name, value.trim()]]);
    }
    const [, yaml = ""] = /^---\n([^]*?)\n---\n/.exec(headAs("md", {}, value)) ?? [];
    assert.equal((parseYaml(yaml) as Record<string, unknown>)["title"], value.trim());
  }
});

Deno.test("the title is the first heading of Markdown, and stays in its line", () => {
  for (const value of [...HOSTILE, "about C #", "# a", "1. b", "[x]: y", "`a", "![x](y)", "a\\"]) {
    const markdown = headAs("md", {}, value);
    for (const [reader, read] of Object.entries(READERS)) {
      const body = read(markdown.slice(markdown.indexOf("\n---\n", 3) + 5));
      const [title, turn] = childrenOf(parseFragment(body)).filter(isElement);
      assert.deepEqual([title?.tagName, turn?.tagName], ["h1", "h2"], `${reader}: ${value}`);
      if (value === "about C #") assert.equal(title === undefined ? "" : textOf(title).trim(), value);
    }
  }
});

Deno.test("a time in a heading of HTML is an attribute that nothing can leave", () => {
  const renderer = RENDERERS.html;
  const head = { ...HEAD, format: "html" as const };
  const time = `2026-01-01T00:00:00.000Z"><img src=x>`;
  const event = { v: 1, id: "e", provider: "codex", session: "s", seq: 0, time, agent: "main" } as const;
  const { text } = renderer.step(head, renderer.begin(head), { ...event, type: "user", text: "hello" });
  assert.ok(!elementsOf(parseHtml(text) as Node).some(([name]) => name === "img"));
});
