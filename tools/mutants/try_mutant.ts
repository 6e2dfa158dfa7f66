/** Runs the tests of a mutant in a copy of the project. */
import type { Mutant } from "./list_mutants.ts";
import type { Fate } from "./scores.ts";

/** A mutant may loop for ever. It gets a start-up, and this many times the time of the same tests without it. */
const TIMES = 4;
const START_MS = 10_000;

/** All files except those of builds and machines, which may be large. */
const NOT_COPIED = [".git", ".deno", "dist"];

/** One copy, in which one mutant at a time is tried. */
export interface Copy {
  /** What becomes of a mutant under these tests, within `bound` milliseconds. */
  tryMutant(mutant: Mutant, tests: readonly string[], bound: number): Promise<Fate>;
  /** Whether the type check of all code finds the mutant. */
  isOfWrongType(mutant: Mutant): Promise<boolean>;
  /** How long these test files take, in milliseconds; null where one fails, or they take longer than `bound`. */
  measure(tests: readonly string[], bound: number): Promise<number | null>;
  /** Ends the tests that run in it, too. */
  remove(): Promise<void>;
}

export async function makeCopy(root: string): Promise<Copy> {
  let running: number | null = null;
  const folder = await Deno.makeTempDir({ prefix: "kato-mutants-" });
  const names = [...Deno.readDirSync(root)].map(({ name }) => name).filter((name) =>
    !NOT_COPIED.includes(name)
  );
  const args = ["-a", ...names.map((name) => `${root}/${name}`), folder];
  if (!(await new Deno.Command("cp", { args }).output()).success) throw new Error("cp failed");

  async function run(tests: readonly string[], bound: number): Promise<Fate> {
    const child = new Deno.Command(Deno.execPath(), {
      args: [...ARGS, ...tests],
      cwd: folder,
      stdin: "null",
      stdout: "null",
      stderr: "null",
      env: { NO_COLOR: "1" },
      detached: true,
    }).spawn();
    running = child.pid;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      endGroup(child.pid);
    }, bound);
    try {
      if ((await child.status).success) return "survived";
      return isLate ? "timed out" : "killed";
    } finally {
      clearTimeout(timer);
      endGroup(child.pid);
      running = null;
    }
  }

  async function withMutant<Result>(mutant: Mutant, work: () => Promise<Result>): Promise<Result> {
    const path = `${folder}/${mutant.file}`;
    const source = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, mutate(source, mutant));
    try {
      return await work();
    } finally {
      await Deno.writeTextFile(path, source);
    }
  }

  return {
    tryMutant: (mutant, tests, bound) => withMutant(mutant, () => run(tests, bound)),
    isOfWrongType: (mutant) =>
      withMutant(mutant, async () => {
        const args = ["check", "--quiet", "--frozen", "src"];
        const check = new Deno.Command(Deno.execPath(), {
          args,
          cwd: folder,
          stdout: "null",
          stderr: "null",
        });
        return !(await check.output()).success;
      }),
    async measure(tests, bound) {
      const start = performance.now();
      const fate = await run(tests, bound);
      return fate === "survived" ? performance.now() - start : null;
    },
    async remove() {
      if (running !== null) endGroup(running);
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The bound of a run of tests that take so long together, in milliseconds. */
export function boundOf(milliseconds: number): number {
  return START_MS + TIMES * milliseconds;
}

export function mutate(source: string, { start, end, replacement }: Mutant): string {
  return source.slice(0, start) + replacement + source.slice(end);
}

const ARGS = [
  "test",
  "--quiet",
  "--no-check",
  "--fail-fast",
  "--frozen",
  "--no-prompt",
  "--allow-all",
  "--unstable-worker-options",
];

/** The runner and all processes that its tests started are one group, which ends as a whole. */
function endGroup(pid: number): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch (error) {
    // All of them have ended.
    if (
      !(error instanceof Deno.errors.NotFound) && !(error instanceof Error && /ESRCH/.test(error.message))
    ) throw error;
  }
}
