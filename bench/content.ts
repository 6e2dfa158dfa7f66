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

/** A session's id, in the form that most clients give it. */
export function sessionId(index: number): string {
  return recordId(0, index);
}

/** The id of record `number` of session `index`. */
export function recordId(number: number, index: number): string {
  return number.toString(16).padStart(8, "0") + idsEnd(index);
}

/** The end of every id of session `index`. */
function idsEnd(index: number): string {
  return `-0000-4000-b000-${index.toString(16).padStart(12, "0")}`;
}

/** The log of session `index`, made from that of session `sample`, with ids of its own: equal ones are those of a fork. */
export function varySession(text: string, sample: number, index: number): string {
  return text.replaceAll(idsEnd(sample), idsEnd(index));
}

/** A step of the agent: its call, what it says before that, and what the tool prints. */
export function stepAt(step: number, number: number, { outputLines, paragraphs: count }: Shape) {
  const lines = outputLines[step % outputLines.length] ?? 1;
  return {
    call: `call_${number}`,
    said: step % 3 === 0 ? paragraphs(number, count) : "",
    output: OUTPUT.slice(0, lines).join("\n"),
  };
}

/** Rows from this number on are written while a daemon follows: a command of another time would be history. */
const LIVE_ROWS = 2_000_000;

/** Of row `number`: two seconds between two. ISO 8601, UTC. */
export function time(number: number): string {
  return (number >= LIVE_ROWS ? new Date() : new Date(Date.UTC(2026, 0, 5, 8) + number * 2000)).toISOString();
}
