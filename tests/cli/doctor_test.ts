/** What `kato doctor` makes of what it sees and of what the launcher tells it, and the one thing that mends it. */
import assert from "node:assert/strict";
import { checkNamespaces, checkUnit, type UnitPlaces, unitPlaces } from "../../src/cli/doctor/unit_checks.ts";
import { EXPECTED, missingProperties, readService, viewOf } from "../../src/cli/doctor/unit_file.ts";
import { type KernelFacts, type ProcessFacts } from "../../src/cli/command_line/kernel_facts.ts";
import { placesOf } from "../../src/settings/places.ts";
import type { Status } from "../../src/protocol/status.ts";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { loadPolicy } from "../../src/settings/policy_files.ts";
import { makeHome, NO_KERNEL_FACTS, type Place, runLine, type RunOptions } from "./stage/run_line.ts";

interface Finding {
  readonly name: string;
  readonly state: string;
  readonly message: string;
  readonly mend: string | null;
}

function hashIn(place: Place): string {
  const uid = Deno.uid() ?? 0;
  const loaded = loadPolicy({ ...place, uid, administrator: uid });
  assert.ok(loaded.ok);
  return loaded.effective.hash;
}

/** A daemon that runs, as far as its lock and its status file tell. */
function keepDaemon(place: Place, changes: Partial<Status> = {}): Disposable {
  const { state, statusFile, lockFile } = placesOf(place.home);
  makePrivateFolder(state);
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
    policy: { version: 1, hash: hashIn(place) },
    providers: [],
    recordings: [],
    denials: [],
    waiting: [],
    errors: [],
    ...changes,
  };
  Deno.writeTextFileSync(statusFile, JSON.stringify(status));
  const lock = Deno.openSync(lockFile, { create: true, write: true });
  lock.lockSync(true);
  return lock;
}

const CONFINED = { noNewPrivs: true, seccomp: "filter", capEff: "0".repeat(16) } as const;
const MONITOR: ProcessFacts = { role: "monitor", pid: 11, ...CONFINED };
const ORCHESTRATOR: ProcessFacts = { role: "orchestrator", pid: 12, ...CONFINED };
const PARSER: ProcessFacts = { role: "parser", pid: 13, ...CONFINED };

function kernelOf(processes: readonly ProcessFacts[]): KernelFacts {
  return { ...NO_KERNEL_FACTS, landlockAbi: 6, processes };
}

/** Findings that are not plain ok, as `state name: message → mend`. */
async function examine(place: Place, options: RunOptions): Promise<string[]> {
  const ran = await runLine(["doctor", "--json"], place, options);
  const { ok, checks }: { readonly ok: boolean; readonly checks: readonly Finding[] } = JSON.parse(ran.out);
  assert.equal(ran.ended, ok ? "done" : "failed");
  assert.equal(ok, checks.every(({ state }) => state !== "problem"));
  return checks.map(({ state, name, message, mend }) =>
    `${state} ${name}: ${message}${mend === null ? "" : ` → ${mend}`}`
  );
}

function matches(findings: readonly string[], wanted: RegExp): void {
  assert.ok(findings.some((finding) => wanted.test(finding)), `${wanted}\n${findings.join("\n")}`);
}

Deno.test("kato doctor shows every process of the daemon as the kernel has it", async () => {
  using home = makeHome();
  using _daemon = keepDaemon(home);
  const kernel = kernelOf([MONITOR, ORCHESTRATOR, PARSER]);
  const findings = await examine(home, { kernelSandbox: true, kernel });
  matches(findings, /^ok kernel sandbox: .*Landlock ABI 6$/);
  for (const name of ["monitor 11", "orchestrator 12", "parser 13"]) {
    matches(findings, new RegExp(`^ok ${name}: NoNewPrivs 1, Seccomp filter, CapEff 0$`));
  }
  matches(findings, /^note unit: the daemon was started by hand.* → .*systemctl --user enable --now kato/);
  const text = await runLine(["doctor"], home, { kernelSandbox: true, kernel });
  assert.match(text.out, /^note {2}unit {17}the daemon was started by hand.*\n {27}→ stop it/m);
});

