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
  /** Its output is shown in one piece when it is over: another run is shown meanwhile. */
  readonly isShownAtEnd?: boolean;
}

/** Several runs as one. */
export function sumOf(counts: readonly Count[]): Count {
  return counts.reduce((sum, { code, passed, failed, ignored }) => ({
    code: sum.code || code,
    passed: sum.passed + passed,
    failed: sum.failed + failed,
    ignored: sum.ignored + ignored,
  }), { code: 0, passed: 0, failed: 0, ignored: 0 });
}

export async function runCounted(run: TestRun): Promise<Count> {
  const { command, cwd, env, clearEnv, args, isShownAtEnd = false } = run;
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
    stderr: isShownAtEnd ? "piped" : "inherit",
  }).spawn();
  const shown: Uint8Array[] = [];
  const show = async (bytes: Uint8Array) => void (isShownAtEnd ? shown.push(bytes) : await writeAll(bytes));
  const errors = isShownAtEnd ? showAll(child.stderr, show) : Promise.resolve();
  let passed = 0;
  let failed = 0;
  let ignored = 0;
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    await show(new TextEncoder().encode(text));
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
  await errors;
  const { code } = await child.status;
  for (const bytes of shown) await writeAll(bytes);
  // A file that does not even load fails the run without failing a test.
  if (code !== 0 && failed === 0) failed = 1;
  return { code, passed, failed, ignored };
}

async function showAll(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  show: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  for await (const bytes of stream) await show(bytes);
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length;) from += await Deno.stdout.write(bytes.subarray(from));
}

/** The line that a run of tests ends with. */
export function closingLine({ passed, failed, ignored }: Omit<Count, "code">): string {
  return `\n${passed} passed, ${failed} failed${ignored > 0 ? `, ${ignored} skipped` : ""}`;
}
