/** `kato policy allow` and `deny`: what they change, and that they change nothing where the result would not hold. */
import assert from "node:assert/strict";
import { placesOf } from "../../src/settings/places.ts";
import { UNIT_DROP_IN } from "../../src/permissions/unit_folders.ts";
import { auditRecord } from "../../src/audit/record.ts";
import type { RecordingStatus, Status } from "../../src/protocol/status.ts";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { onlyWith, ROOT } from "../needs.ts";
import { withDisk } from "../disk/fake_disk.ts";
import { makeHome, type Place, type Ran, runLine } from "./stage/run_line.ts";

const run = (place: Place, ...line: string[]): Promise<Ran> => runLine(["policy", ...line], place);

/** With folders of the person's own. */
function makeHomeWith(...folders: string[]): Place & Disposable {
  const place = makeHome();
  for (const folder of folders) Deno.mkdirSync(`${place.home}/${folder}`, { recursive: true, mode: 0o700 });
  return place;
}

function keepOwn({ home }: Place, text: string): void {
  makePrivateFolder(placesOf(home).config);
  Deno.writeTextFileSync(placesOf(home).policyFile, text, { mode: 0o600 });
}

function readOwn({ home }: Place): string | null {
  try {
    return Deno.readTextFileSync(placesOf(home).policyFile);
  } catch {
    return null;
  }
}

function recordsIn({ home }: Place): string[] {
  const lines = Deno.readTextFileSync(placesOf(home).auditFile).trim().split("\n");
  return lines.map((line) => auditRecord.parse(JSON.parse(line)))
    .map(({ event, reason, path }) => `${event} ${reason} ${path?.replace(home, "~")}`);
}

Deno.test("kato policy allow changes nothing that is not on record", async () => {
  using home = makeHomeWith("notes");
  const { base, logs } = placesOf(home.home);
  makePrivateFolder(base);
  Deno.writeTextFileSync(logs, "in the way");
  await assert.rejects(run(home, "allow", "~/notes"));
  assert.equal(readOwn(home), null);
});

Deno.test("kato policy allow has its record and then its policy on the disk before it answers", async () => {
  using home = makeHomeWith("notes");
  keepOwn(home, "");
  makePrivateFolder(placesOf(home.home).logs);
  const happened = await withDisk({}, async (happened) => {
    assert.equal((await run(home, "allow", "~/notes")).ended, "done");
    happened.push("answer");
  });
  assert.deepEqual(happened, [
    "sync logs",
    "write security-audit.jsonl",
    "sync security-audit.jsonl",
    "write temporary",
    "sync temporary",
    "rename policy.toml",
    "sync config",
    "answer",
  ]);
});

async function rootsOf(place: Place): Promise<string[]> {
  const { policy } = JSON.parse((await run(place, "show", "--json")).out);
  return policy.destinations.roots.map((root: string) => root.replace(place.home, "~"));
}

Deno.test("kato policy allow adds a folder to the roots, once, and says what to do", async () => {
  using home = makeHomeWith("notes");
  const ran = await run(home, "allow", "../notes/");
  assert.equal(ran.ended, "done", ran.err);
  assert.match(ran.out, /^allowed ~\/notes in ~\/\.kato\/config\/policy\.toml\n.*start it again\.\n$/);
  assert.deepEqual(await rootsOf(home), ["~/.kato/exports", "~/notes"]);
  assert.deepEqual(recordsIn(home), ["policy-edited folder-allowed ~/notes"]);
  const text = readOwn(home);
  assert.match(
    text ?? "",
    /\n# roots = .*\nroots = \["~\/\.kato\/exports", "~\/notes"\]\n/,
    "in the starter file",
  );
  assert.equal((Deno.statSync(placesOf(home.home).policyFile).mode ?? 0) & 0o777, 0o600);
  for (const again of ["~/notes", `${home.home}/notes`]) {
    assert.deepEqual(await run(home, "allow", again), {
      ended: "done",
      out: "~/notes is allowed already.\n",
      err: "",
    });
  }
  assert.equal(readOwn(home), text);
});

