/** `kato fleet status`: what root sees of everybody's kato, from files that these people can replace at will. */
import assert from "node:assert/strict";
import { dirname } from "@std/path";
import { placesOf } from "../../src/settings/places.ts";
import { VERSION } from "../../src/version.ts";
import { describeAll, findPlaces } from "../../src/cli/actions/fleet_status.ts";
import { reportSchema } from "../../src/cli/report/reports.ts";
import { parsePasswd } from "../../src/cli/fleet/people.ts";
import { type PersonStatus, PROBLEMS } from "../../src/cli/fleet/person_status.ts";
import { FLEET_EXIT } from "../../src/cli/exit_status.ts";
import { makeHome, runLine } from "./stage/run_line.ts";

const UID = Deno.uid() ?? 0;

interface Machine extends Disposable {
  readonly root: string;
  readonly home: string;
  /** Makes a file, with the folders above it; `~` is the person's home. */
  file(path: string, text: string): void;
  link(path: string, target: string): void;
  look(): Promise<PersonStatus>;
}

/** A machine with ada, whose number is that of who runs the tests. */
function makeMachine(): Machine {
  const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "kato-fleet-" }));
  const home = `${root}/home/ada`;
  const at = (path: string) => path.startsWith("~") ? home + path.slice(1) : root + path;
  const parent = (path: string) => Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  Deno.mkdirSync(home, { recursive: true });
  return {
    root,
    home,
    file(path, text) {
      parent(at(path));
      Deno.writeTextFileSync(at(path), text);
    },
    link(path, target) {
      parent(at(path));
      Deno.symlinkSync(target, at(path));
    },
    async look() {
      const places = findPlaces({ system: `${root}/etc/kato`, administrator: UID }, root);
      const [ada] = await describeAll([{ user: "ada", uid: UID, home, named: home }], places);
      return ada ?? assert.fail();
    },
    [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }),
  };
}

const statusText = (changes: Record<string, unknown> = {}) =>
  JSON.stringify({
    v: 1,
    version: VERSION,
    pid: 4242,
    state: "running",
    started: "2026-11-24T07:00:00.000Z",
    updated: "2026-11-24T07:59:00.000Z",
    host: "processes",
    kernelSandbox: true,
    kernelMissing: [],
    policy: { version: 1, hash: "4b".repeat(32), organisationHash: null },
    providers: [],
    recordings: [],
    denials: [],
    waiting: [],
    errors: [],
    ...changes,
  });

const OWN = "~/.config/systemd/user/default.target.wants/kato.service";
const ALWAYS = "/etc/systemd/system/multi-user.target.wants/kato@ada.service";
const MANAGER = `/run/user/${UID}/systemd/private`;
const STATUS = "~/.kato/state/status.json";
const LOCK = "~/.kato/state/daemon.lock";
const unit = "/usr/lib/systemd/user/kato.service";

