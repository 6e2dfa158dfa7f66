/** Starts a program that a build needs. A failure has the program's own words. */

export class BuildError extends Error {
  override readonly name = "BuildError";
}

export interface ProgramOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Its standard output. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: ProgramOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const command = new Deno.Command(program, { args: [...args], cwd, env, stdin: "null" });
  const { success, stdout, stderr } = await command.output().catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) throw new BuildError(`${program} is not installed`);
    throw error;
  });
  if (!success) {
    throw new BuildError(`${program} ${args.join(" ")} failed:\n${new TextDecoder().decode(stderr)}`);
  }
  return stdout;
}
