/**
 * What a process of kato's can do through a descriptor, and by calls that are not in its list: tried from inside each
 * of them, on this kernel and as if it had an older Landlock, and without the sandbox.
 */
import assert from "node:assert/strict";
import { join } from "@std/path";
import { isRoot, PERSON } from "../../tools/tests/person.ts";
import { onlyWith } from "../needs.ts";
import { COMPILER } from "./build.ts";
import { type Daemon, exportsOf, startDaemon } from "./daemon.ts";
import { createStage, planOf, type Stage } from "./stage.ts";

const PROBE = Deno.readTextFileSync(new URL("scripts/descriptor_probe.js", import.meta.url));
const ORCHESTRATOR = Deno.readTextFileSync(new URL("scripts/orchestrator.js", import.meta.url));

/** Rows of the C test's own table, by the kernel's numbers: the roles that may use each call. */
const TABLE = Deno.readTextFileSync(new URL("../../src/launcher/tests/filter.c", import.meta.url));
const ORDER = ["planner", "command", "orchestrator", "parser", "writer"] as const;
const HERE = Deno.build.arch === "x86_64" ? 1 : 2;

/** By number: the letters of the C table. Calls whose arguments decide are allowed to all, as far as this test goes. */
function knownCalls(): ReadonlyMap<number, string> {
  const rows = [...TABLE.matchAll(/\{"\w+",\s+(?:BY\((-?\d+),\s+(-?\d+)\)|(\d+)),\s+"([ADNK]{6})"\}/g)];
  const bounded = [...TABLE.matchAll(/N_\w+\s+=\s+BY\((-?\d+),\s+(-?\d+)\)/g)];
  return new Map([
    ...rows.map((row) => [Number(row[3] ?? row[HERE]), row[4] ?? ""] as const),
    ...bounded.map((row) => [Number(row[HERE]), "AAAAAA"] as const),
  ]);
}

/** The numbers, on x86-64 and on arm64, of the calls that the probe makes by name. */
const NUMBERS: Readonly<Record<string, readonly [number, number]>> = {
  fcntl: [72, 25],
  ioctl: [16, 29],
  fchmod: [91, 52],
  fchown: [93, 55],
  fsetxattr: [190, 7],
  fremovexattr: [199, 16],
  utimensat: [280, 88],
  sched_setaffinity: [203, 122],
  setpriority: [141, 140],
  kill: [62, 129],
  inotify_init1: [294, 26],
};

function furnish(stage: Stage, options: readonly string[]): void {
  for (const folder of [".kato", ".kato/exports", ".kato/state", "one"]) stage.folder(folder);
  stage.file("one/log", "content");
  stage.file(".kato/state/kept", "content");
  const known = [...knownCalls()];
  const allowed = ORDER.map((kind, at) =>
    [kind, known.filter(([, letters]) => letters[at] === "A").map(([number]) => number)] as const
  );
  stage.script(
    "descriptors.json",
    JSON.stringify({
      // Without a filter, some of them would be carried out.
      most: options.includes("--no-sandbox") ? 0 : 600,
      numbers: Object.fromEntries(Object.entries(NUMBERS).map(([name, both]) => [name, both[HERE - 1]])),
      allowed: Object.fromEntries(allowed),
      targets: {
        // The test itself: of root's, where root runs it, so the person's own is looked for below.
        process: Deno.pid,
        group: isRoot ? PERSON : Deno.gid(),
        parser: { path: join(stage.home, "one/log") },
        command: { path: join(stage.home, "one/log") },
        orchestrator: { path: join(stage.home, ".kato/state/kept") },
        writer: { path: exportsOf(stage, "new.md") },
      },
    }),
  );
}

interface Found {
  readonly through: readonly string[];
  readonly calls: readonly number[];
}

/** The attempts that succeed in each process. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  parser: ["watching folders"],
  writer: [],
  orchestrator: ["watching folders"],
};

function start(options: readonly string[]): Daemon {
  return startDaemon({
    parsers: { one: PROBE },
    writer: PROBE,
    options: [...options, "--allow-all"],
    prepare(stage) {
      furnish(stage, options);
      stage.script("orchestrator_probe.js", PROBE);
      stage.script("orchestrator.js", `${ORCHESTRATOR}\nawait import("./orchestrator_probe.js");\n`);
    },
    steps: [
      { say: ["start", "1", "writer", "create", "~/.kato/exports/new.md"] },
      { say: ["start", "2", "parser:one"] },
    ],
  });
}

async function foundBy(daemon: Daemon, role: string): Promise<Found> {
  const { results } = await daemon.find(
    `what the ${role} found`,
    (fact) => fact.role === `descriptors of the ${role}`,
  );
  return results as unknown as Found;
}

for (const abi of [0, 1, 2, 3, 4, 5, 6, 7]) {
  Deno.test({
    ...onlyWith(
      `through a descriptor, and by other calls, no role can do what it need not (Landlock ${abi})`,
      COMPILER,
    ),
    async fn() {
      await using daemon = start(["--abi", String(abi)]);
      for (const [role, may] of Object.entries(MAY)) {
        assert.deepEqual(await foundBy(daemon, role), { through: may, calls: [] }, role);
      }
    },
  });
}

async function command(options: readonly string[]): Promise<Found> {
  using stage = createStage(["kato-probe"]);
  furnish(stage, options);
  stage.script("descriptor_probe.js", PROBE);
  stage.plan(planOf("help", [`read ${stage.library}`, `read ${stage.home}/one`]));
  const line = [...options, "--allow-all", "--script", "help", "descriptor_probe.js", "completions", "bash"];
  const { code, out, err } = await stage.run(line, { program: "kato-probe" });
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

Deno.test({
  ...onlyWith("through a descriptor, and by other calls, no command can do what it need not", COMPILER),
  async fn() {
    assert.deepEqual(await command([]), { through: [], calls: [] });
    assert.deepEqual(await command(["--abi", "0"]), { through: [], calls: [] });
  },
});

Deno.test({
  ...onlyWith("without the sandbox, a descriptor is a way to all of it", COMPILER),
  async fn() {
    const { through } = await command(["--no-sandbox"]);
    for (
      const way of [
        "set-uid",
        "a mode for others",
        "an attribute",
        "whose signals",
        "which signal",
        "signals at all",
        "a lease",
        "watching folders",
      ]
    ) assert.ok(through.includes(way), way);
  },
});
