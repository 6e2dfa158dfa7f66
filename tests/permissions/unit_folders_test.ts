import assert from "node:assert/strict";
import fc from "fast-check";
import { expandFolder } from "../../src/settings/folders.ts";
import { mergePolicy } from "../../src/settings/merge.ts";
import { DROP_IN_HEAD, unitDropIn } from "../../src/permissions/unit_folders.ts";
import { onlyWith, program } from "../needs.ts";

const HOME = "/home/ada";
const SHOWN = [`${HOME}/.claude/projects`, `${HOME}/.codex/sessions`];

function dropIn(text: string): string | null {
  const merged = mergePolicy([{ origin: "user", file: "policy.toml", text }], HOME);
  assert.ok(merged.ok, JSON.stringify(merged));
  return unitDropIn(merged.effective.policy, HOME, SHOWN);
}

/** `Key=value` of a unit file as systemd.syntax(7) and systemd.unit(5) have it: quotes, backslashes, `%%`. */
function readBack(line: string): { key: string; path: string; optional: boolean } {
  const [, key = "", quoted = ""] = /^([A-Za-z]+)="((?:[^"\\]|\\.)*)"$/u.exec(line) ?? assert.fail(line);
  const word = quoted.replace(/\\(.)/gu, "$1");
  assert.doesNotMatch(word.replaceAll("%%", ""), /%/, "a specifier");
  const path = word.replaceAll("%%", "%");
  return { key, path: path.replace(/^-/, ""), optional: path.startsWith("-") };
}

Deno.test("unitDropIn() shows what the unit does not show by itself", () => {
  assert.equal(dropIn(""), null);
  assert.equal(dropIn('[destinations]\nroots = ["~/.kato/exports", "~/.kato/exports/work"]\n'), null);
  assert.equal(dropIn('[providers.codex]\nroots = ["~/.codex/sessions/2026"]\n'), null);
  assert.equal(dropIn('[providers.codex]\nenabled = false\nroots = ["/srv/codex"]\n'), null);
  assert.equal(
    dropIn(
      '[destinations]\nroots = ["~/.kato/exports", "~/notes", "/srv/n", "~/notes/deep"]\n' +
        '[providers.codex]\nroots = ["/srv/codex"]\n',
    ),
    [
      DROP_IN_HEAD,
      "[Service]",
      'BindPaths="-/home/ada/notes"',
      'NoExecPaths="-/home/ada/notes"',
      'BindPaths="-/srv/n"',
      'NoExecPaths="-/srv/n"',
      'BindReadOnlyPaths="-/srv/codex"',
      'NoExecPaths="-/srv/codex"',
      "",
    ].join("\n"),
  );
});

/** Characters that mean something to systemd, to TOML, or to a shell. */
const ODD = [..."%\\\"' :;#,=-+!@$`&|<>(){}[]*?~\u00e9\u8c46\u{1f600}", "%h", "%%", "\\x20", "\\n"];

function analyze(text: string): string {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${folder}/kato.service`, "[Service]\nExecStart=/bin/true\n");
    Deno.mkdirSync(`${folder}/kato.service.d`);
    Deno.writeTextFileSync(`${folder}/kato.service.d/60-kato-folders.conf`, text);
    const { stderr } = new Deno.Command("systemd-analyze", {
      args: ["--user", "verify", `${folder}/kato.service`],
      env: { SYSTEMD_UNIT_PATH: `${folder}:`, XDG_RUNTIME_DIR: folder },
    }).outputSync();
    return new TextDecoder().decode(stderr);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const odd = fc.array(fc.oneof(fc.constantFrom(...ODD), fc.string({ unit: "grapheme", maxLength: 3 })), {
  minLength: 1,
})
  .map((parts) => `/srv/a${parts.join("")}`);

Deno.test("every folder that policy takes is read back from the drop-in as it is", () => {
  let taken = 0;
  fc.assert(fc.property(odd, (text) => {
    const folder = expandFolder(text, HOME);
    if (!("path" in folder)) return;
    taken += 1;
    const policy = { ...defaults(), destinations: { ...defaults().destinations, roots: [folder.path] } };
    const lines = unitDropIn(policy, HOME, SHOWN)?.split("\n").slice(2, -1) ?? [];
    assert.deepEqual(lines.map(readBack), [
      { key: "BindPaths", path: folder.path, optional: true },
      { key: "NoExecPaths", path: folder.path, optional: true },
    ]);
  }));
  assert.ok(taken > 50, `${taken}`);
});

function defaults() {
  const merged = mergePolicy([], HOME);
  assert.ok(merged.ok);
  return merged.effective.policy;
}

Deno.test("a folder with a control or invisible character is refused, so that no line of a unit can be forged", () => {
  for (const character of ["\n", "\r", "\0", "\t", "\u007f", "\u0085", "\u2028", "\u200b", "\u202e"]) {
    assert.ok(
      "message" in expandFolder(`/srv/a${character}ExecStartPre=/bin/sh`, HOME),
      JSON.stringify(character),
    );
  }
});

Deno.test({
  ...onlyWith(
    "systemd finds nothing to complain of in a drop-in with every odd character",
    program("systemd-analyze", "systemd"),
  ),
  fn() {
    const roots = [...ODD.map((character, index) => `/srv/${index}${character}z`), "/srv/ends with \\"];
    const policy = { ...defaults(), destinations: { ...defaults().destinations, roots } };
    const text = unitDropIn(policy, HOME, SHOWN) ?? "";
    assert.equal(analyze(text), "");
    // It does complain of what is not written so.
    assert.match(analyze(text.replace('"-/srv/0%%z"', '"-/srv/0%z"')), /60-kato-folders\.conf:3/);
    assert.match(analyze(text.replace('\\"z"', '"z"')), /60-kato-folders\.conf/);
  },
});
