/**
 * What a call executed, as the engine counts it: each block of kato's own code, and how often it ran. So the fuzzer knows
 * which inputs reach something new, and how much work an input makes without a clock.
 */
import { Session } from "node:inspector/promises";

const SOURCE = new URL("../../src/", import.meta.url).href;

/** The part of the engine's answer that is used. */
interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly ranges: readonly {
        readonly startOffset: number;
        readonly endOffset: number;
        readonly count: number;
      }[];
    }[];
  }[];
}

export interface Executed {
  /** Each block, with the magnitude of its count: a loop that runs more often by far is something new. */
  readonly places: readonly string[];
  /** Executions of blocks, all together: the work. */
  readonly steps: number;
}

export interface Watch extends AsyncDisposable {
  /** What was executed since the last question. */
  take(): Promise<Executed>;
}

export async function watchCode(): Promise<Watch> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return {
    async take() {
      const answer: unknown = await session.post("Profiler.takePreciseCoverage");
      return readCoverage(answer as Coverage);
    },
    async [Symbol.asyncDispose]() {
      await session.post("Profiler.stopPreciseCoverage");
      session.disconnect();
    },
  };
}

function readCoverage({ result }: Coverage): Executed {
  const places: string[] = [];
  let steps = 0;
  for (const { url, functions } of result) {
    if (!url.startsWith(SOURCE)) continue;
    const file = url.slice(SOURCE.length);
    for (const { ranges } of functions) {
      for (const { startOffset, endOffset, count } of ranges) {
        if (count === 0) continue;
        steps += count;
        places.push(`${file}:${startOffset}-${endOffset}*${Math.floor(Math.log2(count) / 2)}`);
      }
    }
  }
  return { places, steps };
}
