import assert from "node:assert/strict";
import type { Event } from "../../src/protocol/event.ts";
import { REDACTION } from "../../src/protocol/redaction.ts";
import { beginRedaction, redactEvent, redactLine } from "../../src/redaction/redact_event.ts";
import { redacted } from "../../src/render/redacted.ts";
import { type Body, eventsOf, HEAD, RENDERERS } from "../render/render.ts";
import { make, randomOf } from "./corpus.ts";

const random = randomOf(5);
const TOKEN = make("ghp_{A36}", random);
const OTHER = make("ghp_{A36}", random);

function redact(...bodies: Body[]): Event[] {
  let state = beginRedaction();
  return eventsOf(bodies).map((event) => {
    const without = redactEvent(event, REDACTION, state);
    // Between two deliveries the state is text.
    state = JSON.parse(JSON.stringify(state));
    return without;
  });
}

const text = (...bodies: Body[]) => redact(...bodies).map((event) => "text" in event ? event.text : "");
const user = (words: string): Body => ({ type: "user", text: words });
const part = (words: string): Body => ({ type: "tool_result", call: "c", text: words, error: false });

Deno.test("equal secrets of a recording have equal numbers, from one delivery to the next", () => {
  assert.deepEqual(text(user(`${TOKEN} ${OTHER}`), user(`${OTHER}, ${TOKEN}`)), [
    "[redacted: github-token] [redacted: github-token 2]",
    "[redacted: github-token 2], [redacted: github-token]",
  ]);
});

Deno.test("the state holds no secret, and no part of one", () => {
  const state = beginRedaction();
  for (const event of eventsOf([user(TOKEN)])) redactEvent(event, REDACTION, state);
  const kept = JSON.stringify(state);
  for (let at = 0; at + 6 <= TOKEN.length; at += 1) assert.ok(!kept.includes(TOKEN.slice(at, at + 6)));
});

const BODIES: readonly (readonly [name: string, body: Body])[] = [
  ["a user's text", user(`use ${TOKEN}`)],
  ["an answer", { type: "assistant", text: `use ${TOKEN}`, model: null, phase: null }],
  ["thinking", { type: "thinking", text: `use ${TOKEN}` }],
  ["a call's input", {
    type: "tool_call",
    call: "c",
    name: "Edit",
    input: { edits: [{ old_string: "a", new_string: TOKEN }] },
  }],
  ["a key of an input", { type: "tool_call", call: "c", name: "Edit", input: { [TOKEN]: 1 } }],
  ["a result", part(`x\n${TOKEN}\n`)],
  ["a decision", { type: "decision", question: TOKEN, options: [TOKEN], answer: TOKEN, note: TOKEN }],
  ["a notice", { type: "notice", kind: "shell", text: `curl -H 'X: ${TOKEN}'` }],
];

for (const [name, body] of BODIES) {
  Deno.test(`redactEvent() sees a secret in ${name}, and every format is without it`, () => {
    const [event] = redact(body);
    assert.ok(!JSON.stringify(event).includes(TOKEN.slice(4)));
    assert.deepEqual(Object.keys(event?.redacted ?? {}), ["github-token"]);
    for (const format of ["md", "html", "jsonl"] as const) {
      const renderer = redacted(RENDERERS[format], REDACTION);
      const head = { ...HEAD, format };
      let state = renderer.begin(head);
      let whole = "";
      for (const one of eventsOf([body])) {
        const step = renderer.step(head, state, one);
        state = JSON.parse(JSON.stringify(step.state));
        whole += step.text;
      }
      whole += renderer.finish(head, state).text;
      assert.ok(!whole.includes(TOKEN.slice(4)), whole);
      if (format !== "jsonl") assert.match(whole, /\d secrets? redacted \(github-token \d\)/);
    }
  });
}

