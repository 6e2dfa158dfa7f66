/**
 * The files of a forgotten session: whether they are those that kato wrote, and how a person removes them. Requires list on
 * the export roots. No part of kato may remove a file there, so this only says how.
 */
import { imageFolderOf } from "../destination/image_folder.ts";
import { entryAt, systemWords } from "../disk/entry_at.ts";
import type { LeftFile } from "../protocol/request.ts";
import { shortId } from "../protocol/session.ts";
import type { ReportBody } from "./report/reports.ts";
import { plain, tilde } from "./terminal/style.ts";

export type JudgedFile = ReportBody<"forget">["files"][number];

/** `look`: whether anybody asked how to remove them. */
export function judgeFile({ path, file, holds }: LeftFile, look: boolean): JudgedFile {
  if (!look) return { path, holds, state: null, images: null };
  const folder = imageFolderOf(path);
  const images = lookAt(folder)?.isDirectory === true ? folder : null;
  return { path, holds, state: stateOf(path, file, holds), images };
}

function stateOf(path: string, file: LeftFile["file"], holds: string | null): JudgedFile["state"] {
  const there = lookAt(path);
  if (there === null) return "gone";
  if (holds !== null) return "shared";
  // A link, a second name, or another file is not what kato wrote.
  const isOwn = file !== null && there.isFile && there.nlink === 1 && there.dev === file.dev &&
    there.ino === file.ino && there.size === file.size;
  return isOwn ? "as-left" : "changed";
}

/** Null, too, where it cannot be looked at: nothing is said of how to remove it then. */
function lookAt(path: string): Deno.FileInfo | null {
  try {
    return entryAt(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable || systemWords(error) !== null) return null;
    throw error;
  }
}

const SAYS: Readonly<Record<Exclude<JudgedFile["state"], "as-left" | "shared" | null>, string>> = {
  changed: "  (changed since kato wrote it: look at it before you remove it)",
  gone: "  (not there any more)",
};

/** Lines for people. A command is whole, so that it can be copied. */
export function describeFiles(files: readonly JudgedFile[], home: string): string[] {
  if (files.length === 0) return [];
  const lines = ["These files stay, and kato does not know them as its own any more:"];
  const removals: string[] = [];
  for (const { path, holds, state, images } of files) {
    const shown = plain(tilde(path, home));
    const also = holds === null ? "" : `  (session ${plain(shortId(holds))} is in it, too)`;
    lines.push(`  ${shown}${state === "changed" || state === "gone" ? SAYS[state] : also}`);
    if (images !== null) {
      lines.push(`  ${plain(tilde(images, home))}  (images: look at them before you remove them)`);
    }
    const quoted = state === "as-left" ? quote(path) : null;
    if (quoted !== null) removals.push(`  rm -- ${quoted}`);
  }
  if (removals.length > 0) {
    lines.push("kato may not remove files. To remove those that are as kato left them:", ...removals);
  }
  return lines;
}

/** Lines for people. The index goes by the session that a file begins with. */
export function describeShared(files: readonly JudgedFile[], home: string): string[] {
  return files.flatMap(({ path, holds }) => {
    if (holds === null) return [];
    const also = `also holds session ${plain(shortId(holds))}`;
    return [`${plain(tilde(path, home))} ${also}: the search may still find what stands there.`];
  });
}

/** One word of any shell; null: it holds characters that a terminal does not show as they are. */
function quote(path: string): string | null {
  return plain(path) === path ? `'${path.replaceAll("'", "'\\''")}'` : null;
}
