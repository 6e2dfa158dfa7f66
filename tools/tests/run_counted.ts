/** Runs the runtime's own test runner, shows its output, and counts. Needs run, env for one variable, and a temporary file. */
import { passedTests } from "./passed_tests.ts";

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
  const { failures, files, ...first } = await runOnce(run);
  if (files.length === 0 || (Deno.env.get("KATO_TRY_AGAIN") ?? "") === "") return first;
  const options = run.args.filter((arg) => arg.startsWith("--") && !arg.startsWith("--ignore="));
  const folder = Deno.makeTempDirSync();
  // The tests may run as another user, who makes the report.
  Deno.chmodSync(folder, 0o777);
  const report = `${folder}/report.xml`;
  try {
    const args = [...options, `--junit-path=${report}`, ...files];
    const second = await runOnce({ ...run, args });
    const forgiven = forgive(failures, passedTests(readReport(report)));
    for (const failure of forgiven) await write(new TextEncoder().encode(`unsteady: ${failure}\n`));
    // A step that fails is in the list, beside its test.
    const left = Math.min(failures.length - forgiven.length, first.failed);
    const failed = Math.max(second.failed, left);
    return {
      code: failed > 0 ? second.code || 1 : second.code,
      passed: first.passed + first.failed - Math.min(failed, first.failed),
      failed,
      ignored: first.ignored,
    };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Without a report, nothing has passed. */
function readReport(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

interface Ran extends Count {
  /** The lines of the runner's list of failures. */
  readonly failures: readonly string[];
  /** The files that had them. A test may be registered by a function of another file, which the list names then. */
  readonly files: readonly string[];
}

async function runOnce(run: TestRun): Promise<Ran> {
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
  // The runner names each twice: with its error, and in the list.
  const failures = new Set<string>();
  const files = new Set<string>();
  let file = "";
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    await show(new TextEncoder().encode(text));
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      closing = readClosing(line) ?? closing;
      file = runningFile(line) ?? file;
      if (isFailed(line)) files.add(file);
      const named = failureIn(line);
      if (named === null) continue;
      failures.add(line);
      if (named.isFile) files.add(named.file);
    }
  }
  await errors;
  const { code } = await child.status;
  if (isShownAtEnd) await write(new TextEncoder().encode(`\n== ${args.join(" ")}\n`), ...shown);
  return {
    ...countOf(closing, code),
    failures: [...failures],
    files: [...files].filter((name) => name !== ""),
  };
}

/** The file whose tests the runner begins; null for any other line. Lines have no colours. */
export function runningFile(line: string): string | null {
  return line.match(/^running \d+ tests? from (?:\.\/)?(\S+)$/)?.[1] ?? null;
}

/**
 * The end of a test that failed, behind its name or, where the runner said meanwhile how long it takes, on a line of its
 * own. What a test prints may look like it: its file runs once more for nothing.
 */
export function isFailed(line: string): boolean {
  return /(?:^ ?| \.\.\. )FAILED \([^()]*\)$/.test(line);
}

/** Whether a line is of the runner's list of failures: a test's, or a file's that did not load. */
export function failureIn(
  line: string,
): { readonly isFile: false } | { readonly isFile: true; readonly file: string } | null {
  if (/^\S.* => \.{1,2}\/\S+:\d+:\d+$/.test(line)) return { isFile: false };
  const file = line.match(/^\.\/(\S+) \(uncaught error\)$/)?.[1];
  return file === undefined ? null : { isFile: true, file };
}

/** The failures whose tests a second run, of their files alone, ran and passed. A file that did not load is never forgiven. */
export function forgive(failures: readonly string[], passed: ReadonlySet<string>): readonly string[] {
  return failures.filter((failure) => passed.has(failure));
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
