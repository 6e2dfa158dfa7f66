import assert from "node:assert/strict";
import { placesOf } from "../../src/settings/places.ts";
import type { Status } from "../../src/protocol/status.ts";
import { entryAt } from "../../src/disk/entry_at.ts";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import { until } from "../daemon/stage/until.ts";
import { conversation, keepLog, SESSION_A, SESSION_B } from "./stage/logs.ts";
import { makeHome, type Place, type Ran, runLine } from "./stage/run_line.ts";
import { PNG } from "../render/one_pixel.ts";

/** A home with two sessions whose ids begin alike. */
function makeGarden(): Place & Disposable {
  const place = makeHome();
  keepLog(place.home, SESSION_A, conversation(SESSION_A));
  keepLog(
    place.home,
    SESSION_B,
    conversation(SESSION_B, { typed: "Water the roses.", project: "/srv/roses" }),
  );
  return place;
}

function exportLine(line: string, place: Place): Promise<Ran> {
  return runLine(["export", ...line.split(" ")], place);
}

function read(place: Place, name: string): string {
  return Deno.readTextFileSync(`${place.cwd}/${name}`);
}

function auditOf({ home }: Place): { decision: string; reason: string; path: string | null }[] {
  const text = Deno.readTextFileSync(placesOf(home).auditFile);
  return text.trim().split("\n").map((line) => JSON.parse(line))
    .map(({ decision, reason, path }) => ({ decision, reason, path }));
}

Deno.test("kato export writes a session that is named by the beginning of its id", async () => {
  using garden = makeGarden();
  const ran = await exportLine("5d8a -o beans.md", garden);
  const { mode, size } = Deno.statSync(`${garden.cwd}/beans.md`);
  assert.deepEqual(ran, { ended: "done", out: `wrote ~/work/beans.md (2 events, ${size} B)\n`, err: "" });
  assert.match(read(garden, "beans.md"), /Plant the beans\.[^]*They are planted\./);
  assert.equal((mode ?? 0) & 0o777, 0o600);
});

Deno.test("kato export that cannot be put on record writes nothing, and says what it needs", async () => {
  using garden = makeGarden();
  const { base, logs } = placesOf(garden.home);
  makePrivateFolder(base);
  Deno.writeTextFileSync(logs, "in the way");
  const ran = await exportLine("5d8a -o beans.md", garden);
  assert.equal(ran.ended, "failed");
  assert.match(
    ran.err,
    /^Cannot make the folder of the audit log: file exists: .*\/logs\. .*print the session with '--output -'\.\n$/,
  );
  assert.throws(() => read(garden, "beans.md"), Deno.errors.NotFound);
  assert.equal((await exportLine("5d8a -o -", garden)).ended, "done");
});

Deno.test("kato export takes the format from the extension, or as it is told", async () => {
  using garden = makeGarden();
  const firstOf = async (line: string, name: string) => {
    assert.equal((await exportLine(line, garden)).ended, "done");
    return read(garden, name).slice(0, 9);
  };
  assert.equal(await firstOf("5d8a -o a.md", "a.md"), "---\ntitle");
  assert.equal(await firstOf("5d8a -o a.jsonl", "a.jsonl"), '{"v":1,"i');
  assert.equal((await firstOf("5d8a -o a.html", "a.html")).toLowerCase(), "<!doctype");
  assert.equal(await firstOf("5d8a -o b.md --format jsonl", "b.md"), '{"v":1,"i');
});

Deno.test("kato export lists the sessions that an ambiguous id could mean", async () => {
  using garden = makeGarden();
  const ran = await exportLine("5d8 -o x.md", garden);
  assert.equal(ran.ended, "usage");
  assert.ok(ran.err.startsWith("'5d8' is the beginning of 2 sessions. Type more of the id:\n"), ran.err);
  for (const session of [SESSION_A, SESSION_B]) assert.ok(ran.err.includes(`\n  ${session}  claude-code`));
});

Deno.test("kato export says when there is no such session", async () => {
  using garden = makeGarden();
  const ran = await exportLine("ffff -o x.md", garden);
  assert.equal(ran.ended, "usage");
  assert.equal(ran.err, "No session's id begins with 'ffff'. 'kato sessions' lists them.\n");
});

