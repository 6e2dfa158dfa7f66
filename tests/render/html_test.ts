/** The page around the texts: its contents, its anchors, and the sample in the documents. */
import assert from "node:assert/strict";
import { read } from "../documents.ts";
import { type Body, eventsOf, HEAD, render, renderAs } from "./render.ts";

const user = (text: string): Body => ({ type: "user", text });
const say = (text: string): Body => ({ type: "assistant", text, model: "m", phase: null });

Deno.test("every turn has an anchor, and each of the person's a line of the contents that leads to it", () => {
  const html = renderAs("html", [
    user("::record\nOne <b>"),
    say("a"),
    { type: "notice", kind: "shell", text: "ls" },
    user(""),
    say("b"),
  ]);
  const anchors = [...html.matchAll(/<h2 class="\w+" id="(turn-\d+)">/g)].map(([, id]) => id);
  assert.deepEqual(anchors, ["turn-0", "turn-1", "turn-2", "turn-3", "turn-4"]);
  const lines = [...html.matchAll(/<div class="toc".*<a href="#(.*?)"><bdi>(.*)<\/bdi><\/a><\/div>/g)];
  assert.deepEqual(lines.map(([, id, words]) => [id, words]), [["turn-0", "One &lt;b&gt;"], [
    "turn-2",
    "ls",
  ]]);
});

Deno.test("a line of the contents is hidden where the page has no style for it: one that an older kato began", () => {
  assert.doesNotMatch(renderAs("html", [user("a"), user("b")]), /<div class="toc"(?! hidden>)/);
});

Deno.test("a turn's anchor is the same in a recording that begins later", () => {
  const events = eventsOf([user("a"), say("b"), user("c")]);
  assert.match(render({ ...HEAD, format: "html" }, events.slice(2)), /<h2 class="user" id="turn-2">/);
});

Deno.test("the page's sample in the documents is what kato writes", () => {
  const [, sample = ""] = /```text\n(<div class="toc"[^]*?)```/.exec(read("docs/markdown.md")) ??
    assert.fail();
  assert.ok(read("fixtures/render/session/out.html").includes(sample), sample);
});
