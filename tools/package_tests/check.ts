/** Defines a check of the packages and runs checks. Starts programs. */
import { isInstalled } from "../system/command.ts";

export interface Check {
  readonly name: string;
  /** Programs without which it is skipped. */
  readonly needs: readonly string[];
  /** Only root can make the root file systems that it needs. */
  readonly needsRoot?: boolean;
  /** Throws a Finding, or Missing. */
  run(): void | Promise<void>;
}

/** Something in a package that is not as it must be. */
export class Finding extends Error {
  override readonly name = "Finding";
}

/** The tools that this machine lacks for a check. */
export class Missing extends Error {
  override readonly name = "Missing";
}

export function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Finding(otherwise);
}

export function expectNone(found: readonly string[], otherwise: string): void {
  expect(found.length === 0, `${otherwise}\n${found.map((line) => `  ${line}`).join("\n")}`);
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  /** Both streams. */
  readonly all: string;
}

export async function run(line: readonly string[], options: Deno.CommandOptions = {}): Promise<Ran> {
  const [program = "", ...args] = line;
  const env = { LC_ALL: "C.UTF-8", ...options.env };
  const { code, stdout, stderr } = await new Deno.Command(program, { stdin: "null", ...options, args, env })
    .output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out: out ?? "", all: `${out}${err}` };
}

/** Its standard output. */
export async function succeed(line: readonly string[], options: Deno.CommandOptions = {}): Promise<string> {
  const { code, out, all } = await run(line, options);
  expect(code === 0, `${line.join(" ")} ended with ${code}:\n${all}`);
  return out;
}

/** Runs them one after another, and prints a line for each. */
export async function runChecks(checks: readonly Check[]) {
  const count = { passed: 0, failed: 0, ignored: 0 };
  for (const check of checks) {
    const missing = [];
    for (const program of check.needs) if (!await isInstalled(program)) missing.push(program);
    if (check.needsRoot === true && Deno.uid() !== 0) missing.push("root");
    if (missing.length > 0) {
      count.ignored += 1;
      console.log(`skipped ${check.name}: needs ${missing.join(", ")}`);
      continue;
    }
    const start = performance.now();
    try {
      await check.run();
      count.passed += 1;
      console.log(`ok      ${check.name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    } catch (error) {
      if (error instanceof Missing) {
        count.ignored += 1;
        console.log(`skipped ${check.name}: ${error.message}`);
      } else if (error instanceof Finding) {
        count.failed += 1;
        console.log(`FAILED  ${check.name}\n${error.message}`);
      } else throw error;
    }
  }
  return count;
}
