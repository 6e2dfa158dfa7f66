/** What the fuzzer tries: each target takes any text, and throws when a promise is broken. */
import assert from "node:assert/strict";
import { findDestinationFaults } from "../../src/destination/grammar.ts";
import { denyUnwritable, resolveRequest } from "../../src/destination/path.ts";
import { DamagedFrame, walkFrames } from "../../src/parser/zstd_frames.ts";
import { parsePlan, renderPlan } from "../../src/permissions/plan_text.ts";
import { COMMANDS_PER_MESSAGE, REFUSED_PER_MESSAGE } from "../../src/protocol/limits.ts";
import { providers } from "../../src/providers/registry.ts";
import { findLookAlikes, scanCommands } from "../../src/session/command.ts";
import { isSystemLocation } from "../../src/settings/folders.ts";
import { mergePolicy } from "../../src/settings/merge.ts";
import { readToml } from "../../src/settings/toml.ts";
import { HOME, makePolicy, makeRequest } from "../destination/requests.ts";
import { outlineOf } from "../render/assert_contained.ts";
import { harmless } from "../render/conversations.ts";
import { READERS } from "../render/readers.ts";
import { RECORDS, targetOf } from "./record_targets.ts";
import type { Target } from "./target.ts";
import { PAGE, SECRETS } from "./text_targets.ts";
import { bodyOf, eventsOf, HEAD, render } from "../render/render.ts";

const GRAMMAR: Target = {
  name: "grammar",
  words: [
    "::",
    "::record",
    "::capture",
    "::stop",
    "::export",
    "::init",
    "\n",
    "\r\n",
    "```",
    "~~~",
    ' "',
    ".md",
    "~/",
    "../",
  ],
  steps: { any: 2_000, each: 50 },
  seeds: () => [
    "::record\n\nwords",
    "words\n::stop",
    '::capture "a b.md"',
    "```\n::stop\n```",
    "::export ~/a/b.html",
  ],
  run(input) {
    const { commands, refused } = scanCommands(input);
    assert.ok(commands.length <= COMMANDS_PER_MESSAGE && refused.length <= REFUSED_PER_MESSAGE);
    for (const { token, destination } of commands) {
      assert.ok(input.includes(token) && token.startsWith("::"), "a command is a line of the message");
      if (destination !== null) assert.deepEqual(findDestinationFaults(destination), []);
    }
    for (const { token } of refused) assert.ok(token.isWellFormed());
    assert.ok(findLookAlikes(input).length <= REFUSED_PER_MESSAGE);
  },
};

const TOML: Target = {
  name: "toml",
  words: [
    "version = 1\n",
    "[destinations]\n",
    "roots = [",
    '"~/x"',
    "'''",
    '"""',
    "\\u0041",
    "#",
    "=",
    ".",
    "[[",
    "]]",
    "1979-05-27",
    "0x",
    "inf",
    "{ a = 1 }",
    "\r\n",
  ],
  // Each unknown name is compared with each key, so that a person is told the nearest one.
  steps: { any: 100_000, each: 2_000 },
  seeds: () => [
    'version = 1\n[destinations]\nroots = ["~/a", "~/b"]\n',
    'a."b".c = { d = [1, 2.5, true] }\n',
    'x = """\na\\\n b"""\n',
  ],
  run(input) {
    const read = readToml(input);
    const lines = input.split("\n").length;
    if (!read.ok) assert.ok(read.line >= 1 && read.line <= lines, `line ${read.line} of ${lines}`);
    else for (const { start, end } of read.values.values()) assert.ok(start <= end && end <= input.length);
    const merged = mergePolicy([{ origin: "user", file: "policy.toml", text: input }], HOME);
    if (!merged.ok) assert.ok(merged.errors.length > 0);
  },
};

const PATHS: Target = {
  name: "paths",
  words: [
    "/",
    "~/",
    "..",
    "/../",
    "//",
    ".md",
    ".html",
    HOME,
    "/home/dev/notes/",
    "/etc/",
    "\\\\?\\",
    ".ssh",
    "CLAUDE.md",
    "~root/",
  ],
  steps: { any: 5_000, each: 50 },
  seeds: () => ["notes.md", "~/notes/a.md", "/home/dev/notes/b/c.html", "a/../b.md", ".kato/x.md"],
  run(input) {
    const policy = makePolicy();
    for (const asker of ["chat", "cli"] as const) {
      const resolved = resolveRequest(policy, makeRequest({ asker, destination: input }));
      if (!("path" in resolved) || "reason" in resolved) continue;
      const { path } = resolved;
      assert.ok(path.startsWith("/") && !/\/\.{0,2}(?:\/|$)/.test(path), `normalised: ${path}`);
      assert.equal(denyUnwritable(path, asker), null);
      assert.ok(!isSystemLocation(path, HOME), path);
    }
  },
};

