/** Programs of the host that build and start machines. Needs run. */

/** The programs that run now. */
const running = new Set<Deno.ChildProcess>();

/** Ends the programs that `run()` started and that still run. */
export function endRunning(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** The program's output. When the program fails, this throws with its words. */
export async function run(program: string, ...args: readonly string[]): Promise<string> {
  const command = new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  running.add(child);
  const { success, stdout, stderr } = await child.output();
  running.delete(child);
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed:\n${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

/** Whether `program` is on the path. */
export async function isInstalled(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", { args: ["-c", `command -v ${program}`], stdout: "null" })
    .output();
  return success;
}
