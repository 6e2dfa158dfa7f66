/**
 * The file that an export writes: opened as it was decided, compared with the decision before it gets a byte.
 * Requires write on the destination, and list on its folder for the comparison. Room: cli; edge.
 */
import type { Allowed, Decision } from "../../policy/decision.ts";
import type { OpenedFile } from "../../protocol/writer_messages.ts";
import type { DestinationFile } from "../../writer/destination_file.ts";
import { openOwnFile } from "../../writer/own_file.ts";

export interface OutputFile {
  /** A promise where the disk is behind: nothing may be written before it has come. */
  write(text: string): Promise<void> | null;
  /** Flushes and closes; the size. */
  finish(): Promise<number>;
  /** Closes; a file that was made for this export is removed. Whether it was. */
  abandon(): Promise<boolean>;
  /** Closes it with what is in it. */
  close(): Promise<void>;
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
  let late: Deno.FsFile;
  try {
    opening = openOwnFile({ destination: path, create: existing === null, directories });
    late = Deno.openSync(path, { append: true });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { reason: "cannot-open", code: error.code, message: `Cannot open ${path}: ${error.message}.` };
  }
  const { file, found } = opening;
  const difference = isSame(found, late.statSync())
    ? compare(found, decision, decideAgain(`${found.dev}:${found.ino}`))
    : "swapped";
  if (difference !== null) {
    late.close();
    file.close();
    return {
      reason: difference,
      code: null,
      message: `What was opened is not what was decided (${difference}); nothing was written. Try again.`,
    };
  }
  // Only now is it known to be the file that the person wants replaced.
  if (existing !== null) file.truncate(0);
  return { file: sinkOf(file, late, existing === null ? path : null) };
}

function compare(opened: OpenedFile, { existing }: Allowed, again: Decision): string | null {
  if (!opened.isFile) return "not-a-regular-file";
  if (opened.links !== 1) return "hard-link";
  if (existing !== null && !isSame(opened, existing)) return "swapped";
  return again.allow && isSame(opened, again.existing) ? null : "swapped";
}

function isSame(
  opened: OpenedFile,
  other: { readonly dev: number; readonly ino: number | null } | null,
): boolean {
  return other !== null && other.dev === opened.dev && other.ino === opened.ino;
}

const encoder = new TextEncoder();

/**
 * Text becomes bytes in buffers that are used again and again: a new one each time is garbage by the gigabyte. File
 * systems take a large piece in a fraction of the time of many small ones.
 */
const BUFFER_BYTES = 4 * 1024 * 1024;

/** After as many buffers what was written goes to the disk, so that little is left to wait for at the end. */
const BUFFERS_TO_FLUSH = 8;

/**
 * One buffer is filled while the other is written: where a file is new, the kernel takes a third of an export's time.
 *
 * @param late The same file, by a handle whose writes run beside this thread; `node:fs` has none.
 */
function sinkOf(file: DestinationFile, late: Deno.FsFile, created: string | null): OutputFile {
  let buffer = new Uint8Array(BUFFER_BYTES);
  let other = new Uint8Array(BUFFER_BYTES);
  let filled = 0;
  let drained = 0;
  /** The write of `other`. */
  let writing: Promise<void> = Promise.resolve();

  async function writeOut(bytes: Uint8Array, flush: boolean): Promise<void> {
    for (let written = 0; written < bytes.length;) written += await late.write(bytes.subarray(written));
    if (flush) await late.syncData();
  }

  /** Comes when the buffer that was written before may be filled. */
  async function drain(): Promise<void> {
    await writing;
    drained += 1;
    writing = writeOut(buffer.subarray(0, filled), drained % BUFFERS_TO_FLUSH === 0);
    // Its failure is the next drain's to tell.
    writing.catch(() => {});
    [buffer, other] = [other, buffer];
    filled = 0;
  }

  /** Whether all of `text` found room, and what did not. */
  function fill(text: string): string {
    const { read, written } = encoder.encodeInto(text, buffer.subarray(filled));
    filled += written;
    return read === text.length ? "" : text.slice(read);
  }

  async function drainAndFill(text: string): Promise<void> {
    for (let rest = text; rest !== "";) {
      await drain();
      rest = fill(rest);
    }
  }

  async function close(): Promise<void> {
    // Whatever became of it: a handle is not closed under a write.
    await writing.catch(() => {});
    late.close();
    file.close();
  }

  return {
    write(text) {
      const rest = fill(text);
      return rest === "" ? null : drainAndFill(rest);
    },
    async finish() {
      await drain();
      await writing;
      const size = file.flush();
      await close();
      return size;
    },
    async abandon() {
      await close();
      if (created !== null) Deno.removeSync(created);
      return created !== null;
    },
    close,
  };
}

export function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string" &&
    !(error instanceof Deno.errors.NotCapable);
}
