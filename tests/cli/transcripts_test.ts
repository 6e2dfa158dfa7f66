import assert from "node:assert/strict";
import { join } from "@std/path";
import { placesOf } from "../../src/settings/places.ts";
import type { Status } from "../../src/protocol/status.ts";
import { columnsOf, plain } from "../../src/cli/terminal/style.ts";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { conversation, keepLog, SESSION_A, SESSION_B } from "./stage/logs.ts";
import { makeHome, type Place, type Ran, runLine } from "./stage/run_line.ts";

/** When these command lines are typed. */
const NOW = Date.UTC(2026, 10, 24, 8);

const STATUS: Status = {
  v: 1,
  version: "0.2.0",
  pid: 4242,
  state: "running",
  started: "2026-11-24T07:00:00.000Z",
  updated: "2026-11-24T07:59:00.000Z",
  host: "threads",
  kernelSandbox: false,
  kernelMissing: [],
  policy: { version: 1, hash: "4bfc7c381e8fd29a23a37af0c9e47834bd385aa98df835c5135d1cd2940095dc" },
  providers: [{
    provider: "claude-code",
    roots: ["/home/dev/.claude/projects"],
    missing: [],
    state: "watching",
    sessions: 12_345,
    followed: 12,
    quarantined: ["5d8bb111-bad"],
    troubles: [{ kind: "unknown-record", what: "hologram\u001b[2J", count: 3 }],
  }],
  recordings: [
    {
      provider: "claude-code",
      session: SESSION_A,
      destination: "HOME/notes/beans.md",
      kind: "record",
      state: "active",
      problem: null,
      events: 412,
      bytes: 1_234_567,
      lag: 2_048,
      written: "2026-11-24T07:57:00.000Z",
      goesOn: null,
      redacted: { password: 1, "github-token": 2 },
      gone: true,
    },
    {
      provider: "claude-code",
      session: SESSION_B,
      destination: "HOME/notes/roses.md",
      kind: "automatic",
      rule: 2,
      state: "blocked",
      problem: "cannot append to it: no space left on device",
      events: 1,
      bytes: 10,
      lag: 0,
      written: null,
      goesOn: null,
    },
  ],
  expiring: [
    { provider: "claude-code", session: SESSION_A, from: "2026-11-28T06:00:00.000Z", by: "recording" },
    { provider: "claude-code", session: SESSION_B, from: "2026-11-29T06:00:00.000Z", by: "rule" },
  ],
  denials: [{
    time: "2026-11-24T06:00:00.000Z",
    session: SESSION_A,
    command: "::record /etc/x.md",
    reason: "system-location",
    message: '"/etc/x.md" is in a folder of the system; choose one of your own.',
  }],
  waiting: [],
  errors: [],
};

function keepStatus({ home }: Place, status: Status): void {
  const { state, statusFile } = placesOf(home);
  makePrivateFolder(state);
  Deno.writeTextFileSync(statusFile, JSON.stringify(status).replaceAll("HOME", home));
}

function holdLock({ home }: Place): Disposable {
  makePrivateFolder(placesOf(home).state);
  const lock = Deno.openSync(placesOf(home).lockFile, { create: true, write: true });
  lock.lockSync(true);
  return lock;
}

const run = (line: string, place: Place) => runLine(line.split(" "), place, { now: NOW });

Deno.test("kato status says that nothing runs, and how to start it", async () => {
  using home = makeHome();
  assert.deepEqual(await run("status", home), {
    ended: "not-running",
    out:
      "● kato is not running: it was never started.\n  Start it with 'systemctl --user start kato', or 'kato daemon'. If it does not stay, 'kato doctor' says why.\n",
    err: "",
  });
  const json = await run("status --json", home);
  assert.deepEqual([json.ended, JSON.parse(json.out)], [
    "not-running",
    { v: 1, kind: "status", running: false, reason: "never-started", message: "it was never started" },
  ]);
});

Deno.test("kato status shows providers, recordings, denials, and nothing that steers the terminal", async () => {
  using home = makeHome();
  keepStatus(home, STATUS);
  using _lock = holdLock(home);
  const ran = await run("status", home);
  assert.equal(ran.ended, "done");
  assert.equal(ran.out, Deno.readTextFileSync(new URL("../../fixtures/cli/status.txt", import.meta.url)));
});

