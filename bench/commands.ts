/** Commands typed in a terminal: from their start until they have ended. */
import { type Host, labelOf } from "./daemon.ts";
import type { Installation } from "./installation.ts";
import { median, startCheckout } from "./measure.ts";
import { milliseconds, type Row } from "./row.ts";

/** Lines, and how long they may take where kato is installed. Milliseconds. */
const COMMANDS = [["--version", 20], ["help", 20], ["status", 80], ["sessions", null]] as const;

/** In a home in which a daemon of the installation runs. */
export async function measureCommands(
  installation: Installation,
  home: string,
  runs: number,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [line, goal] of COMMANDS) {
    const installed = await time(() => installation.start([line], home), runs);
    rows.push(row(line, installation, installed, goal));
    rows.push(row(line, "jit", await time(() => startCheckout([line], home), runs), null));
  }
  return rows;
}

async function time(start: () => Deno.ChildProcess, runs: number): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run <= runs; run += 1) {
    const began = performance.now();
    const { success, code } = await start().status;
    // The first brings the program's files into the machine's memory.
    if (run > 0) times.push(performance.now() - began);
    if (!success) throw new Error(`a command ended with status ${code}`);
  }
  return times;
}

function row(line: string, host: Host, times: readonly number[], goal: number | null): Row {
  const middle = median(times);
  return {
    what: `kato ${line}, ${typeof host === "string" ? "deno task kato" : labelOf(host)}`,
    goal: goal === null ? null : `< ${milliseconds(goal)}`,
    result: milliseconds(middle),
    context: `${times.length} runs: ${milliseconds(Math.min(...times))} to ${
      milliseconds(Math.max(...times))
    }`,
    reached: goal === null ? null : middle < goal,
  };
}
