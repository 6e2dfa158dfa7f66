/**
 * The file that an export writes. It is opened as decided, and compared with the decision before it gets a byte.
 * Requires write on the destination, and list on its folder for the comparison.
 */
import type { ReasonOf } from "../../audit/reasons.ts";
import type { Allowed, Decision } from "../../destination/decision.ts";
import { flushFoldersOf } from "../../disk/flush_folder.ts";
import { isSystemError, reasonOf, removeIfThere } from "../../disk/entry_at.ts";

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

export interface OutputFile {
  /** A promise where the disk is behind. Write no more before it resolves. */
  write(text: string): Promise<void> | null;
  /** Flushes and closes. Returns the size. */
  finish(): Promise<number>;
  /** Closes, and removes a file that was made for this export. Returns whether it did. */
  abandon(): Promise<boolean>;
  /** Closes, and leaves what was written. */
  close(): Promise<void>;
}

export type Opened =
  | { readonly file: OutputFile }
  /** `reason`: a code for the audit log; `code`: the system's own, if it refused. */
  | {
    readonly reason: ReasonOf<"destination-opened">;
    readonly code: string | null;
    readonly message: string;
  };

/**
 * @param isNew Whether it was made for this export, here or by the launcher, which takes it away if it stays empty.
 * @param decideAgain The same decision, with `dev:ino` taken as a file of kato's: a folder above the destination may
 * have become a link between decision and opening.
 */
export function openOutput(
  decision: Allowed,
  isNew: boolean,
  decideAgain: (identity: string) => Decision,
): Opened {
  const { path, existing } = decision;
  let file: Deno.FsFile;
  try {
    file = openFile(decision);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { reason: "cannot-open", code: error.code, message: `Cannot open ${path}: ${reasonOf(error)}.` };
  }
  const found = file.statSync();
  const difference = compare(found, decision, decideAgain(`${found.dev}:${found.ino}`));
  if (difference !== null) {
    file.close();
    return {
      reason: difference,
      code: null,
      message: `What was opened is not what was decided (${difference}); nothing was written. Try again.`,
    };
  }
  // Only now is it certain that this is the file to replace.
  if (existing !== null) file.truncateSync(0);
  const made = isNew ? [...decision.directories, path] : [];
  return { file: sinkOf(file, existing !== null && isNew ? "empty" : "remove", made) };
}

/**
 * Creates the file exclusively, after its folders, or opens it for appending. Not as a writer does (writer/self_made_file.ts),
 * which may not read and so needs `node:fs`, whose writes hold up this thread.
 */
function openFile({ path, existing, directories }: Allowed): Deno.FsFile {
  for (const directory of directories) {
    Deno.mkdirSync(directory, { mode: DIRECTORY_MODE });
    // A umask may take the owner's permissions too.
    Deno.chmodSync(directory, DIRECTORY_MODE);
  }
  if (existing !== null) return Deno.openSync(path, { append: true });
  const file = Deno.openSync(path, { append: true, createNew: true, mode: FILE_MODE });
  const { mode, dev, ino } = file.statSync();
  if (((mode ?? 0) & 0o777) !== FILE_MODE) {
    // chmod works by name only, and another file may stand there by now.
    const named = Deno.lstatSync(path);
    if (named.dev === dev && named.ino === ino) Deno.chmodSync(path, FILE_MODE);
  }
  return file;
}

function compare(
  opened: Deno.FileInfo,
  { existing }: Allowed,
  again: Decision,
): ReasonOf<"destination-opened"> | null {
  if (!opened.isFile) return "not-a-regular-file";
  if (opened.nlink !== 1) return "hard-link";
  const isSame = (other: { readonly dev: number; readonly ino: number } | null) =>
    other !== null && other.dev === opened.dev && other.ino === opened.ino;
  if (existing !== null && !isSame(existing)) return "swapped";
  return again.allow && isSame(again.existing) ? null : "swapped";
}

const encoder = new TextEncoder();

/**
 * Text becomes bytes in buffers that are used again and again: a new one each time is garbage by the gigabyte. File
 * systems take a large piece in a fraction of the time of many small ones.
 */
const BUFFER_BYTES = 4 * 1024 * 1024;

/** After this many buffers, data goes to the disk, so that the last flush has little to do. */
const BUFFERS_TO_FLUSH = 8;

/**
 * One buffer is filled while the other is written: where a file is new, the kernel takes a third of an export's time.
 *
 * @param undo What giving up does with a file that was made for this export.
 * @param made The file and the folders that were made for it, outermost first; none if it was there.
 */
function sinkOf(file: Deno.FsFile, undo: "remove" | "empty", made: readonly string[]): OutputFile {
  let buffer = new Uint8Array(BUFFER_BYTES);
  let other = new Uint8Array(BUFFER_BYTES);
  let filled = 0;
  let drained = 0;
  /** The write of `other`. */
  let writing: Promise<void> = Promise.resolve();

  async function writeOut(bytes: Uint8Array, flush: boolean): Promise<void> {
    for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
    if (flush) await file.syncData();
  }

  /** Resolves when the other buffer may be filled again. */
  async function drain(): Promise<void> {
    await writing;
    drained += 1;
    writing = writeOut(buffer.subarray(0, filled), drained % BUFFERS_TO_FLUSH === 0);
    writing.catch(() => {
      // The next drain reports it.
    });
    [buffer, other] = [other, buffer];
    filled = 0;
  }

  /** The end of `text` that found no room. */
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

  let closed = false;
  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    await writing.catch(() => {
      // A handle is not closed under a write, and who asked for the write knows of its failure.
    });
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
      await file.syncData();
      flushFoldersOf(made);
      const { size } = await file.stat();
      await close();
      return size;
    },
    async abandon() {
      await writing.catch(() => {
        // The file is removed with what it wrote.
      });
      if (undo === "empty") file.truncateSync(0);
      await close();
      // Somebody else may have removed it already.
      const created = made.at(-1);
      if (undo === "remove" && created !== undefined) removeIfThere(created);
      return created !== undefined;
    },
    close,
  };
}