Deno.test("kato doctor asks nobody to look at a client that is not installed, but at a folder of the policy's", async () => {
  using home = makeHome();
  matches(await examine(home, {}), /^ok codex: ~\/\.codex\/sessions does not exist yet$/);
  const { config, policyFile } = placesOf(home.home);
  makePrivateFolder(config);
  Deno.writeTextFileSync(policyFile, '[providers.codex]\nroots = ["~/logs"]\n', { mode: 0o600 });
  matches(await examine(home, {}), /^note codex: ~\/logs does not exist yet$/);
});

const WEAK: readonly (readonly [what: string, processes: readonly ProcessFacts[], wanted: RegExp])[] = [
  [
    "a process that could gain privileges",
    [MONITOR, ORCHESTRATOR, { ...PARSER, noNewPrivs: false }],
    /^problem parser 13: it could gain privileges \(NoNewPrivs 0\) → stop the daemon/,
  ],
  [
    "a process without a filter",
    [MONITOR, { ...ORCHESTRATOR, seccomp: "off" }],
    /^problem orchestrator 12: its system calls are not filtered \(Seccomp off\) → /,
  ],
  [
    "a process with capabilities",
    [{ ...MONITOR, capEff: "000001ffffffffff" }, ORCHESTRATOR],
    /^problem monitor 11: it has capabilities \(CapEff 000001ffffffffff\) → /,
  ],
  ["roles without a monitor", [ORCHESTRATOR], /^problem daemon: .*no monitor is their parent → /],
  [
    "a daemon that is another than it says",
    [MONITOR, { ...ORCHESTRATOR, pid: 99 }],
    /^note daemon: status\.json says pid 12, and the lock is held by 99 → /,
  ],
  ["a kernel that does not tell", [], /^note daemon: the kernel does not say which process/],
];
for (const [what, processes, wanted] of WEAK) {
  Deno.test(`kato doctor finds ${what}`, async () => {
    using home = makeHome();
    using _daemon = keepDaemon(home);
    matches(await examine(home, { kernelSandbox: true, kernel: kernelOf(processes) }), wanted);
  });
}

Deno.test("kato doctor finds what the daemon waits for", async () => {
  using home = makeHome();
  using _daemon = keepDaemon(home, {
    waiting: [{
      provider: "codex",
      session: "5f0c9a1e-7d42-4b6b-9c1e-000000000001",
      since: "2026-11-24T07:58:00.000Z",
      why: "Cannot append to the audit log: No space left on device (os error 28)",
    }],
  });
  const kernel = kernelOf([MONITOR, ORCHESTRATOR, PARSER]);
  matches(
    await examine(home, { kernelSandbox: true, kernel }),
    /^problem daemon: cannot go on with session 5f0c9a1e-.*: Cannot append to the audit log.* → mend that/,
  );
});

Deno.test("kato doctor finds a blocked recording, and says what to do", async () => {
  using home = makeHome();
  using _daemon = keepDaemon(home, {
    recordings: [{
      provider: "codex",
      session: "5d8aa099-1234-4abc-8def-000000000001",
      destination: `${home.home}/notes/a.md`,
      kind: "record",
      state: "blocked",
      problem: "cannot append to it: no space left on device",
      events: 1,
      bytes: 10,
      lag: 0,
      written: null,
      goesOn: null,
    }],
  });
  matches(
    await examine(home, {}),
    /^problem recording: ~\/notes\/a\.md is blocked: .*no space left.* → mend that, .*'kato stop 5d8aa099'$/,
  );
});

Deno.test("kato doctor says what a kernel lacks, what that leaves open, and which kernel has it", async () => {
  using home = makeHome();
  const kernelMissing = ["landlock-abi-4", "landlock-abi-6"];
  const findings = await examine(home, { kernelSandbox: true, kernelMissing });
  matches(
    findings,
    /without landlock-abi-4, TCP is refused by the system-call filter alone → use Linux 6\.7/,
  );
  matches(findings, /without landlock-abi-6, abstract sockets and signals .* → use Linux 6\.12/);
  const bare = await examine(home, { kernelMissing: ["landlock", "seccomp"] });
  matches(bare, /^note kernel sandbox: off: the kernel does not have all that it takes$/);
  matches(bare, /without landlock, the kernel bounds no path.* → boot a kernel from 5\.13/);
  matches(bare, /without seccomp, no system call is refused → /);
  matches(await examine(home, {}), /^note kernel sandbox: off: .* → run the installed kato/);
});

