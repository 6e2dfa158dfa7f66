/** Compiles the launcher and its program for `kato doctor`, from C, where there is a compiler. */
import { type Architecture, hostArchitecture } from "./pins.ts";
import { runProgram } from "./run_program.ts";

export type Launcher = {
  readonly made: true;
  readonly program: Uint8Array<ArrayBuffer>;
  readonly facts: Uint8Array<ArrayBuffer>;
} | {
  readonly made: false;
  readonly why: string;
};

/** @param work The build's own folder: nothing is made beside the source. `builtFrom`: for `kato version`. */
export async function makeLauncher(
  root: string,
  architecture: Architecture,
  work: string,
  builtFrom: string,
): Promise<Launcher> {
  const source = `${root}/src/launcher`;
  if (!exists(`${source}/Makefile`)) return { made: false, why: "there is no src/launcher/Makefile" };
  const compiler = Deno.env.get("CC");
  if (architecture !== hostArchitecture() && compiler === undefined) {
    return { made: false, why: `CC names no compiler for ${architecture}` };
  }
  if (!await answers("make") || !await answers(compiler ?? "cc")) {
    return { made: false, why: "there is no C compiler with make" };
  }
  const made = `${work}/launcher-${architecture}`;
  Deno.mkdirSync(made, { recursive: true });
  await runProgram("make", ["-C", source, `BUILD=${made}`, `SOURCE=${builtFrom}`, "kato", "facts"], {
    cwd: root,
  });
  return {
    made: true,
    program: Deno.readFileSync(`${made}/kato`),
    facts: Deno.readFileSync(`${made}/facts`),
  };
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function answers(program: string): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(program, { args: ["--version"], stdin: "null" }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