Deno.test("kato export prints to standard output, and leaves no trace", async () => {
  using garden = makeGarden();
  const ran = await exportLine("5d8a -o - --format jsonl", garden);
  assert.equal(ran.ended, "done");
  assert.deepEqual(ran.out.trim().split("\n").map((line) => JSON.parse(line).type), ["user", "assistant"]);
  assert.throws(() => Deno.statSync(`${garden.home}/.kato`), Deno.errors.NotFound);
});

Deno.test("kato export writes several sessions into a folder, each under its own name", async () => {
  using garden = makeGarden();
  assert.equal((await exportLine("--all -o out/deep", garden)).ended, "done");
  const names = [...Deno.readDirSync(`${garden.cwd}/out/deep`)].map(({ name }) => name).sort();
  assert.deepEqual(names, [
    "2026-11-23-0208-plant-the-beans-5d8aa099.md",
    "2026-11-23-0208-water-the-roses-5d8bb111.md",
  ]);
  assert.equal((Deno.statSync(`${garden.cwd}/out`).mode ?? 0) & 0o777, 0o700);
});

Deno.test("kato export names files as the configuration says, in folders, too; one title everywhere", async () => {
  using garden = makeGarden();
  const { config } = placesOf(garden.home);
  makePrivateFolder(config);
  Deno.writeTextFileSync(`${config}/config.toml`, '[render]\nfile_name = "{project}/{slug} {session}"\n', {
    mode: 0o600,
  });
  const named = { type: "custom-title", customTitle: "Beans & more", sessionId: SESSION_A };
  keepLog(garden.home, SESSION_A, `${conversation(SESSION_A)}${JSON.stringify(named)}\n`);
  assert.equal((await exportLine("--all -o out", garden)).ended, "done");
  const text = read(garden, "out/garden/beans-more 5d8aa099.md");
  assert.match(text, /^---\ntitle: "Beans & more"\n[^]*\n# Beans & more\n/);
  assert.match(read(garden, "out/roses/water-the-roses 5d8bb111.md"), /^# Water the roses\.$/m);
  const { out } = await runLine(["sessions", "--json"], garden);
  assert.ok(out.includes('"Beans & more"'), out);
});

Deno.test("kato export keeps images in an HTML page, if the configuration says so", async () => {
  using garden = makeGarden();
  const content = [{ type: "image", source: { type: "base64", media_type: "image/png", data: PNG } }];
  const row = JSON.stringify({
    type: "user",
    uuid: "4b8d1d0e-0000-4000-8000-000000000001",
    sessionId: SESSION_A,
    message: { role: "user", content },
  });
  keepLog(garden.home, SESSION_A, `${conversation(SESSION_A)}${row}\n`);
  const { config } = placesOf(garden.home);
  makePrivateFolder(config);
  for (const [images, shown] of [["line", false], ["files", true]] as const) {
    Deno.writeTextFileSync(`${config}/config.toml`, `[render]\nimages = "${images}"\n`, { mode: 0o600 });
    for (const [format, keeps] of [["html", shown], ["md", false], ["jsonl", false]] as const) {
      assert.equal((await exportLine(`5d8a -o ${images}.${format}`, garden)).ended, "done");
      const text = read(garden, `${images}.${format}`);
      assert.equal(text.includes(PNG), keeps, `${images}.${format}`);
      assert.match(text, /image\/png, 70 bytes/);
    }
  }
  const printed = await exportLine("5d8a -o - --format html", garden);
  assert.ok(printed.out.includes(PNG));
});

Deno.test("kato export --all of HTML writes a page that lists what it wrote", async () => {
  using garden = makeGarden();
  const ran = await exportLine("--all --format html -o out/", garden);
  assert.equal(ran.ended, "done");
  assert.match(ran.out, /\nwrote ~\/work\/out\/index\.html \(2 sessions, [\d.]+ kB\)\n$/);
  const index = read(garden, "out/index.html");
  const files = [...index.matchAll(/<a href="(.*?)"><bdi>(.*?)<\/bdi><\/a> <small>Claude Code, 2 events, /g)];
  for (const [, file = ""] of files) assert.match(read(garden, `out/${file}`), /^<!doctype html>/);
  assert.deepEqual(files.map(([, , title]) => title), ["Plant the beans.", "Water the roses."]);
  assert.equal((Deno.statSync(`${garden.cwd}/out/index.html`).mode ?? 0) & 0o777, 0o600);
  const [decided, opened] = auditOf(garden).slice(-2);
  assert.deepEqual([decided?.reason, opened?.reason], ["exported", "created"]);
  assert.equal(opened?.path, `${garden.cwd}/out/index.html`);

  const again = await exportLine("--all --format html -o out/", garden);
  assert.equal(again.ended, "denied");
  assert.equal((await exportLine("--all --format html -o out/ --force", garden)).ended, "done");
  const one = await exportLine("5d8a --format html -o single/", garden);
  assert.doesNotMatch(one.out, /index/);
});

Deno.test("kato export --all says what keeps the list of an export from being written", async () => {
  using garden = makeGarden();
  Deno.mkdirSync(`${garden.cwd}/out`);
  Deno.writeTextFileSync(`${garden.cwd}/out/index.html`, "mine");
  const ran = await exportLine("--all --format html -o out/", garden);
  assert.equal(ran.ended, "denied");
  assert.match(ran.err, /^Denied \(not-created-by-kato\): .*index\.html/);
  assert.equal(read(garden, "out/index.html"), "mine");
});

Deno.test("kato export --json reports each file that it wrote, and what could not be taken over", async () => {
  using garden = makeGarden();
  keepLog(garden.home, SESSION_A, `${conversation(SESSION_A)}{"type":"new-kind"}\nnot JSON\n`);
  const ran = await exportLine("5d8a -o beans.md --json", garden);
  const path = `${garden.cwd}/beans.md`;
  const bytes = Deno.statSync(path).size;
  const notTaken = [{ what: "unknown-record: new-kind", times: 1 }, {
    what: "malformed-line: not JSON",
    times: 1,
  }];
  const file = { provider: "claude-code", session: SESSION_A, path, events: 2, leftOut: 0, bytes, notTaken };
  assert.deepEqual([ran.ended, ran.err], ["done", ""]);
  assert.deepEqual(JSON.parse(ran.out), {
    v: 1,
    kind: "export",
    format: "md",
    chosen: 1,
    range: null,
    written: [file],
    failed: [],
    index: null,
    error: null,
  });
});

Deno.test("kato export --all --json reports the page that lists the files", async () => {
  using garden = makeGarden();
  const ran = await exportLine("--all --format html -o book --json", garden);
  const report = JSON.parse(ran.out);
  const index = read(garden, "book/index.html");
  assert.deepEqual([report.chosen, report.format, report.error], [2, "html", null]);
  assert.deepEqual(report.index, {
    path: `${garden.cwd}/book/index.html`,
    sessions: 2,
    bytes: new TextEncoder().encode(index).length,
  });
  for (const { path, bytes } of report.written) assert.equal(Deno.statSync(path).size, bytes);
});

Deno.test("kato export --all --json reports what failed beside what was written, and ends as the first failure", async () => {
  using garden = makeGarden();
  assert.equal((await exportLine("--all -o notes", garden)).ended, "done");
  const [kept] = [...Deno.readDirSync(`${garden.cwd}/notes`)].filter(({ name }) => name.includes("5d8a"));
  Deno.renameSync(`${garden.cwd}/notes/${kept?.name}`, `${garden.cwd}/notes/elsewhere.md`);
  const ran = await exportLine("--all -o notes --json", garden);
  const report = JSON.parse(ran.out);
  assert.deepEqual([ran.ended, ran.err], ["denied", ""]);
  assert.deepEqual(report.written.map(({ session }: { session: string }) => session), [SESSION_A]);
  const [{ message, ...failed }] = report.failed;
  assert.match(message, /^Denied \(not-created-by-kato\): /);
  assert.deepEqual(failed, { provider: "claude-code", session: SESSION_B, reason: "denied", status: 77 });
  const said = "1 session of 2 could not be exported.";
  assert.deepEqual(report.error, { reason: "denied", status: 77, message: said });
});

Deno.test("kato export --json of one session that is denied is an error of the command", async () => {
  using garden = makeGarden();
  Deno.writeTextFileSync(`${garden.cwd}/mine.md`, "mine\n");
  const ran = await exportLine("5d8a -o mine.md --json", garden);
  // main.ts prints it as a report of kind "error".
  assert.deepEqual([ran.ended, ran.out], ["denied", ""]);
});

Deno.test("kato export says at the end of a page what it holds", async () => {
  using garden = makeGarden();
  const odd = JSON.stringify({ type: "row-of-tomorrow", sessionId: SESSION_A });
  keepLog(garden.home, SESSION_A, `${odd}\n${conversation(SESSION_A)}`);
  const counted = "1 turn, 0 calls, 0 results, 0 agents, 0 images, 0 events left out, 1 record unknown";
  assert.ok((await exportLine("5d8a -o -", garden)).out.endsWith(`\n> *Up to here* — ${counted}\n`));
  assert.ok((await exportLine("5d8a -o - --format html", garden)).out.includes(counted));
});

Deno.test("kato export --all lets through what the filters say", async () => {
  using garden = makeGarden();
  const ran = await exportLine("--all --project /srv -o out/", garden);
  assert.equal(ran.out.split("\n").length, 2);
  assert.match(ran.out, /roses/);
  const none = await exportLine("--all --since 2099-01-01 -o out/", garden);
  assert.equal(none.ended, "failed");
  assert.match(none.err, /^No session was found/);
});

Deno.test("kato export replaces a file with --force only, and keeps its mode and inode", async () => {
  using garden = makeGarden();
  const path = `${garden.cwd}/x.md`;
  Deno.writeTextFileSync(path, "mine\n".repeat(1000), { mode: 0o640 });
  const { ino } = Deno.statSync(path);
  const denied = await exportLine("5d8a -o x.md", garden);
  assert.equal(denied.ended, "denied");
  assert.match(denied.err, /^Denied \(not-created-by-kato\): .* add --force to replace it\.\n$/);
  assert.ok(read(garden, "x.md").startsWith("mine"));
  assert.equal((await exportLine("5d8a -o x.md --force", garden)).ended, "done");
  assert.ok(read(garden, "x.md").startsWith("---\ntitle"));
  assert.ok(!read(garden, "x.md").includes("mine"));
  assert.equal(Deno.statSync(path).ino, ino);
});

const DENIALS: readonly (readonly [line: string, reason: string, prepare?: (place: Place) => void])[] = [
  ["5d8a -o ../x.md", "traversal"],
  ["5d8a -o /etc/x.md", "system-location"],
  ["5d8a -o .hidden.md", "hidden-segment"],
  ["5d8a -o ~/.ssh/x.md", "hidden-segment"],
  ["5d8a -o ~/.claude/projects/x.md", "hidden-segment"],
  ["5d8a -o Claude.MD", "agent-memory"],
  ["5d8a -o AGENTS.md --force", "agent-memory", ({ cwd }) => Deno.writeTextFileSync(`${cwd}/AGENTS.md`, "")],
  ["5d8a -o notes.md", "agent-memory", ({ home }) => {
    makePrivateFolder(placesOf(home).config);
    Deno.writeTextFileSync(placesOf(home).policyFile, '[destinations]\nagent_memory = ["NOTES.md"]\n');
  }],
  ["5d8a -o x.txt", "extension"],
  ["5d8a -o x`.md", "forbidden-character"],
  ["5d8a -o $HOME.md", "grammar"],
  ["5d8a -o link.md", "symlink", ({ cwd }) => Deno.symlinkSync("/tmp/elsewhere.md", `${cwd}/link.md`)],
  ["5d8a -o out/x.md", "symlink", ({ cwd, home }) => Deno.symlinkSync(home, `${cwd}/out`)],
  ["5d8a -o hard.md --force", "hard-link", ({ cwd, home }) => {
    Deno.writeTextFileSync(`${home}/one`, "");
    Deno.linkSync(`${home}/one`, `${cwd}/hard.md`);
  }],
  ["5d8a -o open/x.md", "writable-by-others", ({ cwd }) => {
    Deno.mkdirSync(`${cwd}/open`);
    Deno.chmodSync(`${cwd}/open`, 0o777);
  }],
  ["5d8a -o x.md", "outside-roots", ({ home }) => {
    makePrivateFolder(placesOf(home).config);
    Deno.writeTextFileSync(placesOf(home).policyFile, '[destinations]\ncli_export = "roots"\n');
  }],
];

for (const [line, reason, prepare] of DENIALS) {
  Deno.test(`kato export ${line} is denied (${reason}), audited, and writes nothing`, async () => {
    using garden = makeGarden();
    prepare?.(garden);
    const ran = await exportLine(line, garden);
    assert.equal(ran.ended, "denied", ran.err);
    assert.ok(ran.err.startsWith(`Denied (${reason}): `), ran.err);
    assert.deepEqual(auditOf(garden).map(({ decision, reason }) => [decision, reason]), [["deny", reason]]);
  });
}

Deno.test("kato export has its decisions in an unbroken audit log", async () => {
  using garden = makeGarden();
  await exportLine("--all -o .", garden);
  assert.deepEqual(auditOf(garden).map(({ decision, reason }) => [decision, reason]), [
    ["allow", "exported"],
    ["allow", "exported"],
    ["allow", "created"],
    ["allow", "created"],
  ]);
  const { broken, records } = verifyAudit(placesOf(garden.home).logs);
  assert.deepEqual([broken, records], [null, 4]);
});

Deno.test("kato export goes on after a session that it may not write, and says so", async () => {
  using garden = makeGarden();
  Deno.writeTextFileSync(`${garden.cwd}/2026-11-23-0208-plant-the-beans-5d8aa099.md`, "mine");
  const ran = await exportLine("--all -o .", garden);
  assert.equal(ran.ended, "denied");
  assert.match(ran.out, /roses/);
  assert.match(ran.err, /kato: Denied \(not-created-by-kato\)[^]*1 session of 2 could not be exported\.\n$/);
});

Deno.test("kato export never replaces a file that is being recorded", async () => {
  using garden = makeGarden();
  await exportLine("5d8a -o x.md", garden);
  using _lock = pretendDaemon(garden, `${garden.cwd}/x.md`);
  const ran = await exportLine("5d8a -o x.md --force", garden);
  assert.equal(ran.ended, "denied");
  assert.match(ran.err, /^Denied \(destination-in-use\)/);
});

/** What a running daemon leaves on the disk. */
function pretendDaemon({ home }: Place, destination: string): Disposable {
  const { state, statusFile, lockFile } = placesOf(home);
  makePrivateFolder(state);
  const status: Status = {
    v: 1,
    version: "0.2.0",
    pid: 1,
    state: "running",
    started: "2026-11-23T02:00:00Z",
    updated: "2026-11-23T02:00:00Z",
    host: "threads",
    kernelSandbox: false,
    kernelMissing: [],
    policy: { version: 1, hash: "0" },
    providers: [],
    recordings: [{
      provider: "claude-code",
      session: SESSION_A,
      destination,
      kind: "record",
      state: "active",
      problem: null,
      events: 1,
      bytes: 1,
      lag: 0,
      written: null,
      goesOn: null,
    }],
    denials: [],
    waiting: [],
    errors: [],
  };
  Deno.writeTextFileSync(statusFile, JSON.stringify(status));
  const lock = Deno.openSync(lockFile, { create: true, write: true });
  lock.lockSync(true);
  return lock;
}

Deno.test("kato export --file takes a log from anywhere, by its name or by what is in it", async () => {
  using home = makeHome();
  Deno.mkdirSync(`${home.cwd}/copy/slug`, { recursive: true });
  for (const name of [`copy/slug/${SESSION_A}.jsonl`, "renamed.jsonl"]) {
    Deno.writeTextFileSync(`${home.cwd}/${name}`, conversation(SESSION_A));
    const ran = await exportLine(`--file ${name} -o - --format jsonl`, home);
    assert.equal(ran.ended, "done", ran.err);
    const { session, provider } = JSON.parse(ran.out.split("\n")[0] ?? "");
    assert.deepEqual([session, provider], [name.startsWith("copy") ? SESSION_A : "renamed", "claude-code"]);
  }
});

Deno.test("kato export --file says what it cannot take", async () => {
  using home = makeHome();
  Deno.writeTextFileSync(`${home.cwd}/other.jsonl`, '{"a":1}\nnot json\n');
  Deno.mkdirSync(`${home.cwd}/s/${SESSION_A}/subagents`, { recursive: true });
  Deno.writeTextFileSync(`${home.cwd}/s/${SESSION_A}/subagents/agent-af0df2dc45adfab84.jsonl`, "{}\n");
  const cases = [
    ["missing.jsonl", /^Cannot read .*missing\.jsonl: /],
    [".", /is not a file\. Name a session's log\.$/m],
    ["other.jsonl", /Say whose it is with --provider\.$/m],
    [
      `s/${SESSION_A}/subagents/agent-af0df2dc45adfab84.jsonl`,
      /log of a sub-agent\. Name the log of its session, 5d8aa099-/,
    ],
  ] as const;
  for (const [file, message] of cases) {
    const ran = await exportLine(`--file ${file} -o -`, home);
    assert.equal(ran.ended, file === "missing.jsonl" ? "no-input" : "failed");
    assert.match(ran.err, message);
  }
  const forced = await exportLine("--file other.jsonl --provider claude-code -o -", home);
  assert.equal(forced.ended, "failed");
  assert.match(forced.err, /unknown-record[^]*malformed-line: not JSON \(1\)[^]*has no conversation yet/);
});

Deno.test("kato export shows thinking when asked for, and leaves out what is not wanted", async () => {
  using home = makeHome();
  const thinking = (text: string) =>
    text.replace(
      '"content":[',
      '"content":[{"type":"thinking","thinking":"Beans like warmth.","signature":"x"},',
    );
  keepLog(home.home, SESSION_A, thinking(conversation(SESSION_A)));
  const shows = async (line: string) =>
    (await exportLine(`5d8 -o - ${line}`.trim(), home)).out.includes("like warmth");
  assert.equal(await shows(""), false);
  assert.equal(await shows("--include thinking"), true);
  assert.equal(await shows("--format jsonl"), true);
  makePrivateFolder(placesOf(home.home).config);
  Deno.writeTextFileSync(placesOf(home.home).configFile, "[render]\nthinking = true\n");
  assert.equal(await shows(""), true);
  assert.equal(await shows("--exclude thinking"), false);
});

Deno.test("kato export refuses to run under another policy than the one it was planned with", async () => {
  using garden = makeGarden();
  const ran = await runLine(["export", "5d8a", "-o", "-"], garden, { planHash: "0".repeat(64) });
  assert.equal(ran.ended, "refused");
  assert.match(ran.err, /The policy changed while kato was starting\./);
});

Deno.test("sessions are not read without the kernel's sandbox where policy asks for it", async () => {
  using garden = makeGarden();
  Deno.writeTextFileSync(`${garden.system}/policy.toml`, "[sandbox]\nrequire_kernel_sandbox = true\n");
  for (const line of [["export", "5d8a", "-o", "-"], ["sessions"]]) {
    const refused = await runLine(line, garden);
    assert.equal(refused.ended, "refused");
    assert.match(refused.err, /this run has no kernel sandbox\. Use an installed kato\.\n$/);
    assert.equal((await runLine(line, garden, { kernelSandbox: true })).ended, "done");
  }
});

Deno.test("kato export that is interrupted removes the file that it made, and only such a file", async () => {
  using home = makeHome();
  const turn = (n: number) =>
    conversation(SESSION_A, { reply: "bean ".repeat(200) }).replaceAll(SESSION_A, `${n}`);
  keepLog(home.home, SESSION_A, Array.from({ length: 20_000 }, (_, n) => turn(n)).join(""));
  Deno.writeTextFileSync(`${home.cwd}/mine.md`, "mine");
  // So that the signal does not end the tests where the export does not hear it.
  let heard = 0;
  const hear = () => void (heard += 1);
  Deno.addSignalListener("SIGTERM", hear);
  // The export listens before it makes or replaces its file.
  const hasBegun = (file: string) => {
    const size = entryAt(`${home.cwd}/${file}`)?.size ?? "mine".length;
    return size !== "mine".length;
  };
  const lines = [["5d8 -o new.md", false], ["5d8 -o mine.md --force", true]] as const;
  for (const [index, [line, left]] of lines.entries()) {
    const exporting = exportLine(line, home);
    await until("the file is opened", () => hasBegun(left ? "mine.md" : "new.md"));
    Deno.kill(Deno.pid, "SIGTERM");
    const ran = await exporting;
    await until("the signal is heard", () => heard === index + 1);
    assert.equal(ran.ended, "terminated");
    assert.match(
      ran.err,
      left ? /^Interrupted\. .* holds what was written so far\./ : /^Interrupted\. .* was removed\./,
    );
  }
  Deno.removeSignalListener("SIGTERM", hear);
  assert.deepEqual([...Deno.readDirSync(home.cwd)].map(({ name }) => name), ["mine.md"]);
});
