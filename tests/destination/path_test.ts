/** What becomes of a destination before anything is looked up, and the names that kato makes itself. */
import assert from "node:assert/strict";
import type { Request } from "../../src/destination/decision.ts";
import { DEFAULT_POLICY } from "../../src/settings/defaults.ts";
import { show } from "../../src/destination/denial.ts";
import { resolveRequest } from "../../src/destination/path.ts";
import { findDestinationFaults } from "../../src/destination/grammar.ts";
import { FORMATS } from "../../src/protocol/closed_sets.ts";
import { DESTINATION_BYTES, FILE_NAME_BYTES, PATH_BYTES } from "../../src/protocol/limits.ts";
import { makePolicy, makeRequest } from "./requests.ts";

const policy = makePolicy();

/** The path, or `-reason`. */
function outline(change: Partial<Request>, by = policy): string {
  const resolved = resolveRequest(by, makeRequest(change));
  return "reason" in resolved ? `-${resolved.reason}` : resolved.path;
}

Deno.test("resolveRequest() makes a chat's destination absolute, below the default root", () => {
  const table: readonly (readonly [string | null, string])[] = [
    [null, "/home/dev/.kato/exports/undated_no-project_5d8aa099.md"],
    ["notes.md", "/home/dev/.kato/exports/notes.md"],
    ["a/b.html", "/home/dev/.kato/exports/a/b.html"],
    ["./a/./b.md", "/home/dev/.kato/exports/a/b.md"],
    ["~/notes/a.md", "/home/dev/notes/a.md"],
    ["/home/dev/notes/a.md", "/home/dev/notes/a.md"],
    ["..foo.md", "/home/dev/.kato/exports/..foo.md"],
    ["..foo/a.md", "/home/dev/.kato/exports/..foo/a.md"],
    ["a, b.md", "/home/dev/.kato/exports/a, b.md"],
    ["notes.txt", "/home/dev/.kato/exports/notes.txt"],
    ["/elsewhere/a.md", "/elsewhere/a.md"],
  ];
  for (const [destination, expected] of table) assert.equal(outline({ destination }), expected);
});

Deno.test("resolveRequest() takes a command line's destination from the working directory", () => {
  assert.equal(outline({ asker: "cli", destination: "notes.md" }), "/home/dev/work/notes.md");
  assert.equal(outline({ asker: "cli", destination: "~/notes.md" }), "/home/dev/notes.md");
  assert.equal(
    outline({ asker: "cli", destination: null }),
    "/home/dev/.kato/exports/undated_no-project_5d8aa099.md",
  );
  assert.equal(outline({ asker: "cli", destination: "notes.md", cwd: null }), "-not-absolute");
  assert.equal(outline({ asker: "cli", destination: "notes.md", cwd: "/tmp/a\nb" }), "-forbidden-character");
  assert.equal(
    outline({ asker: "cli", destination: "notes.md", cwd: "/home/dev/.cache" }),
    "-hidden-segment",
  );
  assert.equal(
    outline({ asker: "cli", destination: "notes.md", cwd: "/home/dev/a[1]" }),
    "/home/dev/a[1]/notes.md",
  );
});

Deno.test("resolveRequest() takes the longest path that can be opened from a command line", () => {
  const cwdFor = (size: number) => "/" + "d/".repeat(2_000) + "d".repeat(size - 4_000 - "//a.md".length);
  for (const [size, expected] of [[PATH_BYTES - 1, "/"], [PATH_BYTES, "-"]] as const) {
    const cwd = cwdFor(size);
    assert.equal(`${cwd}/a.md`.length, size);
    assert.equal(outline({ asker: "cli", destination: "a.md", cwd })[0], expected);
    assert.equal(
      outline({ asker: "chat", destination: "a.md" }, makePolicy({ default_root: cwd })),
      "-grammar",
    );
  }
});

