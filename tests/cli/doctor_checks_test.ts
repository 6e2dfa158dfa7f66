/** Each part, property and place that `kato doctor` knows, in tables. */
import assert from "node:assert/strict";
import { describeChecks, note, ok, problem } from "../../src/cli/doctor/check.ts";
import { checkInstallation } from "../../src/cli/doctor/installation_check.ts";
import { checkKernel, checkProcesses } from "../../src/cli/doctor/kernel_checks.ts";
import { checkUnit, type UnitPlaces } from "../../src/cli/doctor/unit_checks.ts";
import { EXPECTED, EXPECTED_OF_NAMESPACES, missingProperties } from "../../src/cli/doctor/unit_file.ts";
import type { ProcessFacts } from "../../src/cli/command_line/kernel_facts.ts";
import type { Launch } from "../../src/cli/command_line/launch.ts";
import type { Status } from "../../src/protocol/status.ts";
import { NO_KERNEL_FACTS } from "./stage/run_line.ts";

const OUT = { write: () => {}, isTerminal: false, columns: 80, colour: false };

Deno.test("a finding is one line, and a second one where there is something to do", () => {
  assert.equal(
    describeChecks([ok("a", "is well"), note("b", "is odd"), problem("c", "is bad", "mend it")], OUT),
    "ok    a                    is well\n" +
      "note  b                    is odd\n" +
      "BAD   c                    is bad\n" +
      "                           → mend it\n",
  );
});

/** A part of the sandbox, what stays open without it, and what has it. */
const PARTS: readonly (readonly [part: string, open: RegExp, mend: RegExp | null])[] = [
  [
    "landlock",
    /^without landlock, the kernel bounds no path: /,
    /^boot a kernel from 5\.13 on with landlock/,
  ],
  ["landlock-abi-2", /files cannot be moved between granted folders$/, /^use Linux 5\.19 or newer$/],
  ["landlock-abi-3", /truncating is refused by the system-call filter alone$/, /^use Linux 6\.2 or newer$/],
  ["landlock-abi-4", /TCP is refused by the system-call filter alone$/, /^use Linux 6\.7 or newer$/],
  ["landlock-abi-5", /controls of devices are refused only as far as/, /^use Linux 6\.10 or newer$/],
  ["landlock-abi-6", /abstract sockets and signals to others are refused/, /^use Linux 6\.12 or newer$/],
  ["seccomp", /no system call is refused$/, /^use a kernel that was built with CONFIG_SECCOMP_FILTER$/],
  ["landlock-abi-99", /^without landlock-abi-99, kato does not know what stays open$/, null],
];

const LAUNCH: Launch = {
  planHash: null,
  kernelSandbox: true,
  kernelMissing: [],
  outputMade: [],
  roles: "processes",
  administrator: 0,
  kernel: NO_KERNEL_FACTS,
};

for (const [part, open, mend] of PARTS) {
  Deno.test(`kato doctor says what stays open without ${part}`, () => {
    const [state, missing, ...others] = checkKernel({ ...LAUNCH, kernelMissing: [part] });
    assert.deepEqual([state?.state, missing?.state, others], ["ok", "note", []]);
    assert.match(missing?.message ?? "", open);
    if (mend === null) assert.equal(missing?.mend, null);
    else assert.match(missing?.mend ?? "", mend);
  });
}

for (const [abi, shown] of [[null, ""], [0, ""], [1, ", Landlock ABI 1"]] as const) {
  Deno.test(`kato doctor shows Landlock's ABI ${abi}`, () => {
    const [check] = checkKernel({ ...LAUNCH, kernel: { ...NO_KERNEL_FACTS, landlockAbi: abi } });
    assert.ok(check?.message.endsWith(`holds this process to its plan${shown}`), check?.message);
  });
}

const CONFINED = { noNewPrivs: true, seccomp: "filter", capEff: "0".repeat(16) } as const;
const ORCHESTRATOR: ProcessFacts = { role: "orchestrator", pid: 12, ...CONFINED };

