/** Runs the checkout's own task, with its permissions, or an installed kato, as a person would from `cwd`. */
import { KATO } from "../../installed.ts";
import type { Place } from "./run_line.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const TASK: { readonly tasks: { readonly kato: { readonly command: string } } } = JSON.parse(
  Deno.readTextFileSync(`${ROOT}deno.json`),
);

/** The folder of dependencies, with any HOME. */
const CACHE = Deno.env.get("DENO_DIR") ??
  `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;

export interface Exited {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface ProcessOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Of standard input, which is else empty. */
  readonly input?: Uint8Array<ArrayBuffer>;
}

/** How a person would start it. */
export function commandOf(
  line: readonly string[],
  { home, cwd }: Pick<Place, "home" | "cwd">,
  environment: Readonly<Record<string, string>> = {},
) {
  if (KATO !== null) {
    return { path: KATO, args: [...line], cwd, env: { HOME: home, TZ: "UTC", ...environment } };
  }
  const [, ...flags] = TASK.tasks.kato.command.split(" ");
  return {
    path: Deno.execPath(),
    args: [...flags, ...line],
    cwd: ROOT,
    env: { HOME: home, INIT_CWD: cwd, DENO_DIR: CACHE, TZ: "UTC", ...environment },
  };
}

export function startProcess(
  line: readonly string[],
  place: Pick<Place, "home" | "cwd">,
  { environment, input }: ProcessOptions = {},
): Deno.ChildProcess {
  const pipes = { stdin: input === undefined ? "null" : "piped", stdout: "piped", stderr: "piped" } as const;
  const { path, ...command } = commandOf(line, place, environment);
  return new Deno.Command(path, { ...command, clearEnv: true, ...pipes }).spawn();
}

export async function runProcess(
  line: string,
  place: Pick<Place, "home" | "cwd">,
  options?: ProcessOptions,
): Promise<Exited> {
  const child = startProcess(line === "" ? [] : line.split(" "), place, options);
  const output = child.output();
  if (options?.input !== undefined) {
    // A reader that has had enough closes its end.
    await new Blob([options.input]).stream().pipeTo(child.stdin).catch(() => {});
  }
  const { code, stdout, stderr } = await output;
  return { status: code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}
