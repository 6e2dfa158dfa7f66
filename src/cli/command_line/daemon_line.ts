/**
 * Reads the daemon's command line as launchers write it. The parser of the other commands would stay in the daemon's
 * memory.
 */
import type { Launch } from "./launch.ts";

/** What a launcher says to the daemon. */
export type DaemonLaunch = Omit<Launch, "kernel" | "outputMade">;

export interface DaemonLine {
  readonly launch: DaemonLaunch;
  readonly afterCrash: boolean;
}

const HASH = /^[0-9a-f]{64}$/;
const NUMBER = /^[0-9]{1,10}$/;
const WORDS = /^[a-z][a-z0-9-]{0,63}(?:,[a-z][a-z0-9-]{0,63})*$/;

/** Null for every other line. */
export function readDaemonLine(line: readonly string[]): DaemonLine | null {
  const at = line.indexOf("daemon");
  const launch = at < 0 ? null : readLaunch(line.slice(0, at));
  const [option, ...more] = line.slice(at + 1);
  const isPlain = more.length === 0 && (option === undefined || option === "--after-crash");
  return launch === null || !isPlain ? null : { launch, afterCrash: option !== undefined };
}

function readLaunch(words: readonly string[]): DaemonLaunch | null {
  let planHash: string | null = null;
  let kernelSandbox = false;
  let kernelMissing: readonly string[] = [];
  let administrator = 0;
  let roles: Launch["roles"] = "threads";
  for (let next = 0; next < words.length; next += 1) {
    const option = words[next];
    if (option === "--kernel-sandbox") {
      kernelSandbox = true;
      continue;
    }
    next += 1;
    const value = words[next] ?? "";
    if (option === "--plan-hash" && HASH.test(value)) planHash = value;
    else if (option === "--kernel-missing" && WORDS.test(value)) kernelMissing = value.split(",");
    else if (option === "--administrator" && NUMBER.test(value)) administrator = Number(value);
    else if (option === "--roles" && (value === "processes" || value === "threads")) roles = value;
    else return null;
  }
  return { planHash, kernelSandbox, kernelMissing, administrator, roles };
}