Deno.test("kato doctor asks for a monitor only where roles are processes", () => {
  const named = (host: Status["host"], processes: readonly ProcessFacts[]) =>
    checkProcesses({ host, pid: 12 } as Status, { ...NO_KERNEL_FACTS, processes }, true)
      .map(({ state, name }) => `${state} ${name}`);
  assert.deepEqual(named("threads", [ORCHESTRATOR]), ["ok orchestrator 12"]);
  assert.deepEqual(named("processes", [ORCHESTRATOR]), ["ok orchestrator 12", "problem daemon"]);
  const monitor: ProcessFacts = { role: "monitor", pid: 11, ...CONFINED };
  assert.deepEqual(named("processes", [monitor, ORCHESTRATOR]), ["ok monitor 11", "ok orchestrator 12"]);
  assert.deepEqual(named("processes", [monitor]), ["ok monitor 11"]);
});

Deno.test("kato doctor tells a checkout from an installation that the kernel says nothing of", () => {
  const of = (kernelSandbox: boolean) =>
    checkProcesses({ host: "threads", pid: 12 } as Status, NO_KERNEL_FACTS, kernelSandbox)[0]?.message ?? "";
  assert.match(of(true), /^the kernel does not say/);
  assert.match(of(false), /^only the installed kato sees/);
});

const YES = [["yes", "true", "on", "1"], ["no", "", "yess", "0", "-yes"]] as const;

/** Values of each property that are as an installation has them, and values that are not. */
const VALUES: Readonly<Record<string, readonly [right: readonly string[], wrong: readonly string[]]>> = {
  RestrictAddressFamilies: [["none"], ["", "AF_UNIX", "none AF_UNIX"]],
  SystemCallArchitectures: [["native"], ["", "native x86", "x86-64"]],
  SystemCallFilter: [["@system-service"], ["", " "]],
  UMask: [["077", "0077"], ["", "022", "0770", "10077"]],
  LimitCORE: [["0", "1", "0:0", "1:0"], ["", "infinity", "2", "0:2", "00"]],
  MemoryMax: [["512M", "1"], ["", "infinity"]],
  CapabilityBoundingSet: [[""], ["CAP_CHOWN"]],
  ProtectSystem: [["strict"], ["", "full", "strictly"]],
  ProtectHome: [["tmpfs"], ["", "yes", "read-only"]],
  TemporaryFileSystem: [["/run:ro", "/var:ro /run:ro,mode=0755"], ["", "/run", "/x/run:ro"]],
  NoExecPaths: [["/", "/tmp / /home"], ["", "/home", "//"]],
};

for (const [what, expected] of [["unit", EXPECTED], ["namespace", EXPECTED_OF_NAMESPACES]] as const) {
  for (const property of Object.keys(expected)) {
    Deno.test(`missingProperties() judges each value of the ${what} property ${property}`, () => {
      const [right, wrong] = VALUES[property] ?? YES;
      const isMissing = (settings: ReadonlyMap<string, string>) =>
        missingProperties(settings, expected).includes(property);
      for (const value of right) assert.ok(!isMissing(new Map([[property, value]])), value);
      for (const value of wrong) assert.ok(isMissing(new Map([[property, value]])), value);
      assert.ok(isMissing(new Map()));
    });
  }
}

/** A person's folder of units and one of the system's, with what `files` says. */
function withUnits(files: Readonly<Record<string, string>>, use: (places: UnitPlaces) => void): void {
  const top = Deno.makeTempDirSync();
  // Need not be there: its units are elsewhere.
  const home = "/home/ada";
  const folder = (name: string) => `${top}/${name}`;
  try {
    for (const [path, text] of Object.entries(files)) {
      Deno.mkdirSync(folder(path.slice(0, path.lastIndexOf("/"))), { recursive: true });
      Deno.writeTextFileSync(folder(path), text);
    }
    use({
      home,
      program: "/usr/lib/kato",
      user: [folder("own"), folder("etc")],
      system: [folder("system")],
      linger: folder("linger"),
    });
  } finally {
    Deno.removeSync(top, { recursive: true });
  }
}

const STRICT = [
  ...Object.entries({ ...EXPECTED, ...EXPECTED_OF_NAMESPACES })
    .map(([name]) => `${name}=${(VALUES[name] ?? YES)[0][0]}`),
].join("\n");

function findingsOf(unit: string, places: UnitPlaces, roots = { reads: [], writes: [] } as {
  reads: readonly string[];
  writes: readonly string[];
}): string[] {
  return checkUnit({ ...NO_KERNEL_FACTS, processes: [ORCHESTRATOR], unit }, places, roots)
    .map(({ state, message, mend }) => `${state}: ${message}${mend === null ? "" : ` → ${mend}`}`);
}