const CASES: readonly (readonly [
  is: string,
  files: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>>,
  expected: Partial<PersonStatus>,
])[] = [
  ["is not enabled", {}, {}, { expected: false, running: false, reason: "not-expected", problem: null }],
  ["is enabled and logged out", {}, { [OWN]: unit }, {
    expected: false,
    unit: "kato.service",
    problem: null,
  }],
  ["is enabled, logged in, and was never started", { [MANAGER]: "" }, { [OWN]: unit }, {
    expected: true,
    running: false,
    reason: "never-started",
    problem: "not-running",
  }],
  ["is the system's", {}, { [ALWAYS]: unit }, {
    expected: true,
    unit: "kato@ada.service",
    problem: "not-running",
  }],
  ["was stopped", { [MANAGER]: "", [STATUS]: statusText({ state: "stopped" }) }, { [OWN]: unit }, {
    reason: "stopped-by-person",
    lastSeen: "2026-11-24T07:59:00.000Z",
    version: VERSION,
    problem: "not-running",
  }],
  ["was killed", { [MANAGER]: "", [STATUS]: statusText() }, { [OWN]: unit }, {
    reason: "ended",
    problem: "not-running",
  }],
  [
    "has a policy that is wrong",
    { [MANAGER]: "", "~/.kato/config/policy.toml": "x = 1\n" },
    { [OWN]: unit },
    {
      reason: "could-not-start",
      problem: "not-running",
    },
  ],
  ["is kept by a wrong organisation's policy", { [MANAGER]: "", "/etc/kato/policy.toml": "x = 1\n" }, {
    [OWN]: unit,
  }, {
    reason: "could-not-start",
    problem: "not-running",
  }],
  [
    "is stopped by an administrator",
    { [MANAGER]: "", "/etc/kato/policy.d/00-stop.toml": '"later" = true\n' },
    { [OWN]: unit },
    {
      expected: false,
      reason: "stopped-by-policy",
      problem: null,
    },
  ],
  ["masked it", { [MANAGER]: "" }, { [OWN]: unit, "~/.config/systemd/user/kato.service": "/dev/null" }, {
    expected: false,
    unit: null,
    problem: null,
  }],
  ["has a link for the status", { [MANAGER]: "", "/secret": statusText({ version: "stolen" }) }, {
    [STATUS]: "../../../../secret",
  }, {
    running: null,
    version: null,
    reason: "unreadable",
    problem: "unknown",
  }],
  ["has a link for the lock", {}, { [LOCK]: "/etc/passwd" }, {
    running: null,
    reason: "unreadable",
    problem: "unknown",
  }],
  ["has a link for the state folder", { "/elsewhere/status.json": statusText() }, {
    "~/.kato/state": "../../../elsewhere",
  }, {
    running: null,
    version: null,
    reason: "unreadable",
  }],
  ["has a link for kato's folder", { "/elsewhere/state/status.json": statusText() }, {
    "~/.kato": "../../elsewhere",
  }, {
    version: null,
    reason: "unreadable",
  }],
  ["has a folder for the status", { [`${STATUS}/x`]: "" }, {}, { reason: "unreadable", problem: "unknown" }],
  ["has a link for the policy", { [MANAGER]: "", "/secret": "s3cret = 1\n" }, {
    [OWN]: unit,
    "~/.kato/config/policy.toml": "../../../../secret",
  }, {
    expected: true,
    unit: "kato.service",
    reason: "unreadable",
  }],
  ["has a status without an end", { [STATUS]: "x".repeat(5_000_000) }, {}, {
    reason: "unreadable",
    version: null,
  }],
  ["has a status that is none", { [STATUS]: "[".repeat(100_000) }, {}, {
    running: false,
    version: null,
    problem: null,
  }],
];

for (const [is, files, links, expected] of CASES) {
  Deno.test(`kato fleet status of a person whose kato ${is}`, async () => {
    using machine = makeMachine();
    for (const [path, text] of Object.entries(files)) machine.file(path, text);
    for (const [path, target] of Object.entries(links)) machine.link(path, target);
    const seen = await machine.look();
    const found = Object.fromEntries(
      Object.keys(expected).map((key) => [key, seen[key as keyof PersonStatus]]),
    );
    assert.deepEqual(found, expected, JSON.stringify(seen));
    assert.doesNotMatch(JSON.stringify(seen), /stolen|s3cret/);
  });
}

Deno.test("kato fleet status does not wait for a FIFO in a file's place, nor take a second name of a file", async () => {
  for (const make of ["mkfifo", "ln"]) {
    using machine = makeMachine();
    machine.file("/secret", statusText({ version: "stolen" }));
    machine.file("~/.kato/state/kept", "");
    const path = placesOf(machine.home).statusFile;
    const args = make === "ln" ? [`${machine.root}/secret`, path] : [path];
    assert.ok((await new Deno.Command(make, { args }).output()).success);
    const { reason, version } = await machine.look();
    assert.deepEqual([reason, version], ["unreadable", null], make);
  }
});

