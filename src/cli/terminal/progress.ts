/** A progress bar for work that takes a while, on a terminal only. */
import type { Output } from "../context.ts";
import { fit } from "./style.ts";

/** Work that is shorter needs no bar. Milliseconds. */
const QUIET = 400;
/** Between two changes of the bar. Milliseconds. */
const STEP = 100;
const BAR = 24;

export interface Progress {
  /** `done` of `total`. `label` says of what, and how much. */
  show(label: () => string, done: number, total: number): void;
  clear(): void;
}

export const NO_PROGRESS: Progress = { show: () => {}, clear: () => {} };

export function showProgress(terminal: Output): Progress {
  const start = performance.now();
  let shown = false;
  let next = QUIET;
  return {
    show(label, done, total) {
      const elapsed = performance.now() - start;
      if (elapsed < next) return;
      next = elapsed + STEP;
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const filled = Math.round(share * BAR);
      const bar = "█".repeat(filled) + "░".repeat(BAR - filled);
      const percent = String(Math.floor(share * 100)).padStart(3);
      terminal.write(
        `\r\u001b[K${fit(`${bar} ${percent} %  ${label()}`, terminal.columns - 1)}`,
      );
      shown = true;
    },
    clear() {
      if (shown) terminal.write("\r\u001b[K");
      shown = false;
    },
  };
}
