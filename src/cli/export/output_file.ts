/**
 * The file that an export writes: opened as it was decided, compared with the decision before it gets a byte.
 * Requires write on the destination, and list on its folder for the comparison. Room: cli; edge.
 */
import type { Allowed, Decision } from "../../policy/decision.ts";
import type { OpenedFile } from "../../protocol/writer_messages.ts";
import type { DestinationFile } from "../../writer/destination_file.ts";
import { openOwnFile } from "../../writer/own_file.ts";

export interface OutputFile {
  write(text: string): void;
  /** Flushes and closes; the size. */
  finish(): number;
  /** Closes; a file that was made for this export is removed. Whether it was. */
  abandon(): boolean;
}

export type Opened =
  | { readonly file: OutputFile }
  /** `reason`: a code for the audit log; `code`: the system's own, if it refused. */
  | { readonly reason: string; readonly code: string | null; readonly message: string };

/**
 * @param decideAgain The same decision, with `dev:ino` taken as a file of kato's: a folder above the destination may
 * have become a link between decision and opening.
 */
export function openOutput(decision: Allowed, decideAgain: (identity: string) => Decision): Opened {
  const { path, existing, directories } = decision;
  let opening: ReturnType<typeof openOwnFile>;
  try {
    opening = openOwnFile({ destination: path, create: existing === null, directories });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { reason: "cannot-open", code: error.code, message: `Cannot open ${path}: ${error.message}.` };
  }
  const { file, found } = opening;
  const difference = compare(found, decision, decideAgain(`${found.dev}:${found.ino}`));
  if (difference !== null) {
    file.close();
    return {
      reason: difference,
      code: null,
      message: `What was opened is not what was decided (${difference}); nothing was written. Try again.`,
    };
  }
  // Only now is it known to be the file that the person wants replaced.
  if (existing !== null) file.truncate(0);
  return { file: sinkOf(file, existing === null ? path : null) };
}

function compare(opened: OpenedFile, { existing }: Allowed, again: Decision): string | null {
  if (!opened.isFile) return "not-a-regular-file";
  if (opened.links !== 1) return "hard-link";
  const isSame = (other: { readonly dev: number; readonly ino: number } | null) =>
    other !== null && other.dev === opened.dev && other.ino === opened.ino;
  if (existing !== null && !isSame(existing)) return "swapped";
  return again.allow && isSame(again.existing) ? null : "swapped";
}

const encoder = new TextEncoder();

/**
 * Text becomes bytes in one buffer that is used again and again: a new one each time is garbage by the gigabyte. File
 * systems take a large piece in a fraction of the time of many small ones.
 */
const BUFFER_BYTES = 4 * 1024 * 1024;

function sinkOf(file: DestinationFile, created: string | null): OutputFile {
  const buffer = new Uint8Array(BUFFER_BYTES);
  let filled = 0;
  const drain = () => {
    file.write(buffer.subarray(0, filled));
    filled = 0;
  };
  return {
    write(text) {
      for (let rest = text; rest !== "";) {
        const { read, written } = encoder.encodeInto(rest, buffer.subarray(filled));
        filled += written;
        if (read === rest.length) return;
        drain();
        rest = rest.slice(read);
      }
    },
    finish() {
      drain();
      const size = file.flush();
      file.close();
      return size;
    },
    abandon() {
      file.close();
      if (created !== null) Deno.removeSync(created);
      return created !== null;
    },
  };
}

export function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string" &&
    !(error instanceof Deno.errors.NotCapable);
}