const RUNNING: readonly (readonly [
  is: string,
  changes: Record<string, unknown>,
  policy: string | null,
  problem: string | null,
])[] = [
  ["as it should", {}, null, null],
  [
    "under a policy that is no more",
    { policy: { version: 1, hash: "4b".repeat(32), organisationHash: "5c".repeat(32) } },
    null,
    "other-policy",
  ],
  ["without the policy that was rolled out", {}, "recording.commands = false\n", "other-policy"],
  ["in spite of a policy that does not load", {}, "nonsense = 1\n", "other-policy"],
  ["in another version", { version: "0.0.1" }, null, "other-version"],
];

for (const [is, changes, policy, problem] of RUNNING) {
  Deno.test(`kato fleet status of a kato that runs ${is}`, async () => {
    using machine = makeMachine();
    machine.file(MANAGER, "");
    machine.link(OWN, unit);
    if (policy !== null) machine.file("/etc/kato/policy.toml", policy);
    machine.file(STATUS, statusText(changes));
    machine.file(LOCK, "");
    using lock = Deno.openSync(placesOf(machine.home).lockFile, { write: true });
    lock.lockSync(true);
    const seen = await machine.look();
    assert.deepEqual([seen.running, seen.problem, seen.reason], [true, problem, null]);
  });
}

Deno.test("whoever is logged in and not in the user database is a problem that is said", async () => {
  using machine = makeMachine();
  machine.file("/run/user/70001/systemd/private", "");
  machine.file("/run/systemd/users/70001", "# state\nNAME=eve\nSTATE=active\n");
  const all = await describeAll(
    [],
    findPlaces({ system: `${machine.root}/etc/kato`, administrator: UID }, machine.root),
  );
  assert.deepEqual(all.map(({ user, uid, reason, problem }) => [user, uid, reason, problem]), [
    ["eve", 70001, "unknown-home", "unknown"],
  ]);
  assert.match(all[0]?.message ?? "", /not in \/etc\/passwd/);
});

Deno.test("parsePasswd() takes people and leaves services, nobody and what is no line", () => {
  const text = [
    "root:x:0:0::/root:/bin/bash",
    "daemon:x:1:1::/usr/sbin:/usr/sbin/nologin",
    "ada:x:1000:1000:Ada,,,:/home/ada:/bin/bash",
    "bob:x:1001:1001::/srv/homes/bob:/bin/bash",
    "eve:x:1002:1002::/home/../etc:/bin/bash",
    "mal:x:1003:1003::relative:/bin/bash",
    "nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin",
    "no line",
    "",
  ].join("\n");
  assert.deepEqual(parsePasswd(text), [
    { user: "ada", uid: 1000, home: "/home/ada", named: "/home/ada" },
    { user: "bob", uid: 1001, home: "/srv/homes/bob", named: "/srv/homes/bob" },
  ]);
});

Deno.test("kato fleet status is root's, and each problem has an exit status that docs/fleet.md explains", async () => {
  using home = makeHome();
  if (UID !== 0) {
    const ran = await runLine(["fleet", "status"], home);
    assert.equal(ran.ended, "denied");
    assert.match(ran.err, /Only root sees other people's kato/);
  } else {
    const { out } = await runLine(["fleet", "status", "--json"], home);
    const { success, error } = reportSchema("fleet").safeParse(JSON.parse(out));
    assert.ok(success, JSON.stringify(error?.issues));
  }
  assert.deepEqual(Object.keys(FLEET_EXIT), PROBLEMS);
  const page = Deno.readTextFileSync(new URL("../../docs/fleet.md", import.meta.url));
  for (const [problem, code] of Object.entries(FLEET_EXIT)) {
    assert.match(page, new RegExp(`^\\| ${code} +\\| \`${problem}\``, "m"));
  }
});
