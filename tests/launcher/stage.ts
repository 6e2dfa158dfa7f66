/**
 * An installation with the real launcher and runtime, stand-ins for `kato.js` and `plan.js`, and the home of a person
 * who is not root. Under root, the launcher runs as another user. Needs run, read and write.
 */
import { join } from "@std/path";
import { SUMS, sumsOf } from "../../tools/build/sums.ts";
import { asPerson, isRoot, PERSON } from "../../tools/tests/person.ts";
import { build, type Target } from "./build.ts";

export { asPerson, isRoot };

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly program?: Target;
  /** A program that starts the launcher, with its arguments: `prlimit …`. */
  readonly under?: readonly string[];
  /** Runs it as the user of the tests, root or not. */
  readonly asIs?: boolean;
}

export interface Stage extends Disposable {
  readonly root: string;
  readonly home: string;
  readonly library: string;
  /** The output of `plan.js`: fields of a plan, or bytes as they are. */
  plan(fields: readonly string[] | Uint8Array): void;
  /** A script beside kato.js. */
  script(name: string, text: string): void;
  /** A file below home, the person's own. */
  file(path: string, text: string): string;
  folder(path: string): string;
  spawn(line: readonly string[], options?: RunOptions): Deno.ChildProcess;
  run(line: readonly string[], options?: RunOptions): Promise<Ran>;
}

function own(path: string): void {
  if (isRoot) Deno.chownSync(path, PERSON, PERSON);
}

function place(from: string, to: string): void {
  try {
    Deno.linkSync(from, to);
  } catch {
    // It is on another file system, or belongs to another user.
    Deno.copyFileSync(from, to);
    Deno.chmodSync(to, 0o755);
  }
}

export function createStage(programs: readonly Target[] = ["kato"]): Stage {
  const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "kato-stage-" }));
  Deno.chmodSync(root, 0o755);
  const home = join(root, "home");
  const library = join(root, "lib/kato");
  for (const folder of ["bin", "lib", "lib/kato", "home"]) {
    Deno.mkdirSync(join(root, folder), { mode: 0o755 });
  }
  own(home);
  for (const program of programs) {
    Deno.copyFileSync(build(program), join(root, "bin", program));
    Deno.chmodSync(join(root, "bin", program), 0o755);
  }
  place(Deno.realPathSync(Deno.execPath()), join(library, "deno"));
  Deno.copyFileSync(build("facts"), join(library, "facts"));
  Deno.chmodSync(join(library, "facts"), 0o755);
  // No test changes this file, and a sum of the runtime would take half a second each time.
  const facts = ["facts", Deno.readFileSync(join(library, "facts"))] as const;
  Deno.writeTextFileSync(join(library, SUMS), sumsOf([facts]));
  const scripts = new URL("scripts/", import.meta.url).pathname;
  for (const { name } of Deno.readDirSync(scripts)) {
    Deno.copyFileSync(join(scripts, name), join(library, name));
  }

  function spawn(
    line: readonly string[],
    { env, cwd, program = "kato", asIs = false, under = [] }: RunOptions = {},
  ) {
    const [command = "", ...args] = [
      ...(asIs ? [] : asPerson()),
      ...under,
      join(root, "bin", program),
      ...line,
    ];
    return new Deno.Command(command, {
      args,
      cwd: cwd ?? home,
      clearEnv: true,
      // The search for leaks traces processes, which the filter refuses.
      env: { PATH: "/usr/bin:/bin", HOME: home, ASAN_OPTIONS: "detect_leaks=0", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  const stage: Stage = {
    root,
    home,
    library,
    plan(fields) {
      const bytes = fields instanceof Uint8Array ? fields : planBytes(fields);
      Deno.writeFileSync(join(library, "plan.bin"), bytes);
    },
    script: (name, text) => Deno.writeTextFileSync(join(library, name), text),
    file(path, text) {
      const whole = join(home, path);
      Deno.writeTextFileSync(whole, text);
      own(whole);
      return whole;
    },
    folder(path) {
      const whole = join(home, path);
      Deno.mkdirSync(whole);
      own(whole);
      return whole;
    },
    spawn,
    async run(line, options) {
      const child = spawn(line, options);
      await child.stdin.close().catch(() => {});
      const { code, stdout, stderr } = await child.output();
      const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      return { code, out: out ?? "", err: err ?? "" };
    },
    [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }),
  };
  stage.plan(planOf("help", []));
  return stage;
}

/** Fields of a plan with one role. */
export function planOf(profile: string, grants: readonly string[], hash = "none"): string[] {
  return ["kato-plan 1", `hash ${hash}`, `profile ${profile}`, `role ${profile}`, ...grants, "end"];
}

export function planBytes(fields: readonly string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(fields.map((field) => `${field}\0`).join(""));
}

/** Every process of the person's whose command line names `root`. */
export function processesOf(root: string): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
    if (!Number.isInteger(pid) || pid === Deno.pid) return false;
    try {
      return Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes(root);
    } catch {
      return false; // it ended in this moment
    }
  });
}
