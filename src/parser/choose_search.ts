/** How a command searches the lines of a log. Pure. */
import { type LineSearcher, searchBytes } from "./search_lines.ts";

/** A shorter log is read before Node's code is loaded. Bytes. */
const LARGE_LOG = 4 * 1024 * 1024;

/** @param bytes The size of the log. */
export async function chooseSearch(bytes: number): Promise<LineSearcher> {
  return bytes < LARGE_LOG ? searchBytes : (await import("./search_text.ts")).searchText;
}
