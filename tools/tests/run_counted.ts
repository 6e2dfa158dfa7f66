/** Runs the runtime's own test runner, shows what it prints, and counts. Needs run. */

export interface Count {
  readonly code: number;
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
}

export interface TestRun {
  /** The runner's program, and what comes before it, if anything. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly clearEnv?: boolean;
  /** Options of the runner, and files or folders of tests. */
  readonly args: readonly string[];
}

export async function runCounted({ command, cwd, env, clearEnv, args }: TestRun): Promise<Count> {
  const [program = "", ...before] = command;
  const child = new Deno.Command(program, {
    cwd,
    args: [
      ...before,
      "test",
      "--quiet",
      "--frozen",
      "--no-prompt",
      "--allow-all",
      "--unstable-worker-options",
      ...args,
    ],
    clearEnv: clearEnv ?? false,
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let passed = 0;
  let failed = 0;
  let ignored = 0;
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    await Deno.stdout.write(new TextEncoder().encode(text));
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const closing = line.match(/^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed(?: \| (\d+) ignored)?/);
      if (closing === null) continue;
      passed = Number(closing[1]);
      failed = Number(closing[2]);
      ignored = Number(closing[3] ?? 0);
    }
  }
  const { code } = await child.status;
  // A file that does not even load fails the run without failing a test.
  if (code !== 0 && failed === 0) failed = 1;
  return { code, passed, failed, ignored };
}

/** The line that a run of tests ends with. */
export function closingLine({ passed, failed, ignored }: Omit<Count, "code">): string {
  return `\n${passed} passed, ${failed} failed${ignored > 0 ? `, ${ignored} skipped` : ""}`;
}