async function defaultOf(place: Place): Promise<string> {
  const { policy } = JSON.parse((await run(place, "show", "--json")).out);
  return policy.destinations.default_root.replace(place.home, "~");
}

Deno.test("kato policy allow --default makes a folder the one that relative names go to, once", async () => {
  using home = makeHomeWith("notes", "talks");
  const ran = await run(home, "allow", "~/notes", "--default");
  assert.equal(ran.ended, "done", ran.err);
  assert.match(ran.out, /^allowed ~\/notes in .*\nmade it the default folder: .*\n.*start it again\.\n$/);
  assert.deepEqual([await rootsOf(home), await defaultOf(home)], [["~/.kato/exports", "~/notes"], "~/notes"]);
  const text = readOwn(home) ?? "";
  assert.match(text, /\n# default_root = .*\ndefault_root = "~\/notes"\n/, "in the starter file");
  const explained = await run(home, "explain", "plan.md");
  assert.match(explained.out, /^Yes: a command in the chat may write ~\/notes\/plan\.md\.\n/);
  const again = await run(home, "allow", "~/notes", "--default");
  assert.deepEqual([again.ended, again.out], [
    "done",
    "~/notes is allowed already.\nIt is the default folder already.\n",
  ]);
  assert.equal(readOwn(home), text);
  // A folder that was allowed before is made the default alone.
  await run(home, "allow", "~/talks");
  const moved = await run(home, "allow", "~/talks", "--default");
  assert.match(
    moved.out,
    /^~\/talks is allowed already\.\nmade it the default folder: .*\n.*start it again\.\n$/,
  );
  assert.equal(await defaultOf(home), "~/talks");
  assert.deepEqual(recordsIn(home), [
    "policy-edited folder-allowed ~/notes",
    "policy-edited default-folder-set ~/notes",
    "policy-edited folder-allowed ~/talks",
    "policy-edited default-folder-set ~/talks",
  ]);
});

Deno.test("kato policy allow --default changes nothing where an organisation enforces another one", async () => {
  using home = makeHomeWith("notes");
  Deno.writeTextFileSync(`${home.system}/policy.toml`, 'enforce = ["destinations.default_root"]\n');
  const ran = await run(home, "allow", "~/notes", "--default");
  assert.equal(ran.ended, "denied");
  assert.match(
    ran.err,
    /enforces destinations\.default_root, so only folders in these can be the default: ~\/\.kato\/exports\. .*Nothing was changed\./,
  );
  assert.equal(readOwn(home), null);
});

Deno.test("kato policy allow keeps a file as its owner wrote it", async () => {
  using home = makeHomeWith("notes", "old");
  keepOwn(
    home,
    "# mine\n[destinations]\nroots = [\n  '~/old', # for years\n]\ndefault_root = '~/old'\n# the end\n",
  );
  assert.equal((await run(home, "allow", "~/notes")).ended, "done");
  assert.equal(
    readOwn(home),
    "# mine\n[destinations]\nroots = [\n  '~/old', # for years\n  \"~/notes\",\n]\ndefault_root = '~/old'\n# the end\n",
  );
  assert.equal((await run(home, "deny", "~/notes")).ended, "done");
  assert.equal(
    readOwn(home),
    "# mine\n[destinations]\nroots = [\n  '~/old', # for years\n]\ndefault_root = '~/old'\n# the end\n",
  );
});

Deno.test("kato policy allow knows a folder inside one that is allowed", async () => {
  using home = makeHomeWith("notes/work");
  await run(home, "allow", "~/notes");
  const ran = await run(home, "allow", "~/notes/work");
  assert.equal(ran.out, "~/notes/work is allowed already, because it is in ~/notes.\n");
});

const REFUSED: readonly (readonly [
  name: string,
  prepare: (place: Place) => string,
  ended: Ran["ended"],
  says: RegExp,
])[] = [
  [
    "is not there",
    () => "~/nowhere",
    "failed",
    /does not exist\. .* Run: mkdir -p -m 0700 ~\/nowhere && kato policy allow ~\/nowhere\n$/,
  ],
  [
    "is a file",
    ({ home }) => {
      Deno.writeTextFileSync(`${home}/file`, "");
      return "~/file";
    },
    "denied",
    /is no folder/,
  ],
  [
    "is a link",
    ({ home }) => {
      Deno.mkdirSync(`${home}/real`, { mode: 0o700 });
      Deno.symlinkSync("real", `${home}/link`);
      return "~/link";
    },
    "denied",
    /is a symbolic link; name the folder that it leads to/,
  ],
  [
    "is below a link",
    ({ home }) => {
      Deno.mkdirSync(`${home}/.ssh/real`, { recursive: true, mode: 0o700 });
      Deno.symlinkSync(".ssh", `${home}/plain`);
      return "~/plain/real";
    },
    "denied",
    /reserved-location|hidden-segment/,
  ],
  ["is a home", () => "~", "denied", /whole home folder/],
  ["holds a home", ({ home }) => `${home}/..`, "denied", /whole home folder/],
  ["is the system's", () => "/usr/share", "denied", /is a system location/],
  [
    "is hidden",
    ({ home }) => {
      Deno.mkdirSync(`${home}/.secret`, { mode: 0o700 });
      return "~/.secret";
    },
    "denied",
    /is in a hidden folder/,
  ],
  [
    "others can write to",
    ({ home }) => {
      Deno.mkdirSync(`${home}/shared`);
      Deno.chmodSync(`${home}/shared`, 0o770);
      return "~/shared";
    },
    "denied",
    /writable-by-others.*chmod go-w/,
  ],
  ["has a character that is not seen", () => "~/a\u200bb", "denied", /control or invisible character/],
  [
    "holds sessions that policy names",
    (place) => {
      Deno.mkdirSync(`${place.home}/logs/codex`, { recursive: true, mode: 0o700 });
      keepOwn(place, '[providers.codex]\nroots = ["~/logs/codex"]\n');
      return "~/logs";
    },
    "refused",
    /would not load[^]*overlaps/,
  ],
];

for (const [name, prepare, ended, says] of REFUSED) {
  Deno.test(`kato policy allow refuses a folder that ${name}, and changes nothing`, async () => {
    using home = makeHome();
    const folder = prepare(home);
    const before = readOwn(home);
    const ran = await run(home, "allow", folder);
    assert.equal(ran.ended, ended, ran.err);
    assert.match(ran.err, says);
    assert.match(ran.err, /Nothing was changed\.(?: Run: .*)?\n$/);
    assert.equal(readOwn(home), before);
  });
}

/** What a daemon said last: two recordings in ~/notes that go on, one that is over, and one elsewhere. */
function keepRecordings(home: Place): void {
  const { state, statusFile, exports } = placesOf(home.home);
  makePrivateFolder(state);
  const recordings: readonly (readonly [session: string, file: string, state: RecordingStatus["state"]])[] = [
    ["aaaaaaaa-1", `${home.home}/notes/a.md`, "active"],
    ["bbbbbbbb-2", `${home.home}/notes/b.md`, "blocked"],
    ["cccccccc-3", `${home.home}/notes/c.md`, "stopped"],
    ["dddddddd-4", `${exports}/d.md`, "active"],
  ];
  const status: Status = {
    v: 1,
    version: "0.2.0",
    pid: 12,
    state: "running",
    started: "2026-11-24T07:00:00.000Z",
    updated: "2026-11-24T07:59:00.000Z",
    host: "processes",
    kernelSandbox: true,
    kernelMissing: [],
    policy: { version: 1, hash: "0".repeat(64) },
    providers: [],
    recordings: recordings.map(([session, destination, state]) => ({
      provider: "codex",
      session,
      destination,
      kind: "record",
      state,
      problem: null,
      events: 1,
      bytes: 10,
      lag: 0,
      written: null,
      goesOn: null,
    })),
    denials: [],
    waiting: [],
    errors: [],
  };
  Deno.writeTextFileSync(statusFile, JSON.stringify(status));
}

Deno.test("kato policy deny says which recordings it cuts off, and no other", async () => {
  using home = makeHomeWith("notes");
  keepOwn(home, '[destinations]\nroots = ["~/.kato/exports", "~/notes"]\n');
  keepRecordings(home);
  const { ended, out } = await run(home, "deny", "~/notes");
  assert.equal(ended, "done");
  assert.match(
    out,
    /^took .*\nThis cuts off 2 recordings, .*:\n {2}aaaaaaaa {2}~\/notes\/a\.md\n {2}bbbbbbbb {2}~\/notes\/b\.md\nEach waits .*'kato stop'/,
  );
});

Deno.test({
  ...onlyWith("kato policy allow refuses a folder that belongs to somebody else", ROOT),
  async fn() {
    using home = makeHomeWith("theirs");
    Deno.chownSync(`${home.home}/theirs`, 42_424, 42_424);
    const ran = await run(home, "allow", "~/theirs");
    assert.equal(ran.ended, "denied");
    assert.match(ran.err, /foreign-owner.*does not belong to you/);
    assert.equal(readOwn(home), null);
  },
});

Deno.test("kato policy allow says who enforces narrower roots, and where, and changes nothing", async () => {
  using home = makeHomeWith("notes", "company/mine", "company/new");
  Deno.writeTextFileSync(
    `${home.system}/policy.toml`,
    '# ours\nenforce = ["destinations.roots"]\n[destinations]\nroots = ["~/company"]\ndefault_root = "~/company"\n',
  );
  const ran = await run(home, "allow", "~/notes");
  assert.equal(ran.ended, "denied");
  assert.match(ran.err, /etc\/policy\.toml:2 enforces destinations\.roots, so only .*: ~\/company\. Ask/);
  assert.equal(readOwn(home), null);
  // What is narrower may be chosen.
  keepOwn(home, '[destinations]\nroots = ["~/company/mine"]\ndefault_root = "~/company/mine"\n');
  assert.equal((await run(home, "allow", "~/company/new")).ended, "done");
  assert.deepEqual(await rootsOf(home), ["~/company/mine", "~/company/new"]);
});

Deno.test("kato policy allow takes over the organisation's folders that it adds to", async () => {
  using home = makeHomeWith("company", "notes");
  Deno.writeTextFileSync(
    `${home.system}/policy.toml`,
    '[destinations]\nroots = ["~/company"]\ndefault_root = "~/company"\n',
  );
  assert.equal((await run(home, "allow", "~/notes")).ended, "done");
  assert.deepEqual(await rootsOf(home), ["~/company", "~/notes"]);
});

Deno.test("kato policy allow and deny do nothing while the policy does not load", async () => {
  using home = makeHomeWith("notes");
  keepOwn(home, "[destinations\n");
  for (const verb of ["allow", "deny"]) {
    const ran = await run(home, verb, "~/notes");
    assert.equal(ran.ended, "refused");
    assert.match(ran.err, /policy\.toml:1: is not TOML/);
  }
  assert.equal(readOwn(home), "[destinations\n");
});

Deno.test("kato policy deny takes a folder back, and says why it cannot", async () => {
  using home = makeHomeWith("notes/work");
  await run(home, "allow", "~/notes");
  const inside = await run(home, "deny", "~/notes/work");
  assert.equal(inside.ended, "failed");
  assert.match(inside.err, /~\/notes\/work is allowed because it is in ~\/notes\. Take that one back/);
  // The folder itself need not be there any more.
  Deno.removeSync(`${home.home}/notes`, { recursive: true });
  assert.equal((await run(home, "deny", "~/notes")).ended, "done");
  assert.deepEqual(await rootsOf(home), ["~/.kato/exports"]);
  assert.deepEqual(recordsIn(home), [
    "policy-edited folder-allowed ~/notes",
    "policy-edited folder-denied ~/notes",
  ]);
  const gone = await run(home, "deny", "~/notes");
  assert.deepEqual([gone.ended, gone.out], [
    "done",
    "~/notes is not among the folders that policy allows.\n",
  ]);
  const last = await run(home, "deny", "~/.kato/exports");
  assert.equal(last.ended, "failed");
  assert.match(last.err, /is the only folder that is allowed/);
});

Deno.test("kato policy deny keeps the folder that generated files go to", async () => {
  using home = makeHomeWith("notes");
  await run(home, "allow", "~/notes");
  const before = readOwn(home);
  const ran = await run(home, "deny", "~/.kato/exports");
  assert.equal(ran.ended, "refused");
  assert.match(ran.err, /destinations\.default_root is .* which is in none of destinations\.roots/);
  assert.equal(readOwn(home), before);
});

Deno.test("kato policy deny takes one of the organisation's folders out for this person", async () => {
  using home = makeHomeWith("a", "b");
  const policy = '[destinations]\nroots = ["~/a", "~/b"]\ndefault_root = "~/a"\n';
  Deno.writeTextFileSync(`${home.system}/policy.toml`, `enforce = ["destinations.roots"]\n${policy}`);
  assert.equal((await run(home, "deny", "~/b")).ended, "done");
  assert.deepEqual(await rootsOf(home), ["~/a"]);
});

Deno.test("kato policy deny says so where the person's own list does not count", async () => {
  using home = makeHomeWith("a", "b", "outside");
  const policy = '[destinations]\nroots = ["~/a", "~/b"]\ndefault_root = "~/a"\n';
  Deno.writeTextFileSync(`${home.system}/policy.toml`, `enforce = ["destinations.roots"]\n${policy}`);
  for (const own of ['["~/outside"]', '["~/b", "~/outside"]']) {
    keepOwn(home, `[destinations]\nroots = ${own}\n`);
    const before = readOwn(home);
    const ran = await run(home, "deny", "~/b");
    assert.equal(ran.ended, "failed");
    assert.match(
      ran.err,
      /stays allowed: your own destinations\.roots are ignored.*Nothing was changed\.\n$/,
    );
    assert.equal(readOwn(home), before);
  }
});

Deno.test("kato policy allow says why nothing is written to a folder that is among the roots", async () => {
  using home = makeHomeWith("notes");
  await run(home, "allow", "~/notes");
  Deno.chmodSync(`${home.home}/notes`, 0o770);
  const ran = await run(home, "allow", "~/notes");
  assert.equal(ran.ended, "denied");
  assert.match(
    ran.err,
    /is among the folders .*, but nothing is written there \(writable-by-others\).*chmod go-w/,
  );
});

function installUnit({ home }: Place): string {
  const folder = `${home}/.config/systemd/user`;
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(`${folder}/kato.service`, "[Service]\nExecStart=/usr/bin/kato daemon\n");
  return `${folder}/kato.service.d/${UNIT_DROP_IN}`;
}

Deno.test("kato policy allow and deny keep the unit's drop-in, where there is a unit", async () => {
  using home = makeHomeWith("my notes", "more");
  const dropIn = installUnit(home);
  const first = await run(home, "allow", "~/my notes");
  assert.match(first.out, /\nwritten ~\/\.config\/systemd\/user\/kato\.service\.d\/60-kato-folders\.conf\n/);
  assert.match(first.out, /systemctl --user daemon-reload && systemctl --user restart kato\n$/);
  const bound = Deno.readTextFileSync(dropIn);
  assert.match(
    bound,
    /^# Written by `kato policy allow`[^]*\nBindPaths="-.*\/my notes"\nNoExecPaths="-.*\/my notes"\n$/,
  );
  assert.equal((Deno.statSync(dropIn).mode ?? 0) & 0o777, 0o600);
  await run(home, "allow", "~/more");
  assert.match(Deno.readTextFileSync(dropIn), /\nBindPaths="-.*\/more"\n/);
  // It is made again when it is gone, and the policy is right already.
  Deno.removeSync(dropIn);
  assert.match(
    (await run(home, "allow", "~/more")).out,
    /allowed already\.\nwritten .*\nFor it to hold, run: /,
  );
  await run(home, "deny", "~/more");
  assert.equal(Deno.readTextFileSync(dropIn), bound);
  const last = await run(home, "deny", "~/my notes");
  assert.match(last.out, /\nremoved ~\/\.config/);
  assert.throws(() => Deno.statSync(dropIn), Deno.errors.NotFound);
});

Deno.test("kato policy allow tells of AppArmor's profile where the unit goes without namespaces", async () => {
  using home = makeHomeWith("notes", "more");
  const dropIn = installUnit(home);
  assert.doesNotMatch((await run(home, "allow", "~/notes")).out, /AppArmor/);
  Deno.writeTextFileSync(dropIn.replace(UNIT_DROP_IN, "50-no-userns.conf"), "[Service]\nPrivateUsers=no\n");
  assert.match(
    (await run(home, "allow", "~/more")).out,
    /restart kato\nWhere AppArmor is on, .*apparmor\.d\/local\/kato/,
  );
});

Deno.test("kato policy allow and deny tell a program what changed, what is cut off and what to run", async () => {
  using home = makeHomeWith("notes", "talks");
  const report = async (...line: string[]) => {
    const ran = await run(home, ...line, "--json");
    assert.deepEqual([ran.ended, ran.err], ["done", ""], line.join(" "));
    const { v: _v, kind: _kind, ...body } = JSON.parse(ran.out.replaceAll(home.home, "~"));
    return body;
  };
  const exports = "~/.kato/exports";
  const none = { cutOff: [], dropIn: null, commands: [], appArmor: false };
  assert.deepEqual(await report("allow", "~/notes", "--default"), {
    ...none,
    folder: "~/notes",
    changes: ["allowed", "made-default"],
    roots: [exports, "~/notes"],
    defaultRoot: "~/notes",
    restart: true,
  });
  const again = await report("allow", "~/notes", "--default");
  assert.deepEqual([again.changes, again.restart], [[], false]);
  const path = installUnit(home).replace(home.home, "~");
  keepRecordings(home);
  const commands = ["systemctl --user daemon-reload", "systemctl --user restart kato"];
  assert.deepEqual(await report("allow", "~/talks"), {
    ...none,
    folder: "~/talks",
    changes: ["allowed"],
    roots: [exports, "~/notes", "~/talks"],
    defaultRoot: "~/notes",
    dropIn: { path, state: "written" },
    restart: true,
    commands,
  });
  await report("allow", "~/talks", "--default");
  const provider = "codex";
  assert.deepEqual(await report("deny", "~/notes"), {
    ...none,
    folder: "~/notes",
    changes: ["taken-out"],
    roots: [exports, "~/talks"],
    defaultRoot: "~/talks",
    cutOff: [
      { provider, session: "aaaaaaaa-1", destination: "~/notes/a.md" },
      { provider, session: "bbbbbbbb-2", destination: "~/notes/b.md" },
    ],
    dropIn: { path, state: "written" },
    restart: true,
    commands,
  });
});

Deno.test("kato policy allow leaves a drop-in alone that it did not write, and says so", async () => {
  using home = makeHomeWith("notes");
  const dropIn = installUnit(home);
  Deno.mkdirSync(dropIn.replace(/\/[^/]*$/, ""));
  const prepare: readonly (() => void)[] = [
    () => Deno.writeTextFileSync(dropIn, "[Service]\nNice=1\n"),
    () => Deno.symlinkSync(placesOf(home.home).policyFile, dropIn),
  ];
  for (const put of prepare) {
    put();
    const before = Deno.readTextFileSync(dropIn);
    const ran = await run(home, "allow", "~/notes");
    assert.equal(ran.ended, "failed");
    assert.match(ran.err, /is not one that kato wrote\. Move it away/);
    assert.equal(Deno.readTextFileSync(dropIn), before);
    Deno.removeSync(dropIn);
  }
});