for (
  const [what, input, redacted] of [
    ["a name", { password: "hunter2", user: "hunter2" }, {
      password: "[redacted: password]",
      user: "hunter2",
    }],
    [
      "a name beside its value",
      { env: [{ name: "DB_PASSWORD", value: "hunter2" }, { name: "USER", value: "hunter2" }] },
      { env: [{ name: "DB_PASSWORD", value: "[redacted: password]" }, { name: "USER", value: "hunter2" }] },
    ],
    [
      "an option in a list of words",
      { command: ["tool", "--password", "hunter2", "--user", "hunter2"] },
      { command: ["tool", "--password", "[redacted: password]", "--user", "hunter2"] },
    ],
    [
      "a program in a list of words",
      { command: ["mysql", "-u", "root", "-phunter2", "shop"] },
      { command: ["mysql", "-u", "root", "-p[redacted: password]", "shop"] },
    ],
  ] as const
) {
  Deno.test(`${what} in an input shows that a value is a secret`, () => {
    const [event] = redact({ type: "tool_call", call: "c", name: "x", input });
    assert.deepEqual(event?.type === "tool_call" && event.input, redacted);
  });
}

Deno.test("a token that is split between two pieces of an output is seen", () => {
  const [first, second] = text(part(`token: ${TOKEN.slice(0, 20)}`), part(`${TOKEN.slice(20)}\nnext`));
  assert.ok(first?.startsWith("token: [redacted: github-token"), first);
  assert.equal(second, "[redacted: github-token 2]\nnext");
});

Deno.test("a private key that is split between pieces is seen in each", () => {
  const lines = Array.from({ length: 6 }, () => make("{B64}", random));
  const key = ["-----BEGIN RSA PRIVATE KEY-----", ...lines, "-----END RSA PRIVATE KEY-----", "after"];
  for (let cut = 1; cut < key.length - 1; cut += 1) {
    const whole = text(part(key.slice(0, cut).join("\n") + "\n"), part(key.slice(cut).join("\n"))).join("");
    for (const line of lines) assert.ok(!whole.includes(line), `cut at ${cut}: ${whole}`);
    assert.ok(whole.endsWith("after"), whole);
  }
});

Deno.test("words after a whole token are no part of it", () => {
  assert.deepEqual(text(user(TOKEN), user("Thanks")), ["[redacted: github-token]", "Thanks"]);
});

Deno.test("places in a result move with the text before them", () => {
  const framed = `Exit: ${TOKEN}\n<body>`;
  const from = framed.indexOf("<body>");
  const page = { from, to: framed.length };
  const [event] = redact({ type: "tool_result", call: "c", text: framed, error: false, page });
  assert.ok(event?.type === "tool_result" && event.page !== undefined);
  assert.equal(event.text.slice(event.page.from, event.page.to), "<body>");
});

Deno.test("policy that keeps secrets changes no event", () => {
  const [event] = eventsOf([user(TOKEN)]);
  assert.ok(event !== undefined);
  assert.equal(redactEvent(event, { ...REDACTION, secrets: false }, beginRedaction()), event);
});

Deno.test("a recording that an older kato began goes on from its own state, byte for byte", () => {
  const bodies = [
    user("one"),
    part("two"),
    { type: "assistant", text: "three", model: "m", phase: null } as const,
  ];
  const plain = RENDERERS.md;
  const events = eventsOf(bodies);
  const fold = (renderers: readonly typeof plain[]) => {
    let state = renderers[0]?.begin(HEAD);
    return events.map((event, at) => {
      const step = (renderers[at] ?? plain).step(HEAD, state, event);
      state = JSON.parse(JSON.stringify(step.state));
      return step.text;
    }).join("") + (renderers.at(-1) ?? plain).finish(HEAD, state).text;
  };
  const now = redacted(plain, REDACTION);
  assert.equal(fold([plain, now, now]), fold([plain, plain, plain]));
});

Deno.test("a title has no secret, even one that was cut", () => {
  assert.equal(redactLine(`Use ${TOKEN}`), "Use [redacted: github-token]");
  assert.equal(redactLine(`Use ${TOKEN.slice(0, 20)}…`), "Use [redacted: github-token]…");
});