Deno.test("resolveRequest() denies by name alone, the first reason of the order", () => {
  const table: readonly (readonly [string, string])[] = [
    ["", "-grammar"],
    ["~", "-grammar"],
    ["~root/a.md", "-grammar"],
    ["@a.md", "-grammar"],
    ["notes/", "-grammar"],
    ["*.md", "-grammar"],
    ["$HOME/a.md", "-grammar"],
    ["a\\b.md", "-grammar"],
    ["a//b.md", "-grammar"],
    ["x".repeat(2000) + ".md", "-grammar"],
    ["../*.md", "-grammar"],
    ["../a.md", "-traversal"],
    ["/home/dev/notes/../../x/a.md", "-traversal"],
    ["a/..", "-traversal"],
    ["../a\u0000.md", "-traversal"],
    ["//host/../a.md", "-traversal"],
    ["a\u0000.md", "-forbidden-character"],
    ["a\nb.md", "-forbidden-character"],
    ["a\u200b.md", "-forbidden-character"],
    ["a\u202efdp.md", "-forbidden-character"],
    ["`a`.md", "-forbidden-character"],
    ["//host/a\u200b.md", "-forbidden-character"],
    ["//host/share/a.md", "-extended-prefix"],
    ["//host/*.md", "-extended-prefix"],
    ["//host/share/", "-grammar"],
    ["\\\\host\\share\\a.md", "-extended-prefix"],
    ["\\\\.\\pipe\\a.md", "-extended-prefix"],
    [".hidden.md", "-hidden-segment"],
    ["a/.git/b.md", "-hidden-segment"],
    ["~/.ssh/a.md", "-hidden-segment"],
    ["~/.kato/state/a.md", "-hidden-segment"],
    ["/home/other/.config/a.md", "-hidden-segment"],
    ["/etc/a.md", "-system-location"],
    ["/proc/self/root/home/dev/notes/a.md", "-system-location"],
    ["/dev/null", "-system-location"],
    ["/usr/share/doc/a.md", "-system-location"],
    ["/var/www/a.md", "-system-location"],
    ["/root/a.md", "-system-location"],
    ["/home/dev/sessions/a.jsonl", "-reserved-location"],
    ["CLAUDE.md", "-agent-memory"],
    ["~/notes/deep/er/Agents.MD", "-agent-memory"],
    ["claude.local.md", "-agent-memory"],
    ["AGENTS.override.md", "-agent-memory"],
    ["GEMINI.md", "-agent-memory"],
    ["QWEN.md", "-agent-memory"],
    ["\u017fkill.md", "-agent-memory"],
    ["gem\u0131n\u0131.md", "-agent-memory"],
    ["copilot-instructions.md", "-agent-memory"],
    ["about-claude.md", "/home/dev/.kato/exports/about-claude.md"],
    ["CLAUDE.md/a.md", "/home/dev/.kato/exports/CLAUDE.md/a.md"],
    ["CLAUDE.html", "/home/dev/.kato/exports/CLAUDE.html"],
    // Relative, it may be typed; absolute, it is longer than a path may be.
    [`${"d".repeat(50)}/`.repeat(19) + `${"x".repeat(44)}.md`, "-grammar"],
  ];
  for (const [destination, expected] of table) {
    assert.equal(outline({ destination }), expected, destination);
    assert.equal(outline({ asker: "spool", destination }), expected, destination);
  }
});

Deno.test("resolveRequest() denies the names that policy adds to those of agents, in any case", () => {
  const more = makePolicy({ agent_memory: ["TEAM.md", "\u017ftyle.md"] });
  for (const destination of ["TEAM.md", "~/notes/team.MD", "STYLE.md", "CLAUDE.md"]) {
    assert.equal(outline({ destination }, more), "-agent-memory", destination);
  }
  assert.equal(outline({ destination: "teams.md" }, more), "/home/dev/.kato/exports/teams.md");
  assert.equal(outline({ destination: "TEAM.md" }), "/home/dev/.kato/exports/TEAM.md");
});

Deno.test("resolveRequest() keeps to reserved places even where policy names one as a root", () => {
  const places = [".ssh", ".gnupg", ".config", ".config/systemd", ".kato", ".claude/projects", ".local/bin"];
  for (const place of places) {
    const open = makePolicy({ roots: [`/home/dev/${place}`], default_root: `/home/dev/${place}` });
    assert.equal(outline({ destination: "a.md" }, open), "-reserved-location", place);
  }
  assert.equal(
    outline({ destination: "a.md" }, makePolicy({ default_root: "/etc", roots: ["/etc"] })),
    "-system-location",
  );
  const hidden = makePolicy({ roots: ["/home/dev/.notes"], default_root: "/home/dev/.notes" });
  assert.equal(outline({ destination: "a.md" }, hidden), "/home/dev/.notes/a.md");
  assert.equal(outline({ destination: ".a.md" }, hidden), "-hidden-segment");
  const home = "/srv/.people/dev";
  assert.equal(outline({ asker: "cli", home, destination: "~/work/a.md" }), `${home}/work/a.md`);
  assert.equal(outline({ asker: "cli", home, destination: "~/.work/a.md" }), "-hidden-segment");
  assert.equal(outline({ asker: "cli", home, destination: "/srv/.people/b.md" }), "-hidden-segment");
  const whole = makePolicy({ roots: ["/"], default_root: "/" });
  assert.equal(outline({ destination: ".a.md" }, whole), "-hidden-segment");
  assert.equal(outline({ destination: "/home/dev/.a/b.md" }, whole), "-hidden-segment");
  assert.equal(outline({ destination: "srv/a.md" }, whole), "/srv/a.md");
});

