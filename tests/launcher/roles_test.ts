/** Each of the daemon's roles in its own cell, against the kernel alone; and the same without the sandbox. */
import assert from "node:assert/strict";
import { onlyWith } from "../needs.ts";
import { COMPILER } from "./build.ts";
import { type Daemon, exportsOf, startDaemon } from "./daemon.ts";
import { createStage, planOf } from "./stage.ts";

const PROBE = Deno.readTextFileSync(new URL("scripts/role_probe.js", import.meta.url));

/** From Linux 6.3, memory that can be written never becomes code. */
const [major = 0, minor = 0] = Deno.osRelease().split(".").map(Number);
const HOLDS_CODE = major > 6 || (major === 6 && minor >= 3);

/** The attempts of role_probe.js that a role may do. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  one: ["read one"],
  two: ["read two"],
  writer: ["append to the recording"],
  orchestrator: ["list the recordings", "write state", "change a mode"],
};

function start(options: readonly string[]): Daemon {
  return startDaemon({
    parsers: { one: PROBE, two: PROBE },
    writer: PROBE,
    options: [...options, "--allow-all"],
    prepare(stage) {
      for (const folder of [".kato", ".kato/exports", "one", "two"]) stage.folder(folder);
      for (const file of ["one/log", "two/log", "secret"]) stage.file(file, "content");
      const destination = exportsOf(stage, "new.md");
      stage.script("targets.json", JSON.stringify({ home: stage.home, destination }));
      const orchestrator = Deno.readTextFileSync(new URL("scripts/orchestrator.js", import.meta.url));
      stage.script("role_orchestrator.js", PROBE);
      stage.script("orchestrator.js", `${orchestrator}\nawait import("./role_orchestrator.js");\n`);
    },
    steps: [
      { say: ["start", "1", "writer", "create", "~/.kato/exports/new.md"] },
      { say: ["start", "2", "parser:one"] },
      { say: ["start", "3", "parser:two"] },
      { wait: 300 },
    ],
  });
}

async function resultsOf(daemon: Daemon, role: string): Promise<Readonly<Record<string, string>>> {
  const name = role === "orchestrator" ? "role_orchestrator" : role;
  const fact = await daemon.find(`the results of ${role}`, (fact) => fact.role === name);
  return fact.results ?? {};
}

Deno.test({
  ...onlyWith("the kernel holds each role to its own grants", COMPILER),
  async fn() {
    await using daemon = start([]);
    for (const [role, may] of Object.entries(MAY)) {
      const results = await resultsOf(daemon, role);
      const done = Object.keys(results).filter((name) => results[name] === "done")
        .filter((name) => HOLDS_CODE || name !== "write what it runs");
      assert.deepEqual(done, may, role);
    }
  },
});

Deno.test({
  ...onlyWith("without the sandbox, every role can do all of it", COMPILER),
  async fn() {
    await using daemon = start(["--no-sandbox"]);
    for (const role of Object.keys(MAY)) {
      const results = await resultsOf(daemon, role);
      assert.deepEqual([...new Set(Object.values(results))], ["done"], JSON.stringify(results));
    }
  },
});

const KERNELS: readonly (readonly [string, readonly string[], boolean, string | null])[] = [
  ["without Landlock and filters", ["--no-sandbox"], false, "landlock,seccomp"],
  ["without Landlock", ["--abi", "0"], false, "landlock"],
  [
    "with Landlock 1",
    ["--abi", "1"],
    true,
    "landlock-abi-2,landlock-abi-3,landlock-abi-4,landlock-abi-5,landlock-abi-6",
  ],
  ["with Landlock 2", ["--abi", "2"], true, "landlock-abi-3,landlock-abi-4,landlock-abi-5,landlock-abi-6"],
  ["with Landlock 3", ["--abi", "3"], true, "landlock-abi-4,landlock-abi-5,landlock-abi-6"],
  ["with Landlock 4", ["--abi", "4"], true, "landlock-abi-5,landlock-abi-6"],
  ["with Landlock 5", ["--abi", "5"], true, "landlock-abi-6"],
  ["with Landlock 6", ["--abi", "6"], true, null],
];
for (const [kernel, options, sandboxed, missing] of KERNELS) {
  Deno.test({
    ...onlyWith(`kato says what is missing of a kernel ${kernel}`, COMPILER),
    async fn() {
      using stage = createStage(["kato-probe"]);
      stage.plan(planOf("help", [`write ${stage.home}/.kato/state`]));
      const { code, out, err } = await stage.run([...options, "sessions"], { program: "kato-probe" });
      assert.equal(code, 0, err);
      const { args } = JSON.parse(out);
      assert.equal(args.includes("--kernel-sandbox"), sandboxed);
      assert.deepEqual(
        args.slice(sandboxed ? 1 : 0, -1),
        missing === null ? [] : ["--kernel-missing", missing],
      );
      if (missing === null) assert.equal(err, "");
      else assert.match(err, new RegExp(`^kato: this kernel does not have: ${missing}\\. .*\n$`));
    },
  });
}
