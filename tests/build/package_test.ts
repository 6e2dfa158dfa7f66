/** What goes into packages, as far as it is text and tables. The packages themselves: deno task test:packages. */
import assert from "node:assert/strict";
import { debianChangelog, readReleases, rpmChangelog } from "../../tools/package/changes.ts";
import { FORMATS, placesOf } from "../../tools/package/layout.ts";
import { VERSION } from "../../src/version.ts";
import { bundledLibraries, linkedCrates } from "../../tools/package/notices.ts";

const CHANGELOG = `# Changelog

## [0.2.0] - Unreleased

A sentence about it.

### Added

- Say \`kato hello\` in a line that is long enough to be cut into two, because nobody reads what is wider.
### Fixed

#### Percents

- 100 % more.

## [0.1.0] - 2026-12-01

### Added

- The first
  one.
`;
const FACTS = {
  maintainer: "Ada <ada@kato.example>",
  revision: 3,
  epoch: Date.UTC(2027, 1, 3, 4, 5, 6) / 1000,
};

Deno.test("debianChangelog() is what dpkg reads: newest first, the packaging's number, a date for what has none", () => {
  assert.equal(
    debianChangelog(readReleases(CHANGELOG), FACTS),
    `kato (0.2.0-3) unstable; urgency=medium

  * Added: Say kato hello in a line that is long enough to be cut into two,
    because nobody reads what is wider.
  * Fixed (Percents): 100 % more.

 -- Ada <ada@kato.example>  Wed, 03 Feb 2027 04:05:06 +0000

kato (0.1.0-1) unstable; urgency=medium

  * Added: The first one.

 -- Ada <ada@kato.example>  Tue, 01 Dec 2026 12:00:00 +0000
`,
  );
});

Deno.test("rpmChangelog() is what rpm reads, and nothing in it is a macro", () => {
  assert.equal(
    rpmChangelog(readReleases(CHANGELOG), FACTS),
    `* Wed Feb 03 2027 Ada <ada@kato.example> - 0.2.0-3
- Added: Say kato hello in a line that is long enough to be cut into two,
  because nobody reads what is wider.
- Fixed (Percents): 100 %% more.

* Tue Dec 01 2026 Ada <ada@kato.example> - 0.1.0-1
- Added: The first one.
`,
  );
});

Deno.test("CHANGELOG.md has the form that packages are made from, and begins with this version", () => {
  const [newest] = readReleases(Deno.readTextFileSync(new URL("../../CHANGELOG.md", import.meta.url)));
  assert.equal(newest?.version, VERSION);
});

Deno.test("readReleases() refuses a section without a version, a date, a known kind or a change", () => {
  for (
    const text of [
      "## [0.1] - Unreleased\n\n### Added\n\n- x\n",
      "## [0.1.0]\n\n### Added\n\n- x\n",
      "## [0.1.0] - soon\n\n### Added\n\n- x\n",
      "## [0.1.0] - Unreleased\n\n### News\n\n- x\n",
      "## [0.1.0] - Unreleased\n\n- x\n",
      "## [0.1.0] - Unreleased\n\n### Added\n",
    ]
  ) {
    assert.throws(() => readReleases(text), /^Error: CHANGELOG\.md: /, text);
  }
});

Deno.test("bundledLibraries() names each library whose code is in a bundle", () => {
  const bundle = `// src/kato.ts
const text = "npm:not/1.0.0/index.js";
// npm:zod/4.6.7/v4/mini/index.js
  "npm:commander/15.1.0/lib/command.js"(exports) {
// npm:@logtape/logtape/2.4.2/dist/sink.js
// npm:zod/4.6.7/v4/core/util.js
`;
  assert.deepEqual(bundledLibraries([bundle, "// npm:zod/4.6.7/v4/x.js\n"]), [
    "@logtape/logtape/2.4.2",
    "commander/15.1.0",
    "zod/4.6.7",
  ]);
});

Deno.test("linkedCrates() names each library that the runtime's messages name", () => {
  const place = "/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f";
  const text =
    `\0${place}/tokio-1.47.1/src/lib.rs\0${place}/ash-0.38.0+1.3.281/src/x.rs${place}/tokio-1.47.1/src/y.rs` +
    `${place}/argon2-0.6.0-rc.8/src/lib.rs`;
  assert.deepEqual(linkedCrates(text), ["argon2 0.6.0-rc.8", "ash 0.38.0+1.3.281", "tokio 1.47.1"]);
});

Deno.test("placesOf() has each file once, from one that is there, in places that are kato's", () => {
  const root = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
  for (const format of FORMATS) {
    const places = placesOf(root, "/dist", format);
    const targets = places.map(({ to }) => to);
    assert.deepEqual(targets.filter((to, index) => targets.indexOf(to) !== index), []);
    const missing = places.map(({ from }) => from).filter((from) =>
      !from.startsWith("/dist/") && !isFile(from)
    );
    assert.deepEqual(missing, []);
    assert.deepEqual(targets.filter((to) => to.split("/").includes("..") || to.startsWith("/")), []);
    assert.ok(
      targets.includes("usr/lib/systemd/user/kato.service") && targets.includes("etc/kato/policy.toml"),
    );
    // What a person chooses is not where systemd finds it by itself.
    assert.deepEqual(
      targets.filter((to) => to.endsWith(".conf")).filter((to) => !to.startsWith("usr/share/")),
      [],
    );
  }
});

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