Deno.test("resolveRequest() denies chat commands first of all when policy switches them off", () => {
  const off = { ...policy, recording: { ...DEFAULT_POLICY.recording, commands: false as const } };
  assert.equal(outline({ destination: "../*.md" }, off), "-commands-off");
  assert.equal(outline({ asker: "spool" }, off), "/home/dev/.kato/exports/notes.md");
  assert.equal(outline({ asker: "automatic", destination: null }, off).startsWith("/home/dev/"), true);
});

Deno.test("every denial by name has a sentence on one line, with the path and no unseen character", () => {
  for (const destination of ["a\u001b[2J\n\u202e.md", "../a.md", "/etc/a.md", "$x.md", "x".repeat(5000)]) {
    const resolved = resolveRequest(policy, makeRequest({ destination }));
    assert.ok("reason" in resolved);
    assert.match(resolved.message, /^".*[.;].*\.$/);
    // deno-lint-ignore no-control-regex -- a control character is what must not be there
    assert.doesNotMatch(resolved.message, /[\u0000-\u001f\u202e]/);
    assert.ok(resolved.message.length < 600);
  }
});

Deno.test("findDestinationFaults() takes the longest destination and the longest name, and not a byte more", () => {
  for (const [character, bytes] of [["a", 1], ["é", 2], ["語", 3], ["𝄞", 4]] as const) {
    const name = (size: number) =>
      character.repeat((size - 3) / bytes) + "a".repeat((size - 3) % bytes) + ".md";
    assert.deepEqual(findDestinationFaults(name(FILE_NAME_BYTES)), []);
    assert.deepEqual(findDestinationFaults(name(FILE_NAME_BYTES + 1)), ["too-long"]);
    const folders = "abcdefg/".repeat((DESTINATION_BYTES - 128) / 8);
    assert.deepEqual(findDestinationFaults(folders + name(128)), []);
    assert.deepEqual(findDestinationFaults(folders + name(129)), ["too-long"]);
  }
});

Deno.test("findDestinationFaults() knows every character of a glob, and every kind of character that none may hold", () => {
  for (const character of "*?[]{}") {
    assert.deepEqual(findDestinationFaults(`a${character}.md`), ["glob"], character);
  }
  // A control, a format character, half a pair, both separators, an ignorable, a blank letter, another space.
  for (const character of "\u0001\u0085\u00ad\ud800\u2028\u2029\u034f\u2800`\u00a0\u3000") {
    assert.deepEqual(findDestinationFaults(`a${character}.md`), ["forbidden-character"], show(character));
  }
});

Deno.test("findDestinationFaults() takes every format by its extension, and no other name", () => {
  for (const format of FORMATS) {
    assert.deepEqual(findDestinationFaults(`a/b.${format}`), []);
    for (const name of [`a/.${format}`, `a.${format}x`, `a${format}`, `a.${format.toUpperCase()}`]) {
      assert.deepEqual(findDestinationFaults(name), ["unknown-extension"], name);
    }
  }
});

Deno.test("a sentence shows an unseen character by its number", () => {
  assert.equal(show("a\u200b\u{e0041}`\n"), '"a\\u{200b}\\u{e0041}\\u{60}\\u{a}"');
});

Deno.test("a sentence shows 300 characters of a path", () => {
  const path = `/${"x".repeat(299)}`;
  assert.equal(show(path), `"${path}"`);
  assert.equal(show(`${path}y`), `"${path}…"`);
});

Deno.test("resolveRequest() denies a relative path of a command line without a working directory", () => {
  const asked = resolveRequest(
    makePolicy(),
    makeRequest({ asker: "cli", cwd: null, destination: "notes.md" }),
  );
  assert.deepEqual("reason" in asked && asked.reason, "not-absolute");
});
