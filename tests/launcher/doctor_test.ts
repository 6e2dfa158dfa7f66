/** The launcher's facts for `kato doctor` on a daemon with the real monitor, from the kernel. */
import assert from "node:assert/strict";
import { onlyWith } from "../needs.ts";
import { COMPILER } from "./build.ts";
import { type Daemon, ECHO, startDaemon, type Step } from "./daemon.ts";
import { createStage, planOf, type Stage } from "./stage.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ ...onlyWith(`kato doctor ${name}`, COMPILER), fn });
}

const DESTINATION = "~/.kato/exports/a.md";

/** A parser and a writer. */
const ROLES: readonly Step[] = [
  { say: ["start", "1", "parser:echo"] },
  { say: ["start", "2", "writer", "create", DESTINATION] },
];

/** A daemon whose parser's script has the name that it has in an installation. */
function start(steps: readonly Step[], options: readonly string[] = []): Daemon {
  return startDaemon({
    steps,
    options: [...options, "--script", "parser:echo", "parser.js"],
    prepare: (stage) => stage.script("parser.js", ECHO),
  });
}

/** The arguments of `kato doctor` in the present state of `stage`. */
async function argumentsIn(stage: Stage, options: readonly string[] = []): Promise<string[]> {
  stage.plan(planOf("cli-read:doctor", []));
  const { code, out, err } = await stage.run([...options, "doctor"], { program: "kato-probe" });
  assert.equal(code, 0, err);
  return JSON.parse(out).args;
}

function valuesOf(args: readonly string[], option: string): string[] {
  return args.flatMap((arg, index) => args[index - 1] === option ? [arg] : []);
}

async function whenStarted(daemon: Daemon): Promise<void> {
  for (const channel of ["1", "2"]) {
    await daemon.find(`role ${channel}`, ({ said }) => said?.[0] === "started" && said[1] === channel);
  }
}

test("is told of the version of Landlock, and of no daemon where none runs", async () => {
  using stage = createStage(["kato-probe"]);
  const args = await argumentsIn(stage);
  assert.match(valuesOf(args, "--landlock-abi").join(), /^\d+$/);
  assert.deepEqual([valuesOf(args, "--daemon-process"), valuesOf(args, "--daemon-unit")], [[], []]);
  assert.deepEqual(valuesOf(await argumentsIn(stage, ["--abi", "3"]), "--landlock-abi"), ["3"]);
  stage.plan(planOf("help", []));
  const { out } = await stage.run(["sessions"], { program: "kato-probe" });
  assert.ok(!out.includes("--landlock-abi"), "others are not told");
});

test("is told of every process of the daemon that holds the lock, whatever the daemon says", async () => {
  await using daemon = start([{ lock: true }, ...ROLES]);
  await whenStarted(daemon);
  const args = await argumentsIn(daemon.stage);
  const processes = valuesOf(args, "--daemon-process").map((facts) => facts.split(","));
  const seccomp = args.includes("--kernel-sandbox") ? "2" : "0";
  assert.deepEqual(
    processes.map(([role, , ...facts]) => [role, ...facts]).sort(),
    ["monitor", "orchestrator", "parser", "writer"].map((role) => [role, "1", seccomp, "0".repeat(16)]),
  );
  const statusOf = (role: string) => {
    const pid = processes.find(([name]) => name === role)?.[1];
    return Deno.readTextFileSync(`/proc/${pid}/status`);
  };
  const monitor = /^Pid:\s+(\d+)$/m.exec(statusOf("monitor"))?.[1];
  assert.match(statusOf("orchestrator"), new RegExp(`^PPid:\\s+${monitor}$`, "m"));
});

test("is told that a daemon's processes are not confined", async () => {
  await using daemon = start([{ lock: true }, ...ROLES], ["--no-sandbox"]);
  await whenStarted(daemon);
  const processes = valuesOf(await argumentsIn(daemon.stage), "--daemon-process");
  assert.equal(processes.length, 4);
  for (const facts of processes) assert.match(facts, /^\w+,\d+,1,0,0{16}$/);
});

test("is told of no process that does not hold the lock", async () => {
  await using daemon = start(ROLES);
  await whenStarted(daemon);
  daemon.stage.file(".kato/state/daemon.lock", "");
  assert.deepEqual(valuesOf(await argumentsIn(daemon.stage), "--daemon-process"), []);
});

test("cannot be told so by a person", async () => {
  using stage = createStage();
  for (const option of ["--landlock-abi", "--daemon-process", "--daemon-unit"]) {
    const { code, err } = await stage.run([option, "x", "doctor"]);
    assert.equal(code, 64);
    assert.match(err, /is said by kato itself/);
  }
});
