/**
 * `deno task test:installed [--dist FOLDER] [--short] [TESTS]`: the tests that start kato as a process, with an
 * installation in place of the checkout. Without a folder it builds one first. The launcher refuses a daemon to root,
 * so root has the tests run by somebody else, in copies that he can read.
 */
import { parseArgs } from "node:util";
import { asPerson, isRoot, PERSON } from "./tests/person.ts";
import { closingLine, type Count, runCounted, sumOf, type TestRun } from "./tests/run_counted.ts";

const ROOT = new URL("../", import.meta.url).pathname.replace(/\/$/, "");

/**
 * Every suite in which kato is a process of its own. The others have nothing to start: pure functions, roles that a
 * test plays inside its own process (daemon/roles_test, attacks/opened_test), a monitor that a test plays (hosts), and
 * those that bring the launcher themselves (launcher) or are about the source (build, architecture).
 */
const SUITES = [
  "cli/runner_test.ts",
  "cli/search_process_test.ts",
  "cli/daemon_test.ts",
  "daemon/installed_test.ts",
  "daemon/recording_test.ts",
  "daemon/recording_images_test.ts",
  "daemon/restart_test.ts",
  "daemon/commands_test.ts",
  "daemon/destinations_test.ts",
  "daemon/logs_test.ts",
  "daemon/moved_logs_test.ts",
  "daemon/live_test.ts",
  "daemon/life_test.ts",
  "daemon/log_test.ts",
  "daemon/continued_test.ts",
  "attacks/swap_race_test.ts",
  "attacks/poisoned_log_test.ts",
  "attacks/poisoned_clients_test.ts",
  "daemon/memory_test.ts",
  "daemon/kill_test.ts",
  "faults/limits_test.ts",
];

/** Root itself runs these: each of them starts its commands as another person. */
const ROOT_SUITES = ["attacks/organisation_policy_test.ts", "daemon/attempts_test.ts"];

/** A short run leaves these out or makes them smaller. The checkout's run has all of them. */
const LONG: readonly string[] = ["daemon/memory_test.ts", "attacks/poisoned_clients_test.ts"];
const SHORT_ROUNDS = "40";

/** Folders of the checkout that no test reads. */
const LEFT_OUT = [".git", ".deno", "dist", "node_modules"];

interface Place {
  readonly command: readonly string[];
  readonly checkout: string;
  readonly env: Readonly<Record<string, string>>;
  readonly clearEnv: boolean;
  clean(): void;
}

/** As the user who runs this. */
function here(dist: string): Place {
  return {
    command: [Deno.execPath()],
    checkout: ROOT,
    env: { KATO_BINARY: `${dist}/bin/kato` },
    clearEnv: false,
    clean() {},
  };
}

async function succeeds(program = "", ...args: readonly string[]): Promise<boolean> {
  return (await new Deno.Command(program, { args: [...args], stdin: "null" }).spawn().status).success;
}

async function run(...line: readonly string[]): Promise<void> {
  if (!await succeeds(...line)) throw new Error(`${line.join(" ")} failed`);
}

/** Copies of all that the person reads, and a home, a cache and a place for temporary files of his own. */
async function asSomebodyElse(dist: string): Promise<Place> {
  const top = Deno.makeTempDirSync({ prefix: "kato-installed-" });
  const [checkout, installation, home] = [`${top}/checkout`, `${top}/installation`, `${top}/home`];
  for (const folder of [checkout, home, `${home}/tmp`, `${home}/cache`]) Deno.mkdirSync(folder);
  const names = [...Deno.readDirSync(ROOT)].map(({ name }) => name).filter((name) =>
    !LEFT_OUT.includes(name)
  );
  await run("cp", "-r", ...names.map((name) => `${ROOT}/${name}`), checkout);
  await run("cp", "-r", dist, installation);
  await run("cp", "-r", `${denoDir()}/npm`, `${home}/cache`);
  await run("chmod", "-R", "a+rX,go-w", top);
  await run("chown", "-R", `${PERSON}:${PERSON}`, home);
  const corpus = Deno.env.get("KATO_CORPUS") ?? new URL("../../shared/corpus", import.meta.url).pathname;
  const passed = ["KATO_KILL_ROUNDS", "KATO_MEMORY_MB"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return {
    // The pinned runtime, which is the one that runs this: another user may not be able to reach that.
    command: [...asPerson(), `${installation}/lib/kato/deno`],
    checkout,
    env: {
      PATH: "/usr/bin:/bin",
      HOME: home,
      TMPDIR: `${home}/tmp`,
      DENO_DIR: `${home}/cache`,
      KATO_BINARY: `${installation}/bin/kato`,
      // Not there for who may not read it, as it is not there on most machines.
      KATO_CORPUS: await succeeds(...asPerson(), "test", "-r", corpus) ? corpus : "/nonexistent",
      ...Object.fromEntries(passed),
    },
    clearEnv: true,
    clean: () => Deno.removeSync(top, { recursive: true }),
  };
}

function denoDir(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`;
  return Deno.env.get("DENO_DIR") ?? `${cache}/deno`;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { dist: { type: "string" }, short: { type: "boolean", default: false } },
  allowPositionals: true,
});
const dist = values.dist === undefined ? `${ROOT}/dist` : Deno.realPathSync(values.dist);
if (values.dist === undefined) await run(Deno.execPath(), "task", "--quiet", "--cwd", ROOT, "build");
if (!isFile(`${dist}/bin/kato`)) {
  console.log("No test was run on an installation: there is no C compiler, so there is no launcher.");
  console.log(closingLine({ passed: 0, failed: 0, ignored: 0 }));
  Deno.exit(0);
}
const place = isRoot ? await asSomebodyElse(dist) : here(dist);
/** The tests that were asked for, or all of them, divided by who runs them. */
const isRoots = (path: string) => ROOT_SUITES.some((suite) => path.endsWith(suite));
const asked = positionals.length > 0
  ? positionals
  : [...SUITES.filter((suite) => !values.short || !LONG.includes(suite)), ...ROOT_SUITES]
    .map((suite) => `tests/${suite}`);
const counts: Count[] = [];

async function runSome(run: Pick<TestRun, "command" | "cwd" | "env" | "clearEnv">, tests: readonly string[]) {
  if (tests.length === 0) return;
  // `deno task check` has seen to the types.
  counts.push(await runCounted({ ...run, args: ["--no-check", ...tests] }));
}

try {
  const rounds = values.short ? { KATO_KILL_ROUNDS: SHORT_ROUNDS } : {};
  const env = { ...rounds, ...place.env };
  await runSome({ ...place, cwd: place.checkout, env }, asked.filter((path) => !isRoots(path)));
  // Without root they say what they lack, and are skipped.
  const { KATO_BINARY = "" } = place.env;
  await runSome({ command: [Deno.execPath()], cwd: ROOT, env: { KATO_BINARY } }, asked.filter(isRoots));
  const whole = sumOf(counts);
  console.log(closingLine(whole));
  Deno.exitCode = whole.code;
} finally {
  place.clean();
}