Deno.test("kato doctor tells of logs that may be deleted soon", async () => {
  using home = makeHome();
  keepStatus(home, STATUS);
  using _lock = holdLock(home);
  assert.match(
    (await run("doctor", home)).out,
    /note +logs +the logs of 2 sessions that a recording or a rule covers/,
  );
});

Deno.test("kato status wraps on a terminal of any width, and cuts nothing that is piped", async () => {
  using home = makeHome();
  const folder = `HOME/${"a-folder-with-a-long-name/".repeat(12)}`;
  const message = `"${folder}x.md" is in none of the folders that policy allows. ${
    "Words. ".repeat(300)
  }Run: last`;
  const [first] = STATUS.recordings;
  assert.ok(first !== undefined);
  keepStatus(home, {
    ...STATUS,
    providers: STATUS.providers.map((provider) => ({
      ...provider,
      state: "polling",
      sessions: 0,
      missing: [folder],
    })),
    recordings: [{ ...first, destination: `${folder}beans.md`, problem: message, goesOn: SESSION_B }],
    denials: STATUS.denials.map((denial) => ({ ...denial, message, command: `::record ${folder}x.md` })),
    waiting: [{ provider: "codex", session: SESSION_A, since: "2026-11-24T07:58:00.000Z", why: message }],
    errors: [{ time: "2026-11-24T07:58:00.000Z", message }],
  });
  using _lock = holdLock(home);
  const piped = (await run("status", home)).out;
  assert.match(piped, /waiting for its folder.*\n.*a-folder-with-a-long-name\/ does not exist yet/);
  assert.ok(piped.includes(`${plain(message.replaceAll("HOME", home.home))}\n`));
  const said = (text: string) => text.replace(/\s+/g, "");
  for (const terminal of [20, 33, 80, 240]) {
    const { out } = await runLine(["status"], home, { now: NOW, terminal });
    assert.equal(said(out), said(piped), `${terminal}`);
    for (const line of out.split("\n")) assert.ok(columnsOf(line) <= terminal, line);
  }
});

Deno.test("kato status says of a client without a session that it is not in use", async () => {
  using home = makeHome();
  const [first] = STATUS.providers;
  assert.ok(first !== undefined);
  const unused = {
    ...first,
    provider: "codex" as const,
    state: "unused" as const,
    sessions: 0,
    missing: ["/x"],
  };
  keepStatus(home, { ...STATUS, providers: [{ ...unused, quarantined: [], troubles: [] }] });
  using _lock = holdLock(home);
  const { out } = await run("status", home);
  assert.match(out, /^ {2}codex {8}not in use: no session is there yet$/m);
  assert.ok(!out.includes("does not exist"), out);
});

Deno.test("kato status --watch is shown once where it is piped, and says why", async () => {
  using home = makeHome();
  keepStatus(home, STATUS);
  using _lock = holdLock(home);
  const [once, watched] = [await run("status", home), await run("status --watch", home)];
  assert.deepEqual([watched.ended, watched.out], [once.ended, once.out]);
  assert.match(watched.err, /no terminal .*, so the status is shown once\.\n$/);
});

Deno.test("kato status shows what failed and is tried again", async () => {
  using home = makeHome();
  const why = "Cannot use the state: database is locked";
  const waiting = [
    { provider: "claude-code", session: SESSION_A, since: "2026-11-24T07:58:00.000Z", why } as const,
  ];
  keepStatus(home, { ...STATUS, waiting });
  using _lock = holdLock(home);
  const ran = await run("status", home);
  assert.match(
    ran.out,
    /\nWaiting\n {2}claude-code \S+, since 2 min: Cannot use the state: database is locked\n/,
  );
  assert.match(ran.out, /kato tries again until it succeeds/);
});

Deno.test("kato status --json is what the daemon wrote, and whether it runs", async () => {
  using home = makeHome();
  keepStatus(home, STATUS);
  const ran = await run("status --json", home);
  assert.equal(ran.ended, "not-running");
  const { running, pid, recordings } = JSON.parse(ran.out);
  assert.deepEqual([running, pid, recordings.length], [false, 4242, 2]);
});

