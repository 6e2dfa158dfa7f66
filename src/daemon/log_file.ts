/**
 * `logs/kato.log` and its generations. If the disk takes nothing, lines of this file are lost, and nothing else.
 * Requires read and write on the logs folder.
 */
import { LOG_FILE_BYTES, LOG_FILE_GENERATIONS } from "../protocol/limits.ts";
import { entryAt } from "../disk/entry_at.ts";
import { systemCode } from "../protocol/system_words.ts";

export interface LogFile {
  /** Never throws. */
  append(line: string): void;
}

/** @param report Hears of the first line that is lost, and of the first one that is written again. */
export function openLogFile(
  path: string,
  report: { readonly failed: (problem: string) => void; readonly works: (lost: number) => void },
): LogFile {
  let lost = 0;
  return {
    append(line) {
      try {
        append(path, line);
      } catch (error) {
        lost += 1;
        if (lost === 1) report.failed(codeOf(error));
        return;
      }
      if (lost === 0) return;
      const before = lost;
      lost = 0;
      report.works(before);
    },
  };
}

/** Opens the file for each line: it may be moved or removed at any time. */
function append(path: string, line: string): void {
  const found = entryAt(path);
  // Opening a FIFO would block, and a link leads elsewhere.
  if (found !== null && !(found.isFile && found.nlink === 1)) throw new NotPlain();
  if (found !== null && found.size >= LOG_FILE_BYTES) rotate(path);
  else if (found !== null && ((found.mode ?? 0) & 0o777) !== 0o600) Deno.chmodSync(path, 0o600);
  using file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
  const bytes = new TextEncoder().encode(`${line}\n`);
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
}

/** `kato.log` becomes `kato.log.1`, and so on; the oldest is replaced. */
function rotate(path: string): void {
  for (let generation = LOG_FILE_GENERATIONS - 1; generation >= 1; generation--) {
    const from = generation === 1 ? path : `${path}.${generation - 1}`;
    if (entryAt(from) !== null) Deno.renameSync(from, `${path}.${generation}`);
  }
}

class NotPlain extends Error {}

function codeOf(error: unknown): string {
  if (error instanceof NotPlain) return "something that is no plain file of one name is there";
  const code = systemCode(error);
  if (code !== null) return code;
  throw error;
}