Deno.test("kato doctor finds a policy that asks for a sandbox that is not there, and one that the daemon has not", async () => {
  using home = makeHome();
  using _daemon = keepDaemon(home);
  Deno.writeTextFileSync(`${home.system}/policy.toml`, "[sandbox]\nrequire_kernel_sandbox = true\n");
  const findings = await examine(home, {});
  matches(findings, /^problem policy: asks for the kernel sandbox/);
  matches(findings, /^problem daemon: runs under another policy .* → restart it/);
});

Deno.test("kato doctor --permissions --json has the policy, the kernel and every profile's grants", async () => {
  using home = makeHome();
  const kernel = kernelOf([]);
  const ran = await runLine(["doctor", "--permissions", "--json"], home, { kernelSandbox: true, kernel });
  const { policy, kernel: told, roles } = JSON.parse(ran.out);
  assert.deepEqual(policy, { version: 1, hash: hashIn(home) });
  assert.deepEqual(told, { sandbox: true, missing: [], landlockAbi: 6 });
  assert.ok(roles.some(({ role }: { role: string }) => role === "parser:codex"));
  const text = await runLine(["doctor", "--permissions"], home, { kernelSandbox: true, kernel });
  assert.match(
    text.out,
    /^Policy version 1, SHA-256 [0-9a-f]{64}\.\nKernel sandbox around this command: on\.\n/,
  );
});

const UNIT = `[Unit]
Description=kato
[Service]
NoNewPrivileges=yes
MemoryDenyWriteExecute = yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictAddressFamilies=none
SystemCallArchitectures=native
SystemCallFilter=@system-service \\
  landlock_create_ruleset
SystemCallFilter=~@privileged
UMask=0077
LimitCORE=0
MemoryMax=512M
`;

Deno.test("readService() joins lines, and takes later files over earlier ones", () => {
  const settings = readService([
    UNIT,
    "[Service]\n# UMask=0022\nUMask=\nLimitCORE=infinity\n[Install]\nX=1\n",
  ]);
  assert.equal(settings.get("SystemCallFilter"), "@system-service    landlock_create_ruleset ~@privileged");
  assert.deepEqual([settings.get("UMask"), settings.get("LimitCORE"), settings.get("X")], [
    undefined,
    "infinity",
    undefined,
  ]);
});

Deno.test("missingProperties() names what a unit does not set as an installation's does", () => {
  assert.deepEqual(missingProperties(readService([UNIT])), []);
  assert.deepEqual(missingProperties(readService([])), Object.keys(EXPECTED));
  const weak = readService([
    UNIT,
    "[Service]\nNoNewPrivileges=no\nRestrictAddressFamilies=AF_UNIX\nMemoryMax=infinity\n",
  ]);
  assert.deepEqual(missingProperties(weak), ["NoNewPrivileges", "RestrictAddressFamilies", "MemoryMax"]);
});

/** The shipped files, and a person's own folder of units. */
function stageUnits(): UnitPlaces & Disposable & { file(path: string, text: string): void } {
  const home = makeHome();
  const shipped = new URL("../../packaging/systemd/", import.meta.url);
  const places = {
    home: home.home,
    program: "/usr/lib/kato",
    user: [`${home.home}/.config/systemd/user`, `${home.cwd}/packaged/user`],
    system: [`${home.cwd}/etc/system`, `${home.cwd}/packaged/system`],
    linger: `${home.cwd}/linger`,
  };
  for (const folder of [...places.user, ...places.system, places.linger]) {
    Deno.mkdirSync(folder, { recursive: true });
  }
  Deno.copyFileSync(new URL("kato.service", shipped), `${places.user[1]}/kato.service`);
  Deno.copyFileSync(new URL("kato@.service", shipped), `${places.system[1]}/kato@.service`);
  return {
    ...places,
    file(path, text) {
      Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      Deno.writeTextFileSync(path, text);
    },
    [Symbol.dispose]: () => home[Symbol.dispose](),
  };
}

function findingsOf(unit: string | null, places: UnitPlaces, writes: readonly string[] = []): string[] {
  const facts = { ...NO_KERNEL_FACTS, processes: [ORCHESTRATOR], unit };
  return checkUnit(facts, places, { reads: [`${places.home}/.claude/projects`], writes })
    .map(({ state, name, message, mend }) =>
      `${state} ${name}: ${message}${mend === null ? "" : ` → ${mend}`}`
    );
}