Deno.test("kato status tells a daemon that was killed from one that was stopped", async () => {
  using home = makeHome();
  keepStatus(home, STATUS);
  assert.match(
    (await run("status", home)).out,
    /not running: it ended without saying so \(last heard of: 1 min\)/,
  );
  keepStatus(home, { ...STATUS, state: "stopped" });
  assert.match(
    (await run("status", home)).out,
    /not running: it was stopped, by a person or when the person logged out \(last[^]*beans\.md/,
  );
});

Deno.test("kato status survives a status file of another version", async () => {
  using home = makeHome();
  makePrivateFolder(placesOf(home.home).state);
  Deno.writeTextFileSync(placesOf(home.home).statusFile, '{"v": 2}');
  const ran = await run("status", home);
  assert.equal(ran.ended, "not-running");
  assert.match(ran.out, /written by another version of kato/);
});

function makeGarden(): Place & Disposable {
  const place = makeHome();
  const a = keepLog(
    place.home,
    SESSION_A,
    conversation(SESSION_A, { typed: "Plant \u001b[31mred\u001b[0m beans 豆." }),
  );
  const b = keepLog(
    place.home,
    SESSION_B,
    conversation(SESSION_B, { project: "/srv/a-project-with-a-long-name" }),
  );
  Deno.utimeSync(a, NOW / 1000 - 3600, NOW / 1000 - 3600);
  Deno.utimeSync(b, NOW / 1000 - 86400 * 3, NOW / 1000 - 86400 * 3);
  return place;
}

Deno.test("kato sessions lists the newest first, with what is recorded, in 80 columns", async () => {
  using garden = makeGarden();
  keepStatus(garden, STATUS);
  const ran = await runLine(["sessions"], garden, { now: NOW, terminal: 80 });
  assert.equal(ran.out, Deno.readTextFileSync(new URL("../../fixtures/cli/sessions.txt", import.meta.url)));
});

const NOTHING_EXPIRES = "No client is about to delete a log of these sessions.\n";

Deno.test("kato sessions --expiring lists what a client may delete within a week, the first to go on top", async () => {
  using garden = makeGarden();
  const [a, b] = [SESSION_A, SESSION_B].map((session) =>
    keepLog(garden.home, session, conversation(session, {}))
  );
  const age = (path: string | undefined, days: number) => {
    const at = NOW / 1000 - 86_400 * days;
    Deno.utimeSync(path ?? assert.fail(), at, at);
  };
  age(a, 22);
  age(b, 22);
  assert.equal((await run("sessions --expiring", garden)).out, NOTHING_EXPIRES);
  age(a, 24);
  age(b, 31);
  const table = (await runLine(["sessions", "--expiring"], garden, { now: NOW, terminal: 80 })).out;
  const lines = table.split("\n");
  assert.match(lines[0] ?? "", /SIZE +LEFT$/);
  assert.match(lines[1] ?? "", /^ {2}5d8bb111 .* due$/);
  assert.match(lines[2] ?? "", /^ {2}5d8aa099 .* 6 d$/);
  assert.match(
    table,
    /\nClaude Code deletes logs that did not change for 30 days\.[^]*keeps_days\.[^]*kato export ID --output FILE/,
  );
  for (const line of lines) assert.ok(columnsOf(line) <= 80, line);
  const { sessions } = JSON.parse((await run("sessions --expiring --json", garden)).out);
  assert.deepEqual(sessions.map(({ expires }: { expires: string }) => expires.slice(0, 10)), [
    "2026-11-23",
    "2026-11-30",
  ]);
});

Deno.test("kato sessions --expiring goes by the days that policy says", async () => {
  using garden = makeGarden();
  const log = keepLog(garden.home, SESSION_A, conversation(SESSION_A, {}));
  const at = NOW / 1000 - 86_400 * 84;
  Deno.utimeSync(log, at, at);
  const { config, policyFile } = placesOf(garden.home);
  makePrivateFolder(config);
  Deno.writeTextFileSync(policyFile, "[providers.claude-code]\nkeeps_days = 90\n", { mode: 0o600 });
  const lines = (await run("sessions --expiring", garden)).out.split("\n");
  assert.match(lines[1] ?? "", /^ {2}5d8aa099 .* 6 d$/);
  assert.equal(
    lines.at(-3),
    "Claude Code deletes logs that did not change for 90 days, as providers.claude-code.keeps_days in policy says.",
  );
  Deno.writeTextFileSync(policyFile, "[providers.claude-code]\nkeeps_days = 365\n");
  assert.equal((await run("sessions --expiring", garden)).out, NOTHING_EXPIRES);
});

/** As Claude Code writes a name that the person gave. */
function customTitle(session: string, title: string): string {
  return `${JSON.stringify({ type: "custom-title", customTitle: title, sessionId: session })}\n`;
}

const FILTERS: readonly (readonly [filter: string, expected: readonly string[]])[] = [
  ["", [SESSION_A, SESSION_B]],
  ["--since 2d", [SESSION_A]],
  ["--since 2026-11-20", [SESSION_A, SESSION_B]],
  ["--project /srv", [SESSION_B]],
  ["--project /home/dev/work/garden", [SESSION_A]],
  ["--project /home/dev/work/gard", []],
  ["--provider codex", []],
  ["--limit 1", [SESSION_A]],
];

for (const [filter, expected] of FILTERS) {
  Deno.test(`kato sessions ${filter} finds ${expected.length}`, async () => {
    using garden = makeGarden();
    const ran = await run(`sessions --json ${filter}`.trim(), garden);
    assert.deepEqual(
      JSON.parse(ran.out).sessions.map(({ session }: { session: string }) => session),
      expected,
    );
  });
}

Deno.test("kato sessions finds a name that was given at the end of a long log", async () => {
  using home = makeHome();
  const reply = conversation(SESSION_A, { reply: "x".repeat(400_000) });
  keepLog(home.home, SESSION_A, reply + customTitle(SESSION_A, "Beans of 2026"));
  const { sessions: [session] } = JSON.parse((await run("sessions --json", home)).out);
  assert.deepEqual([session.title, session.project, session.short], [
    "Beans of 2026",
    "/home/dev/work/garden",
    "5d8aa099",
  ]);
});

Deno.test("kato sessions says how many it did not look at", async () => {
  using garden = makeGarden();
  const ran = await run("sessions --limit 1", garden);
  assert.match(ran.out, /\n… 1 more were not looked at; --limit 0 shows all\n$/);
  const sorted = await run("sessions --limit 1 --sort project", garden);
  assert.match(sorted.out, /\n… 1 more; --limit 0 shows all\n$/);
  assert.equal(JSON.parse((await run("sessions --limit 1 --json", garden)).out).more, 1);
});

Deno.test("kato sessions cuts titles to a terminal's width, and nothing anywhere else", async () => {
  using home = makeHome();
  const title = `Why ${"the parser ".repeat(14)}drops a line`;
  const project = `/srv/${"garden-".repeat(8)}end`;
  keepLog(home.home, SESSION_A, conversation(SESSION_A, { project }) + customTitle(SESSION_A, title));
  for (let n = 0; n < 30; n += 1) {
    const session = `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
    keepLog(home.home, session, conversation(session));
  }
  const piped = (await run("sessions", home)).out;
  assert.ok(piped.includes(title) && piped.includes(project.slice("/srv/".length)), piped);
  assert.equal(piped.trimEnd().split("\n").length, 32, "a heading, and every session");
  for (const columns of [40, 80, 200]) {
    const { out } = await runLine(["sessions"], home, { now: NOW, terminal: columns });
    const lines = out.trimEnd().split("\n");
    assert.equal(lines.length, 27, "a heading, 25 sessions, and how many more there are");
    const widest = Math.max(...lines.map((line) => line.length));
    // Below that, what stands beside the title has no room.
    assert.ok(widest <= Math.max(columns, 73), `${widest} of ${columns}`);
  }
});

const SORTED: readonly (readonly [options: string, expected: readonly string[]])[] = [
  ["--sort active", [SESSION_A, SESSION_B]],
  ["--sort size", [SESSION_B, SESSION_A]],
  ["--sort title", [SESSION_B, SESSION_A]],
  ["--sort project", [SESSION_A, SESSION_B]],
  ["--sort started", [SESSION_A, SESSION_B]],
  ["--search ROSES", [SESSION_B]],
  ["--search e --sort title --limit 1", [SESSION_B]],
  ["--search nothing", []],
];

for (const [options, expected] of SORTED) {
  Deno.test(`kato sessions ${options} has them in this order`, async () => {
    using home = makeHome();
    const a = conversation(SESSION_A, { project: "/a", typed: "Plant the beans." });
    const b = conversation(SESSION_B, { project: "/b", typed: "plant Roses, and write a longer line." });
    for (const [session, log, hours] of [[SESSION_A, a, 1], [SESSION_B, b, 2]] as const) {
      const path = keepLog(home.home, session, log);
      Deno.utimeSync(path, NOW / 1000 - hours * 3600, NOW / 1000 - hours * 3600);
    }
    const title = options.includes("title")
      ? [customTitle(SESSION_A, "z beans"), customTitle(SESSION_B, "Y roses")]
      : [];
    for (const [index, line] of title.entries()) {
      const path = keepLog(home.home, index === 0 ? SESSION_A : SESSION_B, (index === 0 ? a : b) + line);
      Deno.utimeSync(path, NOW / 1000 - 3600, NOW / 1000 - 3600);
    }
    const ran = await run(`sessions --json ${options}`, home);
    const { sessions } = JSON.parse(ran.out);
    assert.deepEqual(sessions.map(({ session }: { session: string }) => session), expected);
  });
}

Deno.test("kato init writes two files that set nothing, once, for their owner alone", async () => {
  using home = makeHome();
  const first = await run("init", home);
  assert.match(first.out, /^wrote ~\/\.kato\/config\/config\.toml\nwrote ~\/\.kato\/config\/policy\.toml\n/);
  const { config, policyFile } = placesOf(home.home);
  assert.equal((Deno.statSync(config).mode ?? 0) & 0o777, 0o700);
  assert.equal((Deno.statSync(policyFile).mode ?? 0) & 0o777, 0o600);
  Deno.writeTextFileSync(policyFile, "# mine\n");
  assert.match(
    (await run("init", home)).out,
    /^kept .*\nkept {2}~\/\.kato\/config\/policy\.toml, which was there already\n/,
  );
  assert.equal(Deno.readTextFileSync(policyFile), "# mine\n");
  const checked = await run("policy check", home);
  assert.equal(checked.ended, "done", checked.err);
});

Deno.test("kato policy show names the origin of every value, and what is enforced", async () => {
  using home = makeHome();
  Deno.writeTextFileSync(
    `${home.system}/policy.toml`,
    'enforce = ["destinations.max_file_mb"]\n[destinations]\nmax_file_mb = 10\n',
  );
  makePrivateFolder(placesOf(home.home).config);
  Deno.writeTextFileSync(
    placesOf(home.home).policyFile,
    "[destinations]\nmax_file_mb = 99\nallow_shared = true\n",
  );
  const ran = await run("policy show", home);
  assert.equal(ran.ended, "done");
  assert.match(ran.out, /max_file_mb = 10 .*# .*\/etc\/policy\.toml, enforced\n/);
  assert.match(ran.out, /allow_shared = true .*# ~\/\.kato\/config\/policy\.toml\n/);
  assert.match(ran.out, /allow_existing = false .*# default\n/);
  assert.match(ran.err, /policy\.toml:2: destinations\.max_file_mb: .*enforces 10; 99 would allow more/);
  const { policy, origins, hash } = JSON.parse((await run("policy show --json", home)).out);
  assert.equal(policy.destinations.max_file_mb, 10);
  assert.match(origins["destinations.max_file_mb"], /\/etc\/policy\.toml$/);
  assert.match(hash, /^[0-9a-f]{64}$/);
});

const CHECKS: readonly (readonly [name: string, text: string, says: RegExp | null])[] = [
  ["a file that is right", "[destinations]\nmax_file_mb = 5\n", null],
  [
    "a key that is misspelt",
    "[destinations]\nmax_file_bm = 5\n",
    /:2: .*did you mean `destinations\.max_file_mb`\?/,
  ],
  [
    "a value of the wrong kind",
    '[recording]\ncommands = "yes"\n',
    /:2: recording\.commands: must be "typed" or "prompts" or false/,
  ],
  ["what is not TOML", "[destinations\n", /:1: is not TOML/],
  [
    "what only an administrator may say",
    'enforce = ["version"]\n',
    /:1: enforce: may only stand in an administrator/,
  ],
];

for (const [name, text, says] of CHECKS) {
  Deno.test(`kato policy check FILE judges ${name}`, async () => {
    using home = makeHome();
    Deno.writeTextFileSync(`${home.cwd}/try.toml`, text);
    const ran = await run("policy check try.toml", home);
    assert.equal(ran.ended, says === null ? "done" : "refused", ran.err);
    if (says !== null) assert.match(ran.err, says);
    else assert.match(ran.out, /^~\/work\/try\.toml is right\. SHA-256 [0-9a-f]{64}\n$/);
  });
}

Deno.test("kato policy check FILE reads a former value, and says what to write", async () => {
  using home = makeHome();
  Deno.writeTextFileSync(`${home.cwd}/try.toml`, "[recording]\ncommands = true\n");
  const ran = await run("policy check try.toml", home);
  assert.equal(ran.ended, "done");
  assert.match(ran.err, /try\.toml:2: recording\.commands: true is read as "typed"; write "typed"\n$/);
});

Deno.test("kato policy check FILE --as organisation takes what only an administrator may say", async () => {
  using home = makeHome();
  Deno.writeTextFileSync(`${home.cwd}/try.toml`, 'enforce = ["recording.commands"]\n');
  assert.equal((await run("policy check try.toml --as organisation", home)).ended, "done");
});

Deno.test("commands that need the policy are refused while it is wrong; the others are not", async () => {
  using home = makeHome();
  Deno.writeTextFileSync(`${home.system}/policy.toml`, "nonsense = 1\n");
  const ends: Record<string, Ran["ended"]> = {};
  for (
    const line of [
      "sessions",
      "export 5 -o x.md",
      "record 5",
      "policy show",
      "policy check",
      "status",
      "init",
    ]
  ) {
    ends[line] = (await run(line, home)).ended;
  }
  assert.deepEqual(ends, {
    sessions: "refused",
    "export 5 -o x.md": "refused",
    "record 5": "refused",
    "policy show": "refused",
    "policy check": "refused",
    status: "not-running",
    init: "done",
  });
  const doctor = await run("doctor", home);
  assert.equal(doctor.ended, "failed");
  assert.match(doctor.out, /BAD {3}settings .*policy\.toml:1: nonsense/);
});

Deno.test("kato audit verify and tail read what exports left, and find what was changed", async () => {
  using garden = makeGarden();
  assert.match((await run("audit verify", garden)).out, /^There is no security log yet/);
  const removed = await run(`audit verify --head ${"a".repeat(64)}`, garden);
  assert.equal(removed.ended, "failed");
  assert.match(removed.err, /records were removed/);
  // As the launcher does before a command that writes there.
  makePrivateFolder(placesOf(garden.home).base);
  makePrivateFolder(placesOf(garden.home).logs);
  assert.match((await run("audit verify", garden)).out, /^There is no security log yet/);
  await run("export --all -o .", garden);
  const whole = await run("audit verify", garden);
  assert.match(whole.out, /^The chain of 4 records is whole\.\nhead [0-9a-f]{64}\n$/);
  const tail = await run("audit tail -n 2", garden);
  assert.equal(tail.out.trim().split("\n").length, 2);
  assert.match(tail.out, /allow {2}destination-opened {2}created {2}\/.*\.md {2}session 5d8/);
  assert.equal(JSON.parse((await run("audit tail -n 1 --json", garden)).out).sequence, 4);

  const { auditFile } = placesOf(garden.home);
  Deno.writeTextFileSync(
    auditFile,
    Deno.readTextFileSync(auditFile).replace('"decision":"allow"', '"decision":"deny"'),
  );
  const broken = await run("audit verify", garden);
  assert.equal(broken.ended, "failed");
  assert.match(
    broken.err,
    /^The security log is broken at security-audit\.jsonl, line 1: record 1 was changed/,
  );
});

Deno.test("kato audit tail says that there is no log only where there is none", async () => {
  using garden = makeGarden();
  const none = "There is no security log yet in ~/.kato/logs.\n";
  assert.equal((await run("audit tail -n 0", garden)).out, none);
  makePrivateFolder(placesOf(garden.home).base);
  makePrivateFolder(placesOf(garden.home).logs);
  assert.equal((await run("audit tail", garden)).out, none);
  Deno.writeTextFileSync(placesOf(garden.home).auditFile, "");
  assert.equal((await run("audit tail", garden)).out, "The security log has no record yet.\n");
  Deno.removeSync(placesOf(garden.home).auditFile);
  await run("export --all -o .", garden);
  assert.equal((await run("audit tail -n 0", garden)).out, "");
});

Deno.test("kato audit verify refuses a head that no record can have, and takes one in capitals", async () => {
  using garden = makeGarden();
  for (const head of ["abc", "6d0c…", "g".repeat(64), "a".repeat(65)]) {
    const ran = await run(`audit verify --head ${head}`, garden);
    assert.equal(ran.ended, "usage");
    assert.match(ran.err, /Write all 64 hexadecimal digits/);
  }
  makePrivateFolder(placesOf(garden.home).base);
  makePrivateFolder(placesOf(garden.home).logs);
  await run("export --all -o .", garden);
  const { head } = JSON.parse((await run("audit verify --json", garden)).out);
  assert.equal((await run(`audit verify --head ${head.toUpperCase()}`, garden)).ended, "done");
});

Deno.test("kato audit verify COPY reads a copy that was collected elsewhere, and not the person's own log", async () => {
  using garden = makeGarden();
  makePrivateFolder(placesOf(garden.home).base);
  makePrivateFolder(placesOf(garden.home).logs);
  await run("export --all -o .", garden);
  const lines = Deno.readTextFileSync(placesOf(garden.home).auditFile).trimEnd().split("\n");
  const copy = join(garden.home, "copy");
  Deno.mkdirSync(copy);
  Deno.writeTextFileSync(join(copy, "monday.jsonl"), `${lines[2]}\n${lines[3]}\n`);
  Deno.writeTextFileSync(join(copy, "tuesday.jsonl"), `${lines[0]}\n${lines[1]}\n${lines[2]}\n`);
  const whole = await run(`audit verify ${copy}`, garden);
  assert.equal(whole.err, "");
  assert.match(
    whole.out,
    /^The chain of 4 records is whole; 1 line collected more than once\.\nhead [0-9a-f]{64}\n$/,
  );
  const part = await run(`audit verify ${join(copy, "monday.jsonl")} --json`, garden);
  assert.equal(part.ended, "failed");
  assert.match(JSON.parse(part.out).broken.why, /records 1 to 2 are missing here/);
});

Deno.test("kato doctor says what it saw, in words and as JSON", async () => {
  using garden = makeGarden();
  const ran = await run("doctor", garden);
  assert.match(ran.out, /note {2}kernel sandbox .*off/);
  assert.match(ran.out, /ok {4}claude-code +~\/\.claude\/projects\n/);
  assert.match(ran.out, /note {2}daemon +is not running: it was never started\n/);
  const { checks } = JSON.parse((await run("doctor --json", garden)).out);
  assert.ok(checks.every((check: { state: string }) => ["ok", "note", "problem"].includes(check.state)));
});

Deno.test("kato doctor --permissions shows every profile with the paths of this machine", async () => {
  using garden = makeGarden();
  const ran = await run("doctor --permissions", garden);
  for (const role of ["daemon", "parser:claude-code", "writer", "export", "cli-read:status", "init"]) {
    assert.ok(ran.out.includes(`\n\n${role}\n`), role);
  }
  assert.match(ran.out, /parser:claude-code\n {2}read {3}~\/\.claude\/projects\n/);
});

Deno.test("kato record, capture and stop say so when there is nobody to ask", async () => {
  using garden = makeGarden();
  for (const line of ["record 5d8a", "capture 5d8a x.md", "stop 5d8a"]) {
    const ran = await run(line, garden);
    assert.equal(ran.ended, "not-running");
    assert.match(ran.err, /^kato is not running\. Start it with /);
  }
});
