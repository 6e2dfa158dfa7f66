import assert from "node:assert/strict";
import { findSecrets } from "../../src/redaction/find_secrets.ts";
import { GIVEN, ORDINARY_VALUES } from "./given_rows.ts";
import { make, randomOf } from "./corpus.ts";

/** The text without its marks, and the places between them. */
function unmarked(marked: string): { readonly text: string; readonly places: readonly [number, number][] } {
  let text = "";
  const places: [number, number][] = [];
  for (const [at, part] of marked.split(/[‹›]/).entries()) {
    if (at % 2 === 1) places.push([text.length, text.length + part.length]);
    text += part;
  }
  return { text, places };
}

const found = (text: string) => findSecrets(text).spans.map(({ from, to }) => text.slice(from, to));

for (const [rule, marked] of GIVEN) {
  Deno.test(`findSecrets() finds exactly what is marked: ${JSON.stringify(marked)}`, () => {
    const { text, places } = unmarked(marked);
    assert.deepEqual(findSecrets(text).spans, places.map(([from, to]) => ({ rule, from, to })));
  });
}

Deno.test("findSecrets() finds the same in a text within JSON", () => {
  const notFound = GIVEN.filter(([, marked]) => {
    const { text, places } = unmarked(marked);
    const within = found(JSON.stringify({ text }));
    return places.some(([from, to]) => !within.includes(text.slice(from, to)));
  });
  assert.deepEqual(notFound.map(([, text]) => text), []);
});

for (const text of ORDINARY_VALUES) {
  Deno.test(`findSecrets() finds no value in: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(found(text), []);
  });
}

Deno.test("findSecrets() finds a key of PuTTY with its lines, and leaves the public one", () => {
  const line = make("{B64}", randomOf(3));
  const head = `PuTTY-User-Key-File-3: ssh-ed25519\nPublic-Lines: 1\n${line}\nPrivate-Lines: 1`;
  const key = `\n${make("{B43}", randomOf(4))}=\nPrivate-MAC: ${"0f".repeat(32)}`;
  const { spans } = findSecrets(`${head}${key}\nafter`);
  assert.deepEqual(spans, [{ rule: "private-key", from: head.length, to: head.length + key.length }]);
});

Deno.test("findSecrets() finds a static key of OpenVPN", () => {
  const key = `-----BEGIN OpenVPN Static key V1-----\n${
    "0123456789abcdef\n".repeat(4)
  }-----END OpenVPN Static key V1-----`;
  assert.deepEqual(findSecrets(`a\n${key}\nb`).spans, [{ rule: "private-key", from: 2, to: 2 + key.length }]);
});

/** A colour as a terminal gets it, and as programs and JSON write it. */
for (const escape of ["\u001b", "\\u001b", "\\x1b", "\\033", "\\e"]) {
  const green = `${escape}[32m`;
  const none = `${escape}[0m`;
  Deno.test(`findSecrets() looks through colours: ${JSON.stringify(green)}`, () => {
    const token = make("ghp_{A36}", randomOf(6));
    const rows: [string, string][] = [
      [`PASSWORD=${green}‹hunter2x›${none} b`, "password"],
      [`${green}password${none}: ${green}"‹hunter2x›"${none}`, "password"],
      [`${green}‹${token}›${none}`, "github-token"],
      // `grep` colours what it found.
      [`a ‹${token.slice(0, 4)}${green}${token.slice(4, 10)}${none}${token.slice(10)}› b`, "github-token"],
    ];
    for (const [marked, rule] of rows) {
      const { text, places: [[from, to] = [0, 0]] } = unmarked(marked);
      assert.deepEqual(findSecrets(text).spans, [{ rule, from, to }], marked);
    }
  });
}
