/** Shows a view on the whole terminal, again and again. Requires nothing but the stream and the terminal's size. */
import type { Output } from "../context.ts";
import type { Interruption } from "../outcome.ts";
import { consoleSize } from "./output.ts";

/** Between two looks at the view. Milliseconds. */
const LOOK_MS = 500;
/** Between two looks for a signal: Ctrl-C seems to act at once. Milliseconds. */
const SIGNAL_MS = 50;

/** Where the terminal does not say. */
const ROWS = 24;

/** Another screen than the one with the person's own lines, which comes back at the end; without the cursor. */
const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR_LINE = "\u001b[K";
const CLEAR_REST = "\u001b[J";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface LiveView {
  readonly out: Pick<Output, "write" | "columns">;
  /** The lines, none wider than `columns`. */
  readonly view: (columns: number) => Promise<readonly string[]>;
  /** The signal that came; null: none did. */
  readonly heard: () => Interruption | null;
  /** A test has its own. */
  readonly size?: () => Size;
}

/** Shows the view until a signal comes, and gives the screen back. */
export async function showLive(
  { out, view, heard, size = () => sizeOf(out) }: LiveView,
): Promise<Interruption> {
  let shown = "";
  out.write(ENTER);
  try {
    for (;;) {
      const { columns, rows } = size();
      const frame = frameOf(await view(columns), rows);
      if (frame !== shown) out.write(frame);
      shown = frame;
      for (let waited = 0; waited < LOOK_MS; waited += SIGNAL_MS) {
        const signal = heard();
        if (signal !== null) return signal;
        await new Promise((resolve) => setTimeout(resolve, SIGNAL_MS));
      }
    }
  } finally {
    // Nobody reads a terminal that is gone.
    if (heard() !== "hung-up") out.write(LEAVE);
  }
}

/** What a terminal of so many rows shows. It says how many lines it has no room for. */
function frameOf(lines: readonly string[], rows: number): string {
  const more = lines.length - rows;
  const fitting = more <= 0 ? lines : [
    ...lines.slice(0, Math.max(0, rows - 1)),
    `… ${more + 1} more lines: make this window taller`,
  ];
  return HOME + fitting.map((line) => line + CLEAR_LINE).join("\n") + CLEAR_REST;
}

function sizeOf({ columns }: Pick<Output, "columns">): Size {
  const size = consoleSize();
  return { columns: size?.columns ?? columns, rows: size?.rows ?? ROWS };
}
