/** How a folder that policy names becomes a path. */
import assert from "node:assert/strict";
import { expandFolder } from "../../src/settings/folders.ts";

const INVISIBLE = /holds a control or invisible character/;

const EXPANDED: readonly (readonly [text: string, path: string | RegExp])[] = [
  ["/", "/"],
  ["/a", "/a"],
  ["/a/", "/a"],
  ["//a/./b//", "/a/b"],
  ["~", "/home/ada"],
  ["~/", "/home/ada"],
  ["~/notes/", "/home/ada/notes"],
  ["~bob/notes", /must be absolute/],
  ["notes", /must be absolute/],
  ["", /must be absolute/],
  ["~/../bob", /holds `\.\.`/],
  ["/a/..", /holds `\.\.`/],
  ["/a..b", "/a..b"],
  ["/a\u0020b", "/a\u0020b"],
  ["/a\u007eb", "/a\u007eb"],
  ["/a\u00a0b", "/a\u00a0b"],
];

/** The first and the last character of each range that nobody sees. */
const UNSEEN = [0x00, 0x1f, 0x7f, 0x9f, 0x200b, 0x200f, 0x2028, 0x202e, 0x2060, 0x2069, 0xfeff];

for (
  const [text, path] of [
    ...EXPANDED,
    ...UNSEEN.map((code) => [`/a${String.fromCharCode(code)}b`, INVISIBLE] as const),
  ]
) {
  Deno.test(`expandFolder() of ${JSON.stringify(text)} is ${path}`, () => {
    const folder = expandFolder(text, "/home/ada");
    if (path instanceof RegExp) assert.match("message" in folder ? folder.message : folder.path, path);
    else assert.deepEqual(folder, { path });
  });
}
