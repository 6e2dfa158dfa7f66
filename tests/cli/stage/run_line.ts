/** Runs command lines in this process, in a home of their own, and keeps their output. */
import type { Context, Output } from "../../../src/cli/context.ts";
import type { KernelFacts } from "../../../src/cli/command_line/kernel_facts.ts";
import type { Outcome } from "../../../src/cli/outcome.ts";
import { parseArguments } from "../../../src/cli/command_line/parse_arguments.ts";

/** The facts on the kernel in the place of the launcher's. */
export const NO_KERNEL_FACTS: KernelFacts = {
  landlockAbi: null,
  processes: [],
  unit: null,
  misses: [],
  userNamespaces: null,
};

export interface Ran {
  /** `done`, `usage`, `denied` …; `text` when help or the version was printed. */
  readonly ended: Outcome["outcome"] | "text";
  readonly out: string;
  readonly err: string;
}

export interface Place {
  readonly home: string;
  readonly cwd: string;
  /** The administrator's folder. */
  readonly system: string;
}

/** A home as clients and people leave it, removed at the end. */
export function makeHome(): Place & Disposable {
  const top = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "kato-cli-" }));
  const [home, cwd, system] = [`${top}/home`, `${top}/home/work`, `${top}/etc`];
  for (const folder of [home, cwd, system]) Deno.mkdirSync(folder, { mode: 0o700 });
  return { home, cwd, system, [Symbol.dispose]: () => Deno.removeSync(top, { recursive: true }) };
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly now?: number;
  readonly planHash?: string;
  readonly kernelSandbox?: boolean;
  readonly kernelMissing?: readonly string[];
  readonly kernel?: KernelFacts;
  /** Columns of the terminal that standard output is; else it is a pipe. */
  readonly terminal?: number;
  /** Whether standard output takes colours. */
  readonly colour?: boolean;
  /** The same as `terminal`, for standard error. */
  readonly errors?: number;
}

export async function runLine(line: readonly string[], place: Place, options: RunOptions = {}): Promise<Ran> {
  const [out, err] = [collect(options.terminal, options.colour), collect(options.errors)];
  const parsed = parseArguments(line, out);
  if (parsed.parsed === "text") return { ended: "text", out: parsed.text, err: "" };
  if (parsed.parsed === "wrong") {
    return { ended: "usage", out: "", err: `${parsed.message}; try ${parsed.command}` };
  }
  const context: Context = {
    ...place,
    uid: Deno.uid() ?? 0,
    variables: (names) => {
      const given = Object.entries(options.environment ?? {});
      return Object.fromEntries(given.filter(([name]) => names.includes(name)));
    },
    now: options.now ?? Date.now(),
    timeZone: () => "UTC",
    planHash: options.planHash ?? null,
    kernelSandbox: options.kernelSandbox ?? false,
    kernelMissing: options.kernelMissing ?? [],
    outputMade: [],
    code: ["/opt/kato"],
    roles: "threads",
    kernel: options.kernel ?? NO_KERNEL_FACTS,
    administrator: Deno.uid() ?? 0,
    input: { readSync: () => null },
    out,
    err,
  };
  const { command, given } = parsed.invocation;
  const outcome = await command.run(given, context);
  if ("message" in outcome && outcome.message !== null) err.write(`${outcome.message}\n`);
  return { ended: outcome.outcome, out: out.text(), err: err.text() };
}

function collect(terminal?: number, colour = false): Output & { text(): string } {
  const parts: string[] = [];
  return {
    write: (text) => void parts.push(text),
    isTerminal: terminal !== undefined,
    columns: terminal ?? 80,
    colour,
    text: () => parts.join(""),
  };
}
