/** One line of the table of results, and how its numbers are written. */

export interface Row {
  readonly what: string;
  /** Null where a number is context only. */
  readonly goal: string | null;
  /** The ratio, or the number that the goal is about. */
  readonly result: string;
  /** Absolute numbers behind it. */
  readonly context: string;
  readonly reached: boolean | null;
}

/** A Markdown table. */
export function formatTable(rows: readonly Row[]): string {
  const lines = rows.map(({ what, goal, result, context, reached }) =>
    `| ${what} | ${result} | ${goal ?? ""} | ${
      reached === null ? "" : reached ? "yes" : "**no**"
    } | ${context} |`
  );
  return ["| what | result | goal | reached | absolute |", "|---|---|---|---|---|", ...lines].join("\n") +
    "\n";
}

export function percent(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)} %`;
}

export function milliseconds(ms: number): string {
  return ms < 10
    ? `${ms.toFixed(1)} ms`
    : ms < 10_000
    ? `${ms.toFixed(0)} ms`
    : `${(ms / 1000).toFixed(1)} s`;
}

/** Sizes of memory, and of files that are made as large: 1 MB is a million bytes. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

export function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(0)} GB` : megabytes(bytes);
}

/** When, by which task and on which machine the figures were measured. */
export function describeMachine(task: string): string {
  const model = /^model name\s*: (.*)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? "unknown";
  const memory = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, \`${task}\`, Deno ${Deno.version.deno}, ` +
    `Linux ${Deno.osRelease()}, ${navigator.hardwareConcurrency} cores (${model}), ${memory} GiB of memory.`;
}
