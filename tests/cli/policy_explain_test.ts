/** `kato policy explain`: which layer decided, and how far a destination gets. */
import assert from "node:assert/strict";
import { placesOf } from "../../src/settings/places.ts";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { makeHome, type Place, type Ran, runLine } from "./stage/run_line.ts";

const explain = (place: Place, ...line: string[]): Promise<Ran> =>
  runLine(["policy", "explain", ...line], place);

function keepOwn({ home }: Place, text: string): void {
  makePrivateFolder(placesOf(home).config);
  Deno.writeTextFileSync(placesOf(home).policyFile, text, { mode: 0o600 });
}

/** An organisation that enforces a size, and a person who wants more. */
function makeEnforced(): Place & Disposable {
  const place = makeHome();
  Deno.writeTextFileSync(
    `${place.system}/policy.toml`,
    'enforce = ["destinations.max_file_mb"]\n[destinations]\nmax_file_mb = 10\n',
  );
  keepOwn(place, "[destinations]\nallow_shared = true\nmax_file_mb = 99\n");
  return place;
}

Deno.test("kato policy explain KEY says what holds, who decided, and why the others lost", async () => {
  using home = makeEnforced();
  const ran = await explain(home, "destinations.max_file_mb");
  assert.equal(ran.ended, "done", ran.err);
  const lines = ran.out.replaceAll(home.system, "/etc").split("\n").map((line) => line.replace(/ +/g, " "));
  assert.deepEqual(lines, [
    "destinations.max_file_mb = 10, as /etc/policy.toml:3 says",
    " A recording stops growing at this size, in MiB. An image that would bring a recording and its images, or the " +
    "images of an export, above it stays a line.",
    " default replaced 1024",
    " /etc/policy.toml:3 holds 10",
    " ~/.kato/config/policy.toml:3 ignored 99 would allow more than /etc/policy.toml:1 enforces",
    " Enforced by /etc/policy.toml:1: a person's own policy can only narrow it.",
    "",
  ]);
});

Deno.test("kato policy explain TABLE explains each of its keys, and KEY --json is for programs", async () => {
  using home = makeEnforced();
  const { keys } = JSON.parse((await explain(home, "destinations.max_file_mb", "--json")).out);
  assert.deepEqual(keys.map(({ key, value }: { key: string; value: unknown }) => [key, value]), [
    ["destinations.max_file_mb", 10],
  ]);
  assert.deepEqual(keys[0].steps.map(({ outcome }: { outcome: string }) => outcome), [
    "replaced",
    "holds",
    "ignored",
  ]);
  assert.match(
    (await explain(home, "recording")).out,
    /^recording\.commands = "typed", by default\n[^]*\nrecording\.automatic = /,
  );
});

Deno.test("kato policy explain says what was probably meant", async () => {
  using home = makeHome();
  const ran = await explain(home, "destinations.max_file_bm");
  assert.equal(ran.ended, "usage");
  assert.match(ran.err, /neither a key of policy nor a path; the nearest key is destinations\.max_file_mb\./);
});

const PATHS: readonly (readonly [
  name: string,
  subject: string,
  prepare: (place: Place) => void,
  ended: Ran["ended"],
  says: RegExp,
])[] = [
  [
    "in a root",
    "~/.kato/exports/a.md",
    () => {},
    "done",
    /^Yes: a command in the chat may write ~\/\.kato\/exports\/a\.md\.\n/,
  ],
  [
    "relative, as in the chat",
    "plan.md",
    () => {},
    "done",
    /^Yes: .* may write ~\/\.kato\/exports\/plan\.md\./,
  ],
  [
    "outside",
    "~/work/a.md",
    () => {},
    "denied",
    /^No: .* may not write ~\/work\/a\.md \(outside-roots\)\.\n→ .*none of the folders[^]* NO {2}root /,
  ],
  ["of the system", "/etc/a.md", () => {}, "denied", /system-location[^]* NO {2}place /],
  ["that cannot be typed", "/tmp/*.md", () => {}, "denied", /grammar[^]*\*\?\[\]\{\}[^]* NO {2}name /],
  ["of another kind", "a.txt/b.exe", () => {}, "denied", /extension[^]* ok {2}file [^]* NO {2}kind /],
  [
    "that is somebody's file",
    "a.md",
    ({ home }) => {
      Deno.writeTextFileSync(`${placesOf(home).exports}/a.md`, "mine");
    },
    "denied",
    /not-created-by-kato[^]* NO {2}file /,
  ],
  [
    "behind a link",
    "out/a.md",
    ({ home }) => {
      Deno.symlinkSync(`${home}/work`, `${placesOf(home).exports}/out`);
    },
    "denied",
    /outside-roots[^]*work\/a\.md/,
  ],
  [
    "while commands are off",
    "a.md",
    (place) => keepOwn(place, "[recording]\ncommands = false\n"),
    "denied",
    /commands-off/,
  ],
];

for (const [name, subject, prepare, ended, says] of PATHS) {
  Deno.test(`kato policy explain judges a path ${name}`, async () => {
    using home = makeHome();
    makePrivateFolder(placesOf(home.home).exports);
    prepare(home);
    const before = [...Deno.readDirSync(placesOf(home.home).exports)].length;
    const ran = await explain(home, subject);
    assert.equal(ran.ended, ended, ran.err);
    assert.match(ran.out, says);
    const whole = JSON.parse((await explain(home, subject, "--json")).out);
    assert.equal(whole.allowed, ended === "done");
    const denying = whole.steps.filter(({ state }: { state: string }) => state === "denied");
    assert.equal(denying.length, ended === "done" ? 0 : 1);
    assert.equal([...Deno.readDirSync(placesOf(home.home).exports)].length, before, "nothing is made");
  });
}

Deno.test("kato policy explain FOLDER asks whether a recording may be made in it", async () => {
  using home = makeHome();
  Deno.mkdirSync(`${home.home}/notes`, { mode: 0o700 });
  keepOwn(home, '[destinations]\nroots = ["~/.kato/exports", "~/notes"]\n');
  const ran = await explain(home, "~/notes");
  assert.equal(ran.ended, "done");
  assert.match(
    ran.out,
    /^Yes: .*~\/notes\/[0-9a-f]{8}\.md\.\n[^]*allows it is ~\/notes \(~\/\.kato\/config\/policy\.toml:2\)\.\n$/,
  );
});

Deno.test("kato policy explain --as export judges as kato export does", async () => {
  using home = makeHome();
  const ran = await explain(home, "a.md", "--as", "export");
  assert.equal(ran.ended, "done", ran.out);
  assert.match(ran.out, /^Yes: kato export --output may write ~\/work\/a\.md\.\n/);
  keepOwn(home, '[destinations]\ncli_export = "roots"\n');
  assert.equal((await explain(home, "a.md", "--as", "export")).ended, "denied");
});

Deno.test("kato policy explain shows nothing that steers the terminal, as text and as JSON", async () => {
  using home = makeHome();
  const steering = "\u001b[2J\u009b31m\u202e\u2066\u200b\u061c\u{e0041}";
  for (
    const subject of [
      `~/${steering}/a.md`,
      `${steering}.md`,
      `/tmp/${steering}`,
      `~/.kato/exports/${steering}.md`,
    ]
  ) {
    for (const more of [[], ["--json"], ["--as", "export"]]) {
      const ran = await explain(home, subject, ...more);
      assert.equal(ran.ended, "denied");
      assert.doesNotMatch(
        ran.out + ran.err,
        // deno-lint-ignore no-control-regex -- that is what must not be there
        /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b\u2028-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u,
      );
    }
  }
});
