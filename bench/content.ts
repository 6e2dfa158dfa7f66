/** The content of the made sessions. It is the same for every client, so that their logs compare. */

/**
 * `outputs`: an agent at work, nine tenths of the bytes are tools' output, 24 KB a piece.
 * `talk`: much said and little printed, a thousand bytes a row.
 * `work`: files, edits and outputs that hold Markdown (work_rows.ts), as people's own logs do.
 */
export type Mix = "outputs" | "talk" | "work";

export interface Shape {
  /** Lines that a tool prints, in turn. */
  readonly outputLines: readonly number[];
  readonly paragraphs: number;
}

export const SHAPES: Readonly<Record<Mix, Shape>> = {
  outputs: { outputLines: [420, 420, 60, 420, 420], paragraphs: 1 },
  talk: { outputLines: [3, 12, 1, 8, 30], paragraphs: 6 },
  work: { outputLines: [60, 12, 30, 80, 5], paragraphs: 3 },
};

/** Rows of the person's turn between which the agent takes this many steps. */
export const STEPS = 32;

export const PROJECT = "/home/dev/work/bench";

export const LINE = "line of a step: the quick brown fox jumps over it";
export const OUTPUT = Array.from({ length: 420 }, (_, index) => `${LINE} for the ${index}th time`);

/** Markdown as models write it: a heading, prose with code in it, a list, now and then a fence. */
export function paragraphs(seed: number, count: number): string {
  const parts = [`Step ${seed}: moving on.`];
  for (let part = 1; part < count; part += 1) {
    parts.push(
      part % 4 === 3
        ? "```ts\nconst answer: number = await measure(42);\n```"
        : part % 4 === 2
        ? `## Part ${part}\n\n- item ${seed} with \`code\` in it\n- ünïcödé ✓ and a <tag>`
        : `The ${seed}th run gave what the one before gave. `.repeat(5).trim(),
    );
  }
  return parts.join("\n\n") + "\n";
}

/** Rows from this number on are written while a daemon follows: a command of another time would be history. */
const LIVE_ROWS = 2_000_000;

/** Of row `number`: two seconds between two. ISO 8601, UTC. */
export function time(number: number): string {
  return (number >= LIVE_ROWS ? new Date() : new Date(Date.UTC(2026, 0, 5, 8) + number * 2000)).toISOString();
}
