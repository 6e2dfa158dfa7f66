import assert from "node:assert/strict";
import { typedParts } from "../../src/render/typed_text.ts";

const commands = (...lines: string[]) => ({ part: "commands", lines });
const text = (text: string) => ({ part: "text", text });

const TABLE: readonly (readonly [string, readonly unknown[]])[] = [
  ["hello", [text("hello")]],
  ["::record", [commands("::record")]],
  ["::record\n::stop", [commands("::record", "::stop")]],
  ["\n::record\n\nhello\n\n::stop\n", [commands("::record"), text("hello"), commands("::stop")]],
  ["::record\r\nhello", [commands("::record"), text("hello")]],
  ["hello\n::record", [text("hello"), commands("::record")]],
  // Neither first nor last: the text stays as it was typed, but for empty lines at its end.
  ["\nhello\n::record\nbye", [text("\nhello\n::record\nbye")]],
  ["\nhello\n::record\nbye\n", [text("hello\n::record\nbye")]],
  ["a::b", [text("a::b")]],
  [" ::record", [text(" ::record")]],
  ["hello\n:: x", [text("hello\n:: x")]],
  // A fence that is open at the end holds the last lines.
  ["```\nx\n::stop", [text("```\nx\n::stop")]],
  ["```\nx\n```\n::stop", [text("```\nx\n```"), commands("::stop")]],
  ["~~~\n```\n::stop", [text("~~~\n```\n::stop")]],
  ["::record\n~~~~\n~~~\n::stop", [commands("::record"), text("~~~~\n~~~\n::stop")]],
  ["``` a`b\n::stop", [text("``` a`b"), commands("::stop")]],
];

for (const [typed, parts] of TABLE) {
  Deno.test(`typedParts() of ${JSON.stringify(typed)}`, () => assert.deepEqual(typedParts(typed), parts));
}