const FALLBACK = Deno.readTextFileSync(new URL("../../packaging/systemd/50-no-userns.conf", import.meta.url));

Deno.test("checkUnit() knows the shipped units, and what a drop-in takes from them", () => {
  using places = stageUnits();
  const [own = "", packaged = ""] = places.user;
  assert.match(
    findingsOf("kato.service", places)[0] ?? "",
    /^ok unit: .*with every property of an installation's$/,
  );
  assert.match(
    findingsOf("other.service", places)[0] ?? "",
    /other\.service, whose properties are not known here/,
  );
  assert.match(findingsOf(null, places)[0] ?? "", /started by hand/);
  assert.deepEqual(checkUnit(NO_KERNEL_FACTS, places, null), []);
  places.file(`${own}/kato.service.d/50.conf`, "[Service]\nUMask=0022\n");
  places.file(`${own}/kato.service.d/50.conf~`, "[Service]\nLimitCORE=infinity\n");
  places.file(`${packaged}/kato.service.d/50.conf`, "[Service]\nMemoryMax=infinity\n");
  assert.match(findingsOf("kato.service", places)[0] ?? "", /^note unit: .*which does not set UMask → /);
  places.file(
    `${own}/kato.service.d/50.conf`,
    "[Service]\nPrivateNetwork=no\nCapabilityBoundingSet=CAP_CHOWN\n",
  );
  assert.match(
    findingsOf("kato.service", places)[0] ?? "",
    /does not set CapabilityBoundingSet, PrivateNetwork → /,
  );
  places.file(`${own}/kato.service`, "[Service]\n");
  assert.match(
    findingsOf("kato.service", places)[0] ?? "",
    /does not set NoNewPrivileges, .*UMask.*PrivateUsers/,
  );
  Deno.removeSync(`${own}/kato.service`);
  Deno.removeSync(`${packaged}/kato.service`);
  assert.match(findingsOf("kato.service", places)[0] ?? "", /whose file is not in a folder of user units/);
});

Deno.test("checkUnit() says honestly which layer the fallback takes away", () => {
  using places = stageUnits();
  places.file(`${places.user[0]}/kato.service.d/50-no-userns.conf`, FALLBACK);
  const [first = "", ...others] = findingsOf("kato.service", places, [`${places.home}/vault`]);
  assert.match(
    first,
    /^note unit: .*with 50-no-userns\.conf: systemd gives it no view of its own.*kernel sandbox/,
  );
  assert.ok(!others.some((finding) => finding.includes("not bound")), "there are no binds");
  places.file(`${places.user[0]}/kato.service.d/50-no-userns.conf`, "[Service]\nPrivateUsers=no\n");
  matches(findingsOf("kato.service", places), /^note unit: .*which does not set PrivateUsers → /);
});

Deno.test("checkUnit() reads the template and the drop-ins of its instance, and none of the person's", () => {
  using places = stageUnits();
  const [etc = ""] = places.system;
  places.file(`${places.user[0]}/kato@ada.service.d/50.conf`, "[Service]\nNoNewPrivileges=no\n");
  assert.match(
    findingsOf("kato@ada.service", places)[0] ?? "",
    /^ok unit: .*kato@ada\.service, with every property/,
  );
  places.file(`${etc}/kato@bob.service.d/50.conf`, "[Service]\nUMask=0022\n");
  assert.match(findingsOf("kato@ada.service", places)[0] ?? "", /^ok/);
  places.file(`${etc}/kato@.service.d/50.conf`, "[Service]\nUMask=0022\n");
  assert.match(findingsOf("kato@ada.service", places)[0] ?? "", /does not set UMask/);
});

Deno.test("checkUnit() finds a folder of the policy that the unit does not bind", () => {
  using places = stageUnits();
  const vault = `${places.home}/vault`;
  const bad = findingsOf("kato.service", places, [`${places.home}/.kato/exports/notes`, vault]);
  assert.deepEqual(bad.filter((finding) => finding.startsWith("problem")).length, 1);
  matches(
    bad,
    /^problem unit: ~\/vault is not bound into kato\.service.* → run 'kato policy allow ~\/vault'/,
  );
  const dropIn = `[Service]\nBindPaths="-${vault}"\nNoExecPaths="-${vault}"\n`;
  places.file(`${places.user[0]}/kato.service.d/60-kato-folders.conf`, dropIn);
  assert.ok(!findingsOf("kato.service", places, [vault]).some((finding) => finding.startsWith("problem")));
});

