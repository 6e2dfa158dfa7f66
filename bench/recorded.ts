/**
 * Logs that the clients themselves wrote, from beside the checkout or from the folders of KATO_CORPUS: the longest log
 * of a client, repeated until it is long enough.
 */
import { dirname, join, relative } from "@std/path";
import { walkFiles } from "../src/parser/disk.ts";
import type { BenchClient } from "./client.ts";
import type { GeneratedLog } from "./generate.ts";

const CORPUS = Deno.env.get("KATO_CORPUS") ?? new URL("../../shared/corpus/", import.meta.url).pathname;

const encoder = new TextEncoder();

/**
 * Writes such a log below `root`, at least `bytes` long and whole; null where there is none. Its first record names the
 * session and comes once. The ids of the others differ in each repetition, or kato would report them once only.
 */
export async function repeatRecorded(
  { provider, idMark }: BenchClient,
  root: string,
  bytes: number,
): Promise<GeneratedLog | null> {
  const recorded = longestBelow(join(CORPUS, provider.id));
  if (recorded === null) return null;
  const [first = "", ...rows] = (await Deno.readTextFile(recorded)).trimEnd().split("\n");
  const rest = `${rows.join("\n")}\n`;
  // Its folders, too: they distinguish a client's logs from others.
  const path = join(root, relative(CORPUS, recorded));
  await Deno.mkdir(dirname(path), { recursive: true });
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  let written = 0;
  let count = 1;
  for (let round = 0; written < bytes; round += 1) {
    const again = rest.replaceAll(idMark, `${idMark}${round}-`);
    const chunk = encoder.encode(round === 0 ? `${first}\n${again}` : again);
    for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
    written += chunk.length;
    count += rows.length;
  }
  return { path, bytes: written, rows: count };
}

/** The longest log below `folder`; null where there is no such folder. */
function longestBelow(folder: string): string | null {
  let longest: { readonly path: string; readonly size: number } | null = null;
  for (const path of walkFiles(folder)) {
    if (!path.endsWith(".jsonl")) continue;
    const { size } = Deno.statSync(path);
    if (longest === null || size > longest.size) longest = { path, size };
  }
  return longest?.path ?? null;
}
