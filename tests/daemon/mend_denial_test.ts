import assert from "node:assert/strict";
import { type DeniedCommand, mendCommand } from "../../src/daemon/mend_denial.ts";
import { type DeniedPlace, mendPlace } from "../../src/destination/mend_place.ts";
import { mergePolicy } from "../../src/settings/merge.ts";

const HOME = "/home/dev";

function contextOf(organisation = "") {
  const merged = mergePolicy(
    [{ origin: "organisation", file: "/etc/kato/policy.toml", text: organisation }],
    HOME,
  );
  assert.ok(merged.ok);
  return { effective: merged.effective, home: HOME };
}

const ENFORCED = 'enforce = ["destinations.roots"]\n[destinations]\nroots = ["~/.kato/exports"]\n';
const TWO = '[destinations]\nroots = ["~/.kato/exports", "~/notes"]\n';

/** Where kato may not write, and what mends it in a terminal. */
const PLACES:
  readonly (readonly [name: string, denied: DeniedPlace, mend: string | null, organisation?: string])[] = [
    [
      "a folder that policy does not name",
      { reason: "outside-roots", path: "/home/dev/notes/a.md" },
      "To allow that folder, run: mkdir -p -m 0700 ~/notes && kato policy allow ~/notes",
    ],
    [
      "one with a blank and more in its name",
      { reason: "outside-roots", path: "/home/dev/my notes; x/a.md" },
      "To allow that folder, run: mkdir -p -m 0700 ~/'my notes; x' && kato policy allow ~/'my notes; x'",
    ],
    ["one that cannot be allowed: the home", { reason: "outside-roots", path: "/home/dev/a.md" }, null],
    ["one that cannot be allowed: hidden", { reason: "outside-roots", path: "/home/dev/.notes/a.md" }, null],
    ["one of somebody else's", { reason: "outside-roots", path: "/srv/notes/a.md" }, null],
    [
      "one where roots are enforced",
      { reason: "outside-roots", path: "/home/dev/notes/a.md" },
      null,
      ENFORCED,
    ],
    [
      "one that a link leads out of",
      { reason: "outside-roots", path: "/home/dev/notes/link/a.md" },
      null,
      TWO,
    ],
    [
      "a root that does not exist",
      { reason: "no-such-root", path: "/home/dev/notes/a.md" },
      "Run: mkdir -p -m 0700 ~/notes && systemctl --user restart kato",
      TWO,
    ],
    [
      "a folder that others may write to",
      { reason: "writable-by-others", path: "/home/dev/notes/x/a.md", component: "/home/dev/notes/x" },
      "Run: chmod go-w ~/notes/x",
      TWO,
    ],
    [
      "a link",
      { reason: "symlink", path: "/home/dev/notes/a.md", component: "/home/dev/notes/a.md" },
      null,
      TWO,
    ],
  ];

for (const [name, denied, mend, organisation] of PLACES) {
  Deno.test(`mendPlace(): ${name}`, () => assert.equal(mendPlace(denied, contextOf(organisation)), mend));
}

/** The only destinations that are allowed, and the line that is told. */
const COMMANDS: readonly (readonly [
  own: Partial<DeniedCommand>,
  reason: string,
  allowed: readonly (string | null)[],
  mend: string | null,
])[] = [
  [{ destination: "a.md" }, "not-created-by-kato", ["a-2.md", "a-3.md"], "Type: ::record a-2.md"],
  [{ destination: "a.md" }, "destination-in-use", ["a-3.md"], "Type: ::record a-3.md"],
  [{ destination: "~/x/my a.md" }, "hard-link", ["~/x/my a-2.md"], 'Type: ::record "~/x/my a-2.md"'],
  [{ destination: "/etc/a.md", verb: "export" }, "system-location", ["a.md", null], "Type: ::export a.md"],
  [{ destination: "notes/.a.md" }, "hidden-segment", ["notes/a.md"], "Type: ::record notes/a.md"],
  [{ destination: ".x/a.jsonl" }, "hidden-segment", ["x/a.jsonl", "a.jsonl"], "Type: ::record x/a.jsonl"],
  [{ destination: "a.html" }, "extension", ["a.html.md"], null],
  [{ destination: "a.txt" }, "extension", ["a.md"], "Type: ::record a.md"],
  [{ destination: "CLAUDE.md" }, "agent-memory", ["CLAUDE-2.md"], "Type: ::record CLAUDE-2.md"],
  [{ destination: "a.md" }, "symlink", [null], "Type: ::record"],
  [{ destination: "a.md", verb: "init" }, "symlink", [null], null],
  [{ destination: "a.md" }, "symlink", [], null],
  [{ destination: "a.md", asker: "spool" }, "symlink", ["a-2.md"], "Run: kato record 5d8aa099 a-2.md"],
  [
    { destination: "a b.md", asker: "spool" },
    "symlink",
    ["a b-2.md"],
    "Run: kato record 5d8aa099 'a b-2.md'",
  ],
  [{ destination: "a.md" }, "commands-off", [], "Run: kato record 5d8aa099 a.md"],
  [{ verb: "export", destination: "a.md" }, "commands-off", [], null],
];

for (const [own, reason, allowed, mend] of COMMANDS) {
  const { asker = "chat", verb = "record", destination = null } = own;
  Deno.test(`mendCommand(): ${asker} ${verb} ${destination}, ${reason}, where ${allowed.join()} may be`, () => {
    const asked: (string | null)[] = [];
    const isAllowed = (other: string | null) => {
      asked.push(other);
      return allowed.includes(other);
    };
    const command = { session: "5d8aa099-bad", verb, asker, destination, isAllowed };
    assert.equal(mendCommand({ reason, path: `${HOME}/.kato/exports/x.md` }, command, contextOf()), mend);
    // Nothing is told that kato would not obey.
    if (mend !== null && reason !== "commands-off") assert.ok(allowed.includes(asked.at(-1) ?? null));
  });
}
