/** Which source an installation is built from, as `kato version` says it. Starts git. */
import { BUILT_FROM } from "../../src/version.ts";
import { BuildError, runProgram } from "./run_program.ts";

/** KATO_COMMIT where it is set: a source without git, as packagers have it, names its commit so. */
export async function builtFrom(root: string): Promise<string> {
  const given = Deno.env.get("KATO_COMMIT") ?? "";
  if (given !== "") {
    if (!/^[0-9a-f]{7,64}$/.test(given)) throw new BuildError(`KATO_COMMIT is no commit: ${given}`);
    return `commit ${given.slice(0, 12)}`;
  }
  try {
    const commit = await git(root, "rev-parse", "--short=12", "HEAD");
    const isChanged = await git(root, "status", "--porcelain", "--untracked-files=no") !== "";
    return `commit ${commit}${isChanged ? " with changes" : ""}`;
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return "of an unknown commit";
  }
}

async function git(root: string, ...args: readonly string[]): Promise<string> {
  return new TextDecoder().decode(await runProgram("git", ["-C", root, ...args], { cwd: root })).trim();
}

/** The bundles with `source` in the place of the checkout's words. */
export function writeSource(bundles: ReadonlyMap<string, string>, source: string): Map<string, string> {
  const named = JSON.stringify(BUILT_FROM);
  const written = new Map(
    [...bundles].map(([name, text]) => [name, text.replaceAll(named, JSON.stringify(source))]),
  );
  const changed = [...written].filter(([name, text]) => text !== bundles.get(name));
  if (changed.length === 0) throw new Error("internal error: no bundle says what it was built from");
  return written;
}