Deno.test("a unit of 64 KiB is read, a larger one is as if it were not there", () => {
  const text = `[Service]\n${STRICT}\n#`;
  for (
    const [size, says] of [[64 * 1024, /^ok: .*with every property/], [
      64 * 1024 + 1,
      /^note: .*whose file/,
    ]] as const
  ) {
    withUnits({ "own/kato.service": text.padEnd(size, "x") }, (places) => {
      assert.match(findingsOf("kato.service", places)[0] ?? "", says);
    });
  }
});

Deno.test("drop-ins count in the order of their names, whichever folder they are in", () => {
  const files = {
    "own/kato.service": `[Service]\n${STRICT}\n`,
    "own/kato.service.d/10.conf": "[Service]\nUMask=0022\n",
    "etc/kato.service.d/20.conf": "[Service]\nUMask=0077\n",
  };
  withUnits(files, (places) => assert.match(findingsOf("kato.service", places)[0] ?? "", /^ok/));
  const turned = {
    "own/kato.service": `[Service]\n${STRICT}\n`,
    "own/kato.service.d/20.conf": "[Service]\nUMask=0022\n",
    "etc/kato.service.d/10.conf": "[Service]\nUMask=0077\n",
    "etc/kato.service.d/05.conf": "[Service]\nUMask=0077\n",
    "etc/kato.service.d/15.conf": "[Service]\nUMask=0077\n",
  };
  withUnits(
    turned,
    (places) =>
      assert.match(
        findingsOf("kato.service", places)[0] ?? "",
        /does not set UMask → .*systemctl --user edit kato/,
      ),
  );
});

Deno.test("what mends a unit is said for the unit that it is", () => {
  const files = {
    "own/kato.service": `[Service]\n${STRICT}\nUMask=0022\n`,
    "system/kato@.service": `[Service]\n${STRICT}\nUMask=0022\n`,
  };
  withUnits(files, (places) => {
    const roots = { reads: [`${places.home}/logs`], writes: [`${places.home}/notes`] };
    const own = findingsOf("kato.service", places, roots);
    assert.match(own[0] ?? "", /→ .*'systemctl --user edit kato'; then restart it$/);
    assert.match(
      own[1] ?? "",
      /~\/logs is not bound into kato\.service.* → add BindReadOnlyPaths=\S+\/logs and/,
    );
    assert.match(
      own[2] ?? "",
      /~\/notes is not bound into kato\.service.* → run 'kato policy allow ~\/notes'/,
    );
    const template = findingsOf("kato@ada.service", places, roots);
    assert.match(template[0] ?? "", /→ .*'systemctl edit kato@ada\.service'; then restart it$/);
    assert.match(
      template[1] ?? "",
      /→ add BindReadOnlyPaths=\S+\/logs and NoExecPaths=\S+\/logs to a drop-in/,
    );
    assert.match(template[2] ?? "", /→ add BindPaths=\S+\/notes and NoExecPaths=\S+\/notes to a drop-in/);
    const missed = checkUnit(
      { ...NO_KERNEL_FACTS, processes: [ORCHESTRATOR], unit: "kato@ada.service", misses: ["/srv"] },
      places,
      null,
    );
    assert.equal(missed.find(({ state }) => state === "problem")?.mend, "restart kato@ada.service");
  });
});

Deno.test("checkInstallation() shows the runtime's own sum, and fails where it may not look", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const sums: string[] = [];
    for (const name of ["a.js", "deno"]) {
      Deno.writeTextFileSync(`${folder}/${name}`, name);
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(name)));
      sums.push(digest.toHex());
    }
    Deno.writeTextFileSync(`${folder}/SHA256SUMS`, `${sums[0]}  a.js\n${sums[1]}  deno\n`);
    const { message } = await checkInstallation([folder]);
    assert.ok(message.endsWith(`the runtime's SHA-256 is ${sums[1]}`), message);
    Deno.removeSync(`${folder}/a.js`);
    Deno.mkdirSync(`${folder}/a.js`);
    await assert.rejects(checkInstallation([folder]), Deno.errors.IsADirectory);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
