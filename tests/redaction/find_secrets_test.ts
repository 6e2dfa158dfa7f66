import assert from "node:assert/strict";
import fc from "fast-check";
import { redactLine } from "../../src/redaction/redact_event.ts";
import { findSecrets, RULE_NAMES } from "../../src/redaction/find_secrets.ts";
import { make, NAMED_FORMATS, ORDINARY, PLACES, randomOf, TOKEN_FORMATS } from "./corpus.ts";

/** Of 100 secrets at least 95 are found, whole, by the right rule. */
const RECALL = 0.95;

function share(found: readonly boolean[]): number {
  return found.filter((one) => one).length / found.length;
}

Deno.test("findSecrets() finds the tokens of the labelled corpus, in every place", () => {
  const random = randomOf(21);
  const missed: string[] = [];
  const found = TOKEN_FORMATS.flatMap(([rule, format]) =>
    PLACES.map((place) => {
      const secret = make(format, random);
      const text = place.replace("@", () => secret);
      const from = text.indexOf(secret);
      const last = secret.length + from;
      const isFound = findSecrets(text).spans.some((span) =>
        span.rule === rule && span.from <= from + (secret.length >> 1) && span.to >= last - 1
      );
      if (!isFound) missed.push(`${rule}: ${text}`);
      return isFound;
    })
  );
  assert.ok(share(found) >= RECALL, `${share(found)}\n${missed.slice(0, 20).join("\n")}`);
});

Deno.test("findSecrets() finds what only its surroundings show", () => {
  const random = randomOf(22);
  const missed: string[] = [];
  const found = Array.from({ length: 20 }, () =>
    NAMED_FORMATS.map(([rule, before, format, after]) => {
      const secret = make(format, random);
      const text = before + secret + after;
      const isFound = findSecrets(text).spans.some((span) =>
        span.from === before.length && span.to >= before.length + secret.length - 2
      );
      if (!isFound) missed.push(`${rule}: ${text}`);
      return isFound;
    })).flat();
  assert.ok(share(found) >= RECALL, `${share(found)}\n${missed.slice(0, 20).join("\n")}`);
});

for (const line of ORDINARY) {
  Deno.test(`findSecrets() finds nothing in: ${line}`, () => {
    assert.deepEqual(findSecrets(line).spans.map(({ from, to }) => line.slice(from, to)), []);
  });
}

Deno.test("findSecrets() finds a private key with all its lines, however they are written", () => {
  const body = Array.from({ length: 4 }, (_, at) => make("{B64}", randomOf(at))).join("\n");
  const key = `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----`;
  for (
    const written of [
      key,
      key.replaceAll("\n", "\\n"),
      key.replaceAll("\n", "\n+"),
      key.replaceAll("\n", "\n    12→"),
    ]
  ) {
    const { spans } = findSecrets(`before\n${written}\nafter`);
    assert.deepEqual(spans, [{ rule: "private-key", from: 7, to: 7 + written.length }]);
  }
});

Deno.test("findSecrets() takes a policy's own beginnings, and leaves what it allows", () => {
  const redaction = {
    secrets: true,
    prefixes: ["ACME-"],
    allow: ["ghp_abcdefGHIJ0123456789klmnopQRSTUVwxyz"],
  };
  const found = (text: string) =>
    findSecrets(text, redaction).spans.map(({ rule, from, to }) => [rule, text.slice(from, to)]);
  assert.deepEqual(found("id ACME-77-xy, and ghp_abcdefGHIJ0123456789klmnopQRSTUVwxyz"), [[
    "own-secret",
    "ACME-77-xy",
  ]]);
});

Deno.test("a text without secrets stays without: nothing is found in what was redacted", () => {
  const formats = TOKEN_FORMATS.map(([, format]) => format);
  const piece = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom(...PLACES, ...NAMED_FORMATS.map(([, before]) => before)),
    fc.tuple(fc.constantFrom(...formats), fc.integer()).map(([format, seed]) => make(format, randomOf(seed))),
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
    const once = redactLine(pieces.join(""));
    const kinds = (text: string) => text.match(/\[redacted: [\w-]+/g)?.length ?? 0;
    assert.ok(kinds(redactLine(once)) >= kinds(once), once);
  }));
});

Deno.test("docs/redaction.md names every rule", () => {
  const page = Deno.readTextFileSync(new URL("../../docs/redaction.md", import.meta.url));
  assert.deepEqual(RULE_NAMES.filter((rule) => !page.includes(`\`${rule}\``)), []);
});
