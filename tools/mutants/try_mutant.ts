/** Runs the tests of a mutant in a copy of the project. */
import type { Mutant } from "./list_mutants.ts";
import type { Fate } from "./scores.ts";

/** A mutant may loop for ever. It gets a start-up, and this many times the time of the same tests without it. */
const TIMES = 4;
const START_MS = 3_000;

/** A mutant may wait for ever. On a busy machine, tests may take so many times their time of the processor. */
const TIMES_WAITED = 20;

/** Of a process that the kernel ended because of `ulimit -t`, as bash gives it: 128 and SIGXCPU. */
const OUT_OF_TIME = 152;

/** All files except those of builds and machines, which may be large. */
const NOT_COPIED = [".git", ".deno", "dist"];

/** How a run of tests ended; `waited`: it took long, but little of the processor. */
export interface Run {
  readonly fate: Fate | "waited";
  /** The test file that failed. */
  readonly failed: string | null;
  /** Of the processor, in milliseconds. */
  readonly duration: number;
}

/**
 * One copy, in which one mutant at a time is tried. Times are those of the processor, in milliseconds: other programs do
 * not change them.
 */
export interface Copy {
  /**
   * What becomes of a mutant under these tests, run in this order, within `bound` milliseconds.
   * @param wait So many milliseconds may pass by the clock.
   */
  tryMutant(mutant: Mutant, tests: readonly string[], bound: number, wait?: number): Promise<Run>;
  /** Whether the type check of all code finds the mutant. */
  isOfWrongType(mutant: Mutant): Promise<boolean>;
  /** How long these test files take; null where one fails, or they take longer than `bound`. */
  measure(tests: readonly string[], bound: number): Promise<number | null>;
  /** Ends the tests that run in it, too. */
  remove(): Promise<void>;
}

export async function makeCopy(root: string): Promise<Copy> {
  let running: number | null = null;
  const folder = await Deno.makeTempDir({ prefix: "kato-mutants-" });
  const said = `${folder}.said`;
  const names = [...Deno.readDirSync(root)].map(({ name }) => name).filter((name) =>
    !NOT_COPIED.includes(name)
  );
  const args = ["-a", ...names.map((name) => `${root}/${name}`), folder];
  if (!(await new Deno.Command("cp", { args }).output()).success) throw new Error("cp failed");
  for (const path of [said, `${said}.time`]) await Deno.writeTextFile(path, "");

  async function run(tests: readonly string[], bound: number, wait = TIMES_WAITED * bound): Promise<Run> {
    const child = new Deno.Command("bash", {
      args: ["-c", TIMED, "bash", String(Math.ceil(bound / 1_000)), said, Deno.execPath(), ...ARGS, ...tests],
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
    }, wait);
    try {
      const { code } = await child.status;
      if (isLate) return { fate: "waited", failed: null, duration: bound };
      const text = await Deno.readTextFile(said);
      const [user, system] =
        (await Deno.readTextFile(`${said}.time`)).trim().split("\n").at(-1)?.split(" ") ?? [];
      return {
        fate: code === 0 ? "survived" : code === OUT_OF_TIME ? "timed out" : "killed",
        failed: code === 0 ? null : lastTestOf(text),
        duration: 1_000 * (Number(user) + Number(system)),
      };
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
    tryMutant: (mutant, tests, bound, wait) => withMutant(mutant, () => run(tests, bound, wait)),
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
      const { fate, duration } = await run(tests, bound);
      return fate === "survived" ? duration : null;
    },
    async remove() {
      if (running !== null) endGroup(running);
      for (const path of [folder, said, `${said}.time`]) await Deno.remove(path, { recursive: true });
    },
  };
}

/** The test file that ran last: in a run that stops at the first failure, it is the one that failed. */
export function lastTestOf(said: string): string | null {
  return [...said.matchAll(/^running \d+ tests? from \.\/(\S+)$/gm)].at(-1)?.[1] ?? null;
}

/** The bound of a run of tests that take so long together, in milliseconds. */
export function boundOf(milliseconds: number): number {
  return START_MS + TIMES * milliseconds;
}

export function mutate(source: string, { start, end, replacement }: Mutant): string {
  return source.slice(0, start) + replacement + source.slice(end);
}

/** Runs a command within seconds of the processor, $1; its words go to the file $2, its times to another. */
const TIMED = `
ulimit -S -t "$1"
TIMEFORMAT="%U %S"
{ time "\${@:3}" >"$2" 2>/dev/null; } 2>"$2.time"
`;

const ARGS = [
  "test",
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
