/** Compiles the launcher once for all tests of a process. Needs run, and write on a temporary folder. */
import { join } from "@std/path";
import type { Need } from "../needs.ts";

const SOURCE = new URL("../../src/launcher", import.meta.url).pathname;

function answers(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"], stdin: "null", stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The reason why the launcher cannot be built here; null when it can. */
export const WITHOUT_COMPILER: string | null = !["x86_64", "aarch64"].includes(Deno.build.arch)
  ? `the launcher does not know ${Deno.build.arch}`
  : answers(Deno.env.get("CC") ?? "cc") && answers("make")
  ? null
  : "there is no C compiler with make";

/** For a test of the launcher. */
export const COMPILER: Need = {
  isMet: WITHOUT_COMPILER === null,
  otherwise: `${WITHOUT_COMPILER}: deno task test runs it where both are installed`,
};

export type Target =
  | "facts"
  | "kato"
  | "kato-probe"
  | "known-check"
  | "place-check"
  | "plan-check"
  | "unit-plain"
  | "usage-check"
  | "filter";
const built = new Map<string, string>();
let folder: string | null = null;

/**
 * The path of a program of src/launcher/Makefile. With KATO_SANITIZED set, launchers are built with sanitizers, so that
 * the same tests find faults of memory.
 */
export function build(target: Target): string {
  const sanitized = Deno.env.get("KATO_SANITIZED") !== undefined && target.startsWith("kato");
  return make(sanitized ? "kato-sanitized" : target);
}

function make(target: Target | "kato-sanitized"): string {
  const done = built.get(target);
  if (done !== undefined) return done;
  if (folder === null) {
    folder = Deno.makeTempDirSync({ prefix: "kato-launcher-" });
    const made = folder;
    globalThis.addEventListener("unload", () => Deno.removeSync(made, { recursive: true }));
  }
  const { success, stderr } = new Deno.Command("make", {
    args: ["-C", SOURCE, `BUILD=${folder}`, target],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const path = join(folder, target);
  built.set(target, path);
  return path;
}
