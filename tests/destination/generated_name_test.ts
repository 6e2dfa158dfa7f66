/** Names of generated files: whatever a title or a project holds, the name stays in its folder and is well-formed. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { generateName } from "../../src/destination/generated_name.ts";
import { findDestinationFaults } from "../../src/destination/grammar.ts";
import { DEFAULT_CONFIG } from "../../src/settings/defaults.ts";
import { isNameTemplate } from "../../src/settings/name_template.ts";
import type { SessionMeta } from "../../src/protocol/session.ts";

const DEFAULT = DEFAULT_CONFIG.render.file_name;
const FORMER = "{date}-{time}_{project}_{session}";

const meta = (change: Partial<SessionMeta> = {}): SessionMeta => ({
  provider: "claude-code",
  session: "5f0c9a1e-af7f-40f3-9709-cc6441f50fd2",
  title: "Fix: last line!",
  project: "/home/dev/work/my-project",
  started: "2026-11-23T02:23:33.521Z",
  client: null,
  ...change,
});

Deno.test("generateName() names a file by start, title and session", () => {
  const table: readonly (readonly [template: string, Partial<SessionMeta>, name: string])[] = [
    [DEFAULT, {}, "2026-11-23-0223-fix-last-line-5f0c9a1e.md"],
    [DEFAULT, { title: null }, "2026-11-23-0223-5f0c9a1e.md"],
    [DEFAULT, { title: "../..//etc/passwd" }, "2026-11-23-0223-etc-passwd-5f0c9a1e.md"],
    [DEFAULT, { title: "...\u202e\u0000 " }, "2026-11-23-0223-5f0c9a1e.md"],
    [DEFAULT, { title: "Ünï 日本 {session}" }, "2026-11-23-0223-ünï-日本-session-5f0c9a1e.md"],
    [DEFAULT, { title: `${"word ".repeat(12)}` }, `2026-11-23-0223-${"word-".repeat(8)}5f0c9a1e.md`],
    [DEFAULT, { title: "x".repeat(99) }, `2026-11-23-0223-${"x".repeat(40)}-5f0c9a1e.md`],
    [DEFAULT, { started: null }, "undated-fix-last-line-5f0c9a1e.md"],
    [DEFAULT, { started: "yesterday" }, "undated-fix-last-line-5f0c9a1e.md"],
    [DEFAULT, { session: "../../x" }, "2026-11-23-0223-fix-last-line-x.md"],
    [FORMER, {}, "2026-11-23-0223_my-project_5f0c9a1e.md"],
    [FORMER, { project: null }, "2026-11-23-0223_no-project_5f0c9a1e.md"],
    [FORMER, { project: "/" }, "2026-11-23-0223_no-project_5f0c9a1e.md"],
    [FORMER, { project: "/w/.." }, "2026-11-23-0223_no-project_5f0c9a1e.md"],
    [FORMER, { project: "/w/.dot.files..." }, "2026-11-23-0223_dot-files_5f0c9a1e.md"],
    [FORMER, { project: "/w/a b\n$c/" }, "2026-11-23-0223_a-b-c_5f0c9a1e.md"],
    [FORMER, { project: "/w/u\u0308ber 日本" }, "2026-11-23-0223_über-日本_5f0c9a1e.md"],
    [
      "{project}/{date} {slug} ({session})".replace(/[()]/g, ""),
      {},
      "my-project/2026-11-23 fix-last-line 5f0c9a1e.md",
    ],
    ["{provider}/{slug}/{session}", { title: null }, "claude-code/untitled/5f0c9a1e.md"],
    // An export of all sessions writes a list of its files as `index.html`.
    ["{session}", { session: "index" }, "session-index.md"],
    ["{session}", { session: "Index" }, "session-Index.md"],
    ["{provider}/{session}", { session: "index" }, "claude-code/index.md"],
    ["notes/{session}", { project: "/w/.." }, "notes/5f0c9a1e.md"],
  ];
  for (const [template, change, name] of table) {
    assert.ok(isNameTemplate(template), template);
    assert.equal(generateName(meta(change), "UTC", template), name);
  }
  assert.equal(
    generateName(meta(), "America/New_York", "{date} {time} {session}"),
    "2026-11-22 2123 5f0c9a1e.md",
  );
});

Deno.test("generateName() gives a well-formed destination for any session and any template", () => {
  const text = fc.option(fc.string({ unit: "binary" }));
  const part = fc.constantFrom(
    "{date}",
    "{time}",
    "{slug}",
    "{project}",
    "{provider}",
    "-",
    "_",
    " ",
    ".",
    "a",
    "/",
    "ü",
  );
  const template = fc.array(part, { maxLength: 12 }).map((parts) => `${parts.join("")}{session}`).filter(
    isNameTemplate,
  );
  fc.assert(
    fc.property(
      fc.record({ title: text, project: text, started: text }),
      fc.string({ unit: "binary" }),
      template,
      (
        change,
        session,
        template,
      ) => {
        const name = generateName(meta({ ...change, session }), "UTC", template);
        assert.deepEqual(findDestinationFaults(name), [], name);
        assert.equal(name.split("/").length, template.split("/").length);
        for (const part of name.split("/")) {
          assert.ok(
            part !== "" && !part.startsWith(".") && new TextEncoder().encode(part).length <= 255,
            name,
          );
        }
        assert.equal(name, generateName(meta({ ...change, session }), "UTC", template));
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("a template names each session, and stays below its folder", () => {
  const refused = [
    "",
    "{slug}",
    "/{session}",
    "{session}/",
    "a//{session}",
    "../{session}",
    "a/../{session}",
    ".a/{session}",
  ];
  refused.push(
    "{session}.",
    "a\\{session}",
    "{words}{session}",
    "{session",
    "a\n{session}",
    "~/{session}",
    "a*{session}",
  );
  refused.push(`${"a".repeat(120)}{session}`);
  for (const template of refused) assert.equal(isNameTemplate(template), false, JSON.stringify(template));
});