const PLAN: Target = {
  name: "plan",
  words: [
    "kato-plan 1\0",
    "hash none\0",
    "profile daemon\0",
    "role daemon\0",
    "role parser:codex\0",
    "read /a\0",
    "write /b\0",
    "list /c\0",
    "env HOME\0",
    "sys uid\0",
    "end\0",
    "\0",
  ],
  steps: { any: 2_000, each: 50 },
  seeds: () => ["kato-plan 1\0hash none\0profile daemon\0role daemon\0read /a\0write /a/b\0env HOME\0end\0"],
  run(input) {
    const parsed = parsePlan(input);
    if (!parsed.ok) return;
    const rendered = renderPlan(parsed.plan);
    assert.ok(rendered.ok && rendered.text === input, "a plan is written as it was read");
  },
};

/** Where each step ends, when the bytes come in pieces; null for a stream that is refused. */
function endsOf(bytes: Uint8Array, piece: number): number[] | null {
  const frames = walkFrames();
  const ends = new Set<number>();
  try {
    for (let at = 0; at < bytes.length;) {
      const chunk = bytes.subarray(at, at + piece);
      const count = frames.step(chunk);
      assert.ok(count > 0 && count <= chunk.length, "each step goes on");
      at += count;
      if (count < chunk.length) ends.add(at);
    }
    return [...ends];
  } catch (error) {
    if (error instanceof DamagedFrame) return null;
    throw error;
  }
}

const ZSTD: Target = {
  name: "zstd",
  words: [
    "\x28\xb5\x2f\xfd",
    "\x50\x2a\x4d\x18",
    "\x00\x58",
    "\x01\x00\x00",
    "\xff\xff\xff",
    "\x04\x58\x03\x00\x00",
    "\xa0",
  ],
  steps: { any: 1_000, each: 100 },
  seeds: () => [
    "\x28\xb5\x2f\xfd\x00\x58\x19\x00\x00abc",
    "\x50\x2a\x4d\x18\x03\x00\x00\x00abc",
    "\x28\xb5\x2f\xfd\x04\x58\x01\x00\x00\x00\x00\x00\x00",
  ],
  run(input) {
    const bytes = Uint8Array.from(input, (char) => char.charCodeAt(0) & 0xff);
    const whole = endsOf(bytes, bytes.length);
    const single = endsOf(bytes, 1);
    assert.equal(single === null, whole === null, "it is refused however it arrives");
  },
};

const MARKDOWN: Target = {
  name: "markdown",
  words: [
    "```",
    "~~~",
    "\n",
    "    ",
    "> ",
    "- ",
    "1. ",
    "# ",
    "---",
    "<div>",
    "<!--",
    "-->",
    "[a]: b",
    "](",
    "|-|\n",
    "`",
    "&#10;",
    "<![CDATA[",
    "***",
    "[^1]:",
    "\t",
    "$$",
  ],
  steps: { any: 40_000, each: 400 },
  seeds: () => [
    "# a\n\n> b\n",
    "```js\ncode\n```\n",
    "a|b\n-|-\n1|2\n",
    "- a\n  - b\n\n      c",
    "<details>\n\na",
    "`a` [b](c) ![d](e)",
  ],
  run(input) {
    const events = eventsOf([
      { type: "user", text: input },
      { type: "assistant", text: input, model: "m", phase: null },
      { type: "thinking", text: input },
    ]);
    const text = bodyOf(render(HEAD, events));
    const plain = bodyOf(render(HEAD, harmless(events)));
    for (const [name, read] of Object.entries(READERS)) {
      assert.deepEqual(outlineOf(read(text)), outlineOf(read(plain)), name);
    }
  },
};

export const TARGETS: readonly Target[] = [
  ...providers.map(targetOf),
  GRAMMAR,
  TOML,
  PATHS,
  PLAN,
  ZSTD,
  RECORDS,
  MARKDOWN,
  PAGE,
  SECRETS,
];
