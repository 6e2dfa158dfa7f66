/** Why kato does not run: `kato status` tells the causes apart, and `kato doctor` fails where it should run. */
import assert from "node:assert/strict";
import { dirname } from "@std/path";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { placesOf } from "../../src/settings/places.ts";
import { makeHome, type Place, runLine } from "./stage/run_line.ts";

const run = (line: string, place: Place) => runLine(line.split(" "), place);

function write(path: string, text: string): void {
  makePrivateFolder(dirname(path));
  Deno.writeTextFileSync(path, text);
}

/** What a daemon said last, as far as the reason goes. */
const statusOf = (state: string) =>
  JSON.stringify({
    v: 1,
    version: "0.2.0",
    pid: 4242,
    state,
    started: "2026-11-24T07:00:00.000Z",
    updated: "2026-11-24T07:59:00.000Z",
    host: "threads",
    kernelSandbox: false,
    kernelMissing: [],
    policy: { version: 1, hash: "4b".repeat(32) },
    providers: [],
    recordings: [],
    denials: [],
    waiting: [],
    errors: [],
  });

const STOP = '"recording is stopped, ask the service desk" = true\n';

const CASES: readonly (readonly [
  is: string,
  /** Below the administrator's folder, and in the person's. */
  files: {
    readonly organisation?: string;
    readonly stop?: string;
    readonly own?: string;
    readonly config?: string;
    readonly status?: string;
  },
  reason: string,
  says: RegExp,
])[] = [
  ["was never started", {}, "never-started", /it was never started/],
  [
    "was stopped by the person",
    { status: statusOf("stopped") },
    "stopped-by-person",
    /it was stopped, by a person/,
  ],
  [
    "did not come back after a restart",
    { status: statusOf("restarting") },
    "restarting",
    /it ended to start again, because settings or a folder changed/,
  ],
  ["was killed", { status: statusOf("running") }, "ended", /it ended without saying so/],
  [
    "cannot start for the person's policy",
    { own: "version = 1\nnonsense = 1\n", status: statusOf("stopped") },
    "could-not-start",
    /\.kato\/config\/policy\.toml:2: nonsense: is not a key/,
  ],
  [
    "cannot start for the organisation's policy",
    { organisation: "nonsense = 1\n" },
    "could-not-start",
    /policy\.toml:1: nonsense/,
  ],
  [
    "cannot start for its configuration",
    { config: "nonsense = 1\n" },
    "could-not-start",
    /config\.toml:1: nonsense/,
  ],
  [
    "is stopped by an administrator",
    { stop: STOP, status: statusOf("stopped") },
    "stopped-by-policy",
    /00-stop\.toml: an administrator has stopped kato on this machine: recording is stopped, ask the service desk/,
  ],
  [
    "is stopped, and a policy is wrong besides",
    { stop: STOP, own: "nonsense = 1\n", organisation: "x = 1\n" },
    "stopped-by-policy",
    /ask the service desk/,
  ],
  [
    "is stopped without a word",
    { stop: "" },
    "stopped-by-policy",
    /an administrator has stopped kato on this machine/,
  ],
  [
    "is stopped by what would be a policy",
    { stop: "recording.commands = false\n" },
    "stopped-by-policy",
    /stopped kato on this machine/,
  ],
  ["is stopped by what is no TOML", { stop: "now!\n" }, "stopped-by-policy", /stopped kato on this machine/],
];

function arrange(place: Place, files: typeof CASES[number][1]): void {
  const { policyFile, configFile, statusFile } = placesOf(place.home);
  if (files.organisation !== undefined) write(`${place.system}/policy.toml`, files.organisation);
  if (files.stop !== undefined) write(`${place.system}/policy.d/00-stop.toml`, files.stop);
  if (files.own !== undefined) write(policyFile, files.own);
  if (files.config !== undefined) write(configFile, files.config);
  if (files.status !== undefined) write(statusFile, files.status);
}

for (const [is, files, reason, says] of CASES) {
  Deno.test(`kato status tells that kato ${is}`, async () => {
    using home = makeHome();
    arrange(home, files);
    const text = await run("status", home);
    assert.equal(text.ended, "not-running");
    assert.match(text.out, says);
    const json = await run("status --json", home);
    assert.equal(json.ended, "not-running");
    const said = JSON.parse(json.out);
    assert.deepEqual([said.running, said.reason], [false, reason]);
    assert.match(said.message, says);
  });
}

Deno.test("kato doctor fails where kato is enabled and does not run, and nowhere else", async () => {
  for (const [is, files, reason] of CASES) {
    using home = makeHome();
    arrange(home, files);
    const without = await run("doctor", home);
    const own = `${home.home}/.config/systemd/user/default.target.wants/kato.service`;
    Deno.mkdirSync(dirname(own), { recursive: true });
    Deno.symlinkSync("/usr/lib/systemd/user/kato.service", own);
    const enabled = await run("doctor", home);
    const lines = (out: string) => out.split("\n").filter((line) => /^\S+ +daemon /.test(line)).join("\n");
    const expected = reason === "stopped-by-policy" ? "note" : "BAD";
    assert.match(lines(enabled.out), new RegExp(`^${expected} +daemon +is not running: `), is);
    assert.match(lines(without.out), /^note +daemon +is not running: /, is);
    if (expected === "BAD") assert.equal(enabled.ended, "failed", is);
    else assert.doesNotMatch(enabled.out, /is not a key/, is);
    // A person who masks it says that it is not to run.
    Deno.symlinkSync("/dev/null", `${home.home}/.config/systemd/user/kato.service`);
    assert.match(lines((await run("doctor", home)).out), /^note +daemon/, is);
  }
});

Deno.test("a stop is shown as what it is by every command that it keeps from running", async () => {
  using home = makeHome();
  arrange(home, { stop: STOP });
  for (const line of ["policy check", "policy show", "sessions", "record 5"]) {
    const ran = await run(line, home);
    assert.equal(ran.ended, "refused", line);
    assert.match(
      ran.err,
      /00-stop\.toml: an administrator has stopped kato on this machine: recording is stopped, ask the service desk/,
    );
    assert.doesNotMatch(ran.err, /is not a key|to mend/);
  }
  const { ok, stopped, problems } = JSON.parse((await run("policy check --json", home)).out);
  assert.deepEqual([ok, stopped, problems.length], [false, "recording is stopped, ask the service desk", 1]);
});

Deno.test("kato doctor says that a root that became a link keeps kato from starting, and where it stands", async () => {
  using home = makeHome();
  write(placesOf(home.home).policyFile, '[destinations]\nroots = ["~/.kato/exports", "~/notes"]\n');
  Deno.chmodSync(placesOf(home.home).policyFile, 0o600);
  Deno.symlinkSync(home.cwd, `${home.home}/notes`);
  const { out } = await run("doctor", home);
  assert.match(
    out,
    /daemon +is not running: the settings do not load: .*policy\.toml:2: .*is a symbolic link/,
  );
});
