/**
 * The file that an export writes. It is opened as decided, and compared with a second decision before it gets a byte.
 * Requires write on the destination, and list on its folder for the comparison.
 */
import type { ReasonOf } from "../../audit/reasons.ts";
import type { Allowed, Decision } from "../../destination/decision.ts";
import { isSystemError, reasonOf } from "../../disk/entry_at.ts";
import { systemCode } from "../../protocol/system_words.ts";
import { type Buffers, type OutputFile, writeThrough } from "./output_buffers.ts";

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

export type Opened =
  | { readonly file: OutputFile }
  /** `reason`: a code for the audit log; `code`: the system's own, if it refused. */
  | {
    readonly reason: ReasonOf<"destination-opened">;
    readonly code: string | null;
    readonly message: string;
  };

/**
 * Opens the file. The result compares it with the same decision, made again with `dev:ino` taken as a file of kato's: a
 * folder above the destination may have become a link between decision and opening. Then the file may get bytes.
 *
 * @param isNew Whether it was made for this export, here or by the launcher, which takes it away if it stays empty.
 */
export function openOutput(
  decision: Allowed,
  isNew: boolean,
  buffers: Buffers,
): (decideAgain: (identity: string) => Decision) => Opened {
  const { path, existing } = decision;
  let file: Deno.FsFile;
  try {
    file = openFile(decision);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const message = `Cannot open ${path}: ${reasonOf(error)}.`;
    return () => ({ reason: "cannot-open", code: systemCode(error), message });
  }
  return (decideAgain) => {
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
    const made = isNew ? [...decision.directories, path] : [];
    return { file: writeThrough(buffers, file, existing !== null && isNew ? "empty" : "remove", made) };
  };
}

/**
 * Creates the file exclusively, after its folders, or opens it for appending. Not as a writer does (writer/self_made_file.ts),
 * which may not read and so needs `node:fs`, whose writes hold up this thread.
 */
export function openFile({ path, existing, directories }: Allowed): Deno.FsFile {
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

/** Null: what was opened is what was decided. `again`: the decision with the opened file taken as kato's. */
export function compare(
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
