/**
 * `index.html` beside the files of `kato export --all --format html`. It is decided, recorded and opened as each of them.
 * WRITES the decided destination and the audit log.
 */
import { isSystemError, reasonOf } from "../../disk/entry_at.ts";
import type { IndexEntry } from "../../render/html_index.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { plain, tilde } from "../terminal/style.ts";
import type { Context } from "../context.ts";
import type { Account } from "./account.ts";
import { openDecided, type OutputContext } from "./decide_output.ts";

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
  const opened = await openDecided(`${folder}/${NAME}`, { provider: null, session: null }, output);
  if (!("file" in opened)) return fail(opened.denied ? "denied" : "failed", opened.message);
  const shown = tilde(opened.path, context.home);
  try {
    await opened.file.write(writeIndex(entries, timeZone));
    const size = await opened.file.finish();
    account.listed(opened.path, entries.length, size);
    return DONE;
  } catch (error) {
    await opened.file.close();
    if (!isSystemError(error) || error instanceof Deno.errors.BrokenPipe) throw error;
    return fail(
      "failed",
      `Cannot write ${shown}: ${plain(reasonOf(error))}. What was written so far is in it.`,
    );
  }
}
