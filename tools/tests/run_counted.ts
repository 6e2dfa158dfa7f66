/** Runs the runtime's own test runner, shows its output, and counts. Needs run, and env for one variable. */

export interface Count {
  readonly code: number;
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
}

type Closing = Omit<Count, "code">;

export interface TestRun {
  /** The runner's program, and any words before it. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly clearEnv?: boolean;
  /** Options of the runner, and files or folders of tests. */
  readonly args: readonly string[];
  /** Its output is shown in one piece, after its end: another run is shown at the same time. */
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

/**
 * With `KATO_TRY_AGAIN` each file with a failure runs once more by itself. What passes then is counted as passed, and
 * named: it is a fault of the test or of kato that somebody must find, but it says nothing of the change at hand.
 */
export async function runCounted(run: TestRun): Promise<Count> {
  const first = await runOnce(run);
  const files = [...new Set(first.failures.flatMap((line) => failedFile(line) ?? []))];
  const { failures, ...count } = first;
  if (files.length === 0 || (Deno.env.get("KATO_TRY_AGAIN") ?? "") === "") return count;
  const options = run.args.filter((arg) => arg.startsWith("--") && !arg.startsWith("--ignore="));
  const second = await runOnce({ ...run, args: [...options, ...files] });
  for (const failure of unsteadyOf(failures, second)) {
    await write(new TextEncoder().encode(`unsteady: ${failure}\n`));
  }
  return {
    code: second.code,
    passed: first.passed + first.failed - second.failed,
    failed: second.failed,
    ignored: first.ignored,
  };
}

async function runOnce(run: TestRun): Promise<Count & { readonly failures: readonly string[] }> {
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
  const show = async (bytes: Uint8Array) => void (isShownAtEnd ? shown.push(bytes) : await write(bytes));
  const errors = isShownAtEnd ? showAll(child.stderr, show) : Promise.resolve();
  let closing: Closing | null = null;
  const failures: string[] = [];
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    await show(new TextEncoder().encode(text));
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      closing = readClosing(line) ?? closing;
      if (failedFile(line) !== null) failures.push(line);
    }
  }
  await errors;
  const { code } = await child.status;
  if (isShownAtEnd) await write(new TextEncoder().encode(`\n== ${args.join(" ")}\n`), ...shown);
  return { ...countOf(closing, code), failures };
}

/** The file that a line of the runner's list of failures names; null for any other line. Lines have no colours. */
export function failedFile(line: string): string | null {
  const found = line.match(/^\S.* => \.\/(\S+):\d+:\d+$|^\.\/(\S+) \(uncaught error\)$/);
  return found?.[1] ?? found?.[2] ?? null;
}

/** The failures of a first run that a second one, of their files alone, did not have. */
export function unsteadyOf(
  failures: readonly string[],
  second: { readonly code: number; readonly failures: readonly string[] },
): readonly string[] {
  // A run that fails without naming a test proves none of them.
  if (second.code !== 0 && second.failures.length === 0) return [];
  return failures.filter((failure) => !second.failures.includes(failure));
}

/** The counts of the runner's closing line; null for any other line. */
export function readClosing(line: string): Closing | null {
  const found = line.match(/^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed(?: \| (\d+) ignored)?/);
  return found === null
    ? null
    : { passed: Number(found[1]), failed: Number(found[2]), ignored: Number(found[3] ?? 0) };
}

export function countOf(closing: Closing | null, code: number): Count {
  const { passed, failed, ignored } = closing ?? { passed: 0, failed: 0, ignored: 0 };
  // A runner without a closing line did not come to its end. A file that does not load fails no test, only the run.
  const own = closing === null ? code || 1 : code;
  return { code: own, passed, failed: own !== 0 && failed === 0 ? 1 : failed, ignored };
}

async function showAll(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  show: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  for await (const bytes of stream) await show(bytes);
}

let written: Promise<void> = Promise.resolve();

/** Writes these pieces together, after all earlier ones. */
function write(...pieces: readonly Uint8Array[]): Promise<void> {
  written = written.then(async () => {
    for (const bytes of pieces) {
      for (let from = 0; from < bytes.length;) from += await Deno.stdout.write(bytes.subarray(from));
    }
  });
  return written;
}

/** The line that a run of tests ends with. */
export function closingLine({ passed, failed, ignored }: Closing): string {
  return `\n${passed} passed, ${failed} failed${ignored > 0 ? `, ${ignored} skipped` : ""}`;
}
