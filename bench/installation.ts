/**
 * kato as it is installed, built from this checkout: launcher, monitor, every role a process. Its daemon refuses to run
 * as root, so for root it is measured as another user, in a home that belongs to that user.
 */
import { dirname, join } from "@std/path";

/** Nobody's number on any machine that measures as root. */
const PERSON = 42_424;

const ROOT = new URL("../", import.meta.url).pathname;

export interface Installation {
  /** Starts a command line and drops its output. */
  start(line: readonly string[], home: string): Deno.ChildProcess;
  /** Makes a home for it. */
  makeHome(home: string, folder?: string): void;
}

export type Made = { readonly made: true; readonly installation: Installation } | {
  readonly made: false;
  readonly why: string;
};

/** Makes one below `folder`: a copy of the one in `dist`, or a new one. */
export async function makeInstallation(folder: string, dist: string | null = null): Promise<Made> {
  const place = join(folder, "installed");
  const make = dist === null
    ? {
      program: Deno.execPath(),
      args: ["run", "--quiet", "--frozen", "--allow-all", `${ROOT}tools/build.ts`, "--output", place],
    }
    : { program: "cp", args: ["-r", "--", dist, place] };
  const build = new Deno.Command(make.program, { args: make.args, cwd: ROOT, stdin: "null" });
  const { success, stdout, stderr } = await build.output();
  const said = new TextDecoder().decode(success ? stdout : stderr).trim();
  const program = join(place, "bin/kato");
  // A build without a C compiler succeeds, and names the missing part.
  if (!success || !exists(program)) {
    return { made: false, why: said.split("\n").at(-1) ?? "the build failed" };
  }
  // A temporary folder is closed to others, but the measured person must reach the files in it.
  Deno.chmodSync(folder, 0o755);
  return { made: true, installation: { start: (line, home) => start(program, line, home), makeHome } };
}

function start(program: string, line: readonly string[], home: string): Deno.ChildProcess {
  const person = isRoot()
    ? ["setpriv", `--reuid=${PERSON}`, `--regid=${PERSON}`, "--clear-groups", "--"]
    : [];
  const [command = program, ...args] = [...person, program, ...line];
  return new Deno.Command(command, {
    args,
    cwd: home,
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", HOME: home },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** `folder`, in it, is the person's too, and all above it up to the home. */
function makeHome(home: string, folder = home): void {
  Deno.mkdirSync(folder, { recursive: true });
  for (let made = folder; made.startsWith(home); made = dirname(made)) {
    Deno.chmodSync(made, 0o755);
    if (isRoot()) Deno.chownSync(made, PERSON, PERSON);
  }
}

function isRoot(): boolean {
  return Deno.uid() === 0;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
