/**
 * `index.html` beside the files of `kato export --all --format html`. It is decided, recorded and opened as each of them.
 * WRITES the decided destination and the audit log.
 */
import { flushFoldersOf } from "../../disk/flush_folder.ts";
import type { IndexEntry } from "../../render/html_index.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { tilde } from "../terminal/style.ts";
import type { Context } from "../context.ts";
import type { Account } from "./account.ts";
import { openDecided, type OutputContext } from "./decide_output.ts";
import { cannotWrite } from "./write_files.ts";

const NAME = "index.html";

/** @param folder As it was typed. */
export async function writeIndexFile(
  folder: string,
  entries: readonly IndexEntry[],
  timeZone: string,
  output: OutputContext,
  { account, context }: { readonly account: Account; readonly context: Context },
): Promise<Outcome> {
  const { writeIndex } = await import("../../render/html_index.ts");
  const about = { provider: null, session: null };
  const [opened] = await openDecided([{ destination: `${folder}/${NAME}`, about }], output);
  if (opened === undefined) throw new Error("internal error: nothing was decided of the index");
  if (!("file" in opened)) return fail(opened.denied ? "denied" : "failed", opened.message);
  const shown = tilde(opened.path, context.home);
  try {
    await opened.file.write(writeIndex(entries, timeZone));
    await opened.file.handOver();
    const size = await opened.file.flush();
    flushFoldersOf(opened.file.made);
    account.listed(opened.path, entries.length, size);
    return DONE;
  } catch (error) {
    await opened.file.close();
    return cannotWrite(shown, error);
  }
}
