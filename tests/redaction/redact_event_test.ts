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
    ["a name whose value has quotes", { password: "hun\"ter'2" }, { password: "[redacted: password]" }],
    ["a name whose value ends its line", { password: "hunter2\n" }, { password: "[redacted: password]\n" }],
    ["a name whose value ends with a backslash", { password: "Xk9#mQ2vL7pZ\\" }, {
      password: "[redacted: password]",
    }],
    ["a name whose value has a line end", { password: "Xk9#mQ2\nvLpZ" }, {
      password: "[redacted: password]",
    }],
    ["a name whose value has every quote", { db_password: "h'u\"n`ter2\\\\" }, {
      db_password: "[redacted: password]",
    }],
    ["a name whose value begins with a blank", { api_key: " k3y9dQ2vL7pZx1\n" }, {
      api_key: " [redacted: secret]\n",
    }],
    ["a name whose value is wrapped", { client_secret: "k3y9dQ2vL7pZx1\r\nQm4nB8tR5wY2" }, {
      client_secret: "[redacted: secret]",
    }],
    ["a name whose value is long", { password: "Xk9#mQ2vL7pZ".repeat(500) }, {
      password: "[redacted: password]",
    }],
    ["a name, and none of a value with words alone,", {
      password: "The password\nof the person",
      compass: "north 10\\",
      auth: "OAuth2ClientCredentials flow",
      token: 'the "first" word\\',
      primary_key: "k3y9dQ2vL7pZx1Qm4n\\",
    }, {
      password: "The password\nof the person",
      compass: "north 10\\",
      auth: "OAuth2ClientCredentials flow",
      token: 'the "first" word\\',
      primary_key: "k3y9dQ2vL7pZx1Qm4n\\",
    }],
    ["a name in lines of a text", { token: "not one\npassword: hunter2" }, {
      token: "not one\npassword: [redacted: password]",
    }],
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
  const before = "These are the words before it: ";
  const [first, second] = text(part(before + TOKEN.slice(0, 20)), part(`${TOKEN.slice(20)}\nnext`));
  assert.equal(first, `${before}[redacted: github-token]`);
  assert.equal(second, "[redacted: github-token 2]\nnext");
});

Deno.test("eight characters of a token that goes on show it, and seven do not", () => {
  const pieces = [TOKEN.slice(0, "ghp_".length + 8), TOKEN.slice(0, "ghp_".length + 7)];
  assert.deepEqual(pieces.flatMap((piece) => text(part(piece))), ["[redacted: github-token]", pieces[1]]);
});

Deno.test("the mark of a secret is that of every earlier kato: a recording goes on with its numbers", () => {
  const state = { key: "1 2", marks: {}, open: null };
  for (const event of eventsOf([user(`ghp_${"Ab3dEf".repeat(6)}`)])) redactEvent(event, REDACTION, state);
  assert.deepEqual(state.marks, { "github-token": ["4cecfa8e37"] });
});

Deno.test("a token that is split between several pieces is seen in each, to its end", () => {
  assert.deepEqual(
    text(part(TOKEN.slice(0, 20)), part(TOKEN.slice(20, 30)), part(TOKEN.slice(30)), part("a\nnext")),
    [1, 2, 3, 4].map((n) => `[redacted: github-token${n === 1 ? "" : ` ${n}`}]${n === 4 ? "\nnext" : ""}`),
  );
});

Deno.test("the beginning of a token inside of another one opens nothing", () => {
  assert.deepEqual(
    text(part("xoxb-1234567890-Ab3dEf-ghp_Ab3dEf1234"), part("abcdefghijklmnopqrstuvwxyz0123 next")),
    ["[redacted: slack-token]", "abcdefghijklmnopqrstuvwxyz0123 next"],
  );
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

Deno.test("places in a text move with the text before them", () => {
  const framed = `Exit: ${TOKEN}, then ${OTHER}<body>`;
  const from = framed.indexOf("<body>");
  const to = framed.length;
  const bodies: readonly Body[] = [
    { type: "tool_result", call: "c", text: framed, error: false, page: { from, to, approves: from } },
    { type: "assistant", text: framed, model: null, phase: null, page: { before: 4, from, to, after: to } },
    { type: "notice", kind: "task", text: framed, page: { from } },
    { type: "notice", kind: "task", text: framed },
  ];
  const pages = redact(...bodies).map((event) => "page" in event ? event.page : undefined);
  const at = "Exit: [redacted: github-token], then [redacted: github-token 2]".length;
  const end = at + "<body>".length;
  assert.deepEqual(pages, [
    { from: at, to: end, approves: at },
    { before: 4, from: at, to: end, after: end },
    { from: at },
    undefined,
  ]);
});

Deno.test("images stay as they are, and what stands around them has no secret", () => {
  const images = { imageData: [TOKEN], images: [`shot of ${TOKEN}`] };
  const [event] = redact({ ...part("x"), page: { from: 0, to: 1, ...images } } as Body);
  assert.deepEqual(event?.type === "tool_result" && event.page, {
    from: 0,
    to: 1,
    imageData: [TOKEN],
    images: ["shot of [redacted: github-token]"],
  });
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