Deno.test("checkUnit() finds a folder that is another for the daemon", () => {
  using places = stageUnits();
  const projects = `${places.home}/.claude/projects`;
  const facts = { ...NO_KERNEL_FACTS, processes: [ORCHESTRATOR], unit: "kato.service", misses: [projects] };
  const found = checkUnit(facts, places, { reads: [projects], writes: [] }).filter(({ state }) =>
    state === "problem"
  );
  assert.deepEqual(found.map(({ mend }) => mend), ["run 'systemctl --user restart kato'"]);
  assert.match(
    found[0]?.message ?? "",
    /^~\/\.claude\/projects is another folder for you than for the daemon/,
  );
});

Deno.test("checkUnit() says whether kato ends with the person's session", () => {
  using places = stageUnits();
  matches(findingsOf("kato.service", places), /^note lingering: .* → run 'loginctl enable-linger'/);
  places.file(`${places.linger}/${places.home.split("/").at(-1)}`, "");
  matches(findingsOf("kato.service", places), /^ok lingering: /);
  assert.ok(!findingsOf("kato@ada.service", places).some((finding) => finding.includes("lingering")));
});

Deno.test("checkNamespaces() names the one command where the strict unit cannot start", () => {
  using places = stageUnits();
  const without = { ...NO_KERNEL_FACTS, userNamespaces: false };
  const mend = checkNamespaces(without, places)[0]?.mend ?? "";
  assert.match(
    mend,
    /install -D -m 0644 -t ~\/\.config\/systemd\/user\/kato\.service\.d .*50-no-userns\.conf/,
  );
  assert.deepEqual(checkNamespaces({ ...without, userNamespaces: true }, places), []);
  assert.deepEqual(checkNamespaces({ ...without, unit: "kato@ada.service" }, places), []);
  places.file(`${places.user[0]}/kato.service.d/50-no-userns.conf`, FALLBACK);
  assert.deepEqual(checkNamespaces(without, places), []);
});

Deno.test("checkNamespaces() names the fallback where this installation has it", () => {
  using staged = stageUnits();
  const without = { ...NO_KERNEL_FACTS, userNamespaces: false };
  const { home } = staged;
  const cases: readonly (readonly [code: readonly string[], place: string])[] = [
    [["/usr/lib/kato"], "/usr/share/kato/systemd/50-no-userns.conf"],
    [["/usr/local/lib/kato"], "/usr/local/share/kato/systemd/50-no-userns.conf"],
    [[`${home}/.local/lib/kato`], "~/.local/share/kato/systemd/50-no-userns.conf"],
    [["/opt/own tools/lib/kato"], "'/opt/own tools/share/kato/systemd/50-no-userns.conf'"],
    [["/home/dev/kato/src"], "/usr/share/kato/systemd/50-no-userns.conf"],
  ];
  for (const [code, place] of cases) {
    const { program } = unitPlaces(home, code);
    const mend = checkNamespaces(without, { ...staged, program })[0]?.mend ?? "";
    assert.ok(mend.includes(`kato.service.d ${place} && systemctl`), mend);
  }
});

Deno.test("viewOf() takes systemd's words: quotes, marks, specifiers, destinations", () => {
  const text = `[Service]
ProtectHome=tmpfs
TemporaryFileSystem=/var:ro,mode=0755
BindPaths="-%h/with blank" %h/50%% -/srv/a:/srv/a:norbind "-%h/x:y" "%h/a\\"b"
BindReadOnlyPaths=-/home/%i/logs
`;
  const view = viewOf(readService([text]), { home: "/home/ada", name: "ada" });
  for (
    const path of ["/home/ada/with blank", "/home/ada/50%/x", "/srv/a", "/home/ada/x:y/z", '/home/ada/a"b']
  ) {
    assert.ok(view.canWrite(path), path);
  }
  assert.ok(!view.canWrite("/home/ada/x"));
  assert.ok(!view.canWrite("/home/ada/logs") && view.canRead("/home/ada/logs/x"));
  assert.ok(!view.canRead("/home/ada/other") && !view.canRead("/var/x") && view.canRead("/srv/team"));
});
