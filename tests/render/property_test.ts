/** What must hold for every conversation, however hostile its texts. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseFragment } from "parse5";
import type { Event } from "../../src/protocol/event.ts";
import type { RenderHead } from "../../src/protocol/render.ts";
import { FORMATS } from "../../src/protocol/closed_sets.ts";
import { containText } from "../../src/render/contain.ts";
import { neutralise } from "../../src/render/neutralise.ts";
import { typedParts } from "../../src/render/typed_text.ts";
import { assertAllowed } from "./assert_allowed.ts";
import { conversation } from "./conversations.ts";
import { hostile } from "./hostile.ts";
import { bodyOf, eventsOf, HEAD, nodesOf, render, RENDERERS } from "./render.ts";

const RUNS = Number(Deno.env.get("KATO_RUNS") ?? 300);

/** Renders in batches, the state going through JSON between them as it does between deliveries. */
function renderInBatches(head: RenderHead, events: readonly Event[], cuts: readonly number[]): string {
  const renderer = RENDERERS[head.format];
  let state = renderer.begin(head);
  let text = "";
  for (const [at, event] of events.entries()) {
    if (cuts.includes(at)) state = JSON.parse(JSON.stringify(state));
    const step = renderer.step(head, state, event);
    state = step.state;
    text += step.text;
  }
  return text + renderer.finish(head, JSON.parse(JSON.stringify(state))).text;
}

for (const format of FORMATS) {
  Deno.test(`${format}: how events are batched never shows`, () => {
    fc.assert(
      fc.property(conversation, fc.array(fc.nat(12)), (events, cuts) => {
        const head = { ...HEAD, format };
        assert.equal(renderInBatches(head, events, cuts), render(head, events));
      }),
      { numRuns: RUNS },
    );
  });

  Deno.test(`${format}: more events only ever append`, () => {
    fc.assert(
      fc.property(conversation, fc.nat(12), (events, at) => {
        const head = { ...HEAD, format };
        assert.ok(render(head, events, false).startsWith(render(head, events.slice(0, at), false)));
      }),
      { numRuns: RUNS },
    );
  });
}

// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

for (const format of ["md", "html"] as const) {
  Deno.test(`${format}: no forbidden character and no lone surrogate gets through`, () => {
    fc.assert(
      fc.property(conversation, (events) => {
        const text = render(
          { ...HEAD, format, meta: { ...HEAD.meta, project: "/a\u001b\u202e\ud800" } },
          events,
        );
        assert.equal(FORBIDDEN.exec(text), null);
        assert.ok(text.isWellFormed());
      }),
      { numRuns: RUNS },
    );
  });
}

Deno.test("md: every text is there, contained", () => {
  fc.assert(
    fc.property(conversation, (events) => {
      const markdown = render(HEAD, events);
      for (const event of events) {
        if (event.type !== "assistant" && event.type !== "user") continue;
        if (event.agent !== "main") continue;
        const isUsers = event.type === "user";
        const parts = isUsers ? typedParts(event.text) : [{ part: "text", text: event.text } as const];
        for (const part of parts) {
          if (part.part === "commands") {
            assert.ok(part.lines.every((line) => markdown.includes(neutralise(line))));
          } else if (part.text.trim() !== "") {
            assert.ok(markdown.includes(containText(neutralise(part.text), isUsers)));
          }
        }
      }
    }),
    { numRuns: RUNS },
  );
});

Deno.test("md: a code block holds its content, to the letter", () => {
  fc.assert(
    fc.property(hostile, hostile, (command, result) => {
      const events = eventsOf([
        { type: "tool_call", call: "c", name: "Bash", input: { command } },
        { type: "tool_result", call: "c", text: result, error: false },
      ]);
      // Terminal sequences vanish: see neutralise_test.ts.
      fc.pre(!result.includes("\u001b") && !result.includes("\u009b"));
      const blocks = nodesOf(bodyOf(render(HEAD, events))).filter((node) => node.type === "code_block");
      const expected = result.trim() === "" ? [command] : [command, result];
      assert.deepEqual(blocks.map((node) => node.literal), expected.map((text) => closed(neutralise(text))));
    }),
    { numRuns: RUNS * 2 },
  );
});

function closed(text: string): string {
  return text === "" || text.endsWith("\n") ? text : text + "\n";
}

Deno.test("html: every element is of the list, and closed", () => {
  fc.assert(
    fc.property(conversation, (events) => {
      const html = render({ ...HEAD, format: "html" }, events);
      const content = html.slice(html.indexOf("<body>") + 6);
      const open: string[] = [];
      for (const [, tag = ""] of content.matchAll(/<([^\s>]*)[^>]*>/g)) {
        if (tag === "hr" || tag === "br") continue;
        if (tag.startsWith("/")) assert.equal(open.pop(), tag.slice(1));
        else open.push(tag);
      }
      assert.deepEqual(open, []);
      assertAllowed(parseFragment(content), "page");
    }),
    { numRuns: RUNS },
  );
});
