/**
 * Session logs to measure with: made, not recorded, and the same at every run. Writes below the folder it is given, and
 * nowhere else.
 */
import { dirname } from "@std/path";
import type { BenchClient } from "./client.ts";
import type { Mix } from "./content.ts";

/** Bytes that are written at once. */
const BLOCK = 1024 * 1024;

const encoder = new TextEncoder();

export interface GeneratedLog {
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
}

/** Writes the log of session `index` below `root`, at least `bytes` long and whole. */
export async function generateLog(
  client: BenchClient,
  root: string,
  index: number,
  bytes: number,
  mix: Mix = "outputs",
): Promise<GeneratedLog> {
  const path = client.logPath(root, index);
  await Deno.mkdir(dirname(path), { recursive: true });
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  let written = 0;
  let rows = 0;
  let block: string[] = [];
  let characters = 0;
  for (const row of client.rows(index, mix)) {
    block.push(row);
    rows += 1;
    characters += row.length;
    if (characters < BLOCK && written + characters < bytes) continue;
    const chunk = encoder.encode(block.join(""));
    for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
    written += chunk.length;
    block = [];
    characters = 0;
    if (written >= bytes) break;
  }
  return { path, bytes: written, rows };
}

/** `count` logs of `bytes` each, numbered from `first`. */
export async function generateTree(
  client: BenchClient,
  root: string,
  first: number,
  count: number,
  bytes: number,
): Promise<void> {
  const sample = await generateLog(client, root, first, bytes);
  const text = await Deno.readTextFile(sample.path);
  for (let index = first + 1; index < first + count; index += 1) {
    const path = client.logPath(root, index);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, client.vary(text, first, index));
  }
}

/**
 * Logs of real work, `bytes` together: most are short and a few are long, as people's are. Returns the bytes written.
 */
export async function generateWork(
  client: BenchClient,
  root: string,
  sessions: number,
  bytes: number,
): Promise<number> {
  const weights = Array.from({ length: sessions }, (_, index) => 1 / (1 + ((index * 37) % sessions)));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  let total = 0;
  for (const [index, weight] of weights.entries()) {
    total += (await generateLog(client, root, index + 1, (bytes * weight) / sum, "work")).bytes;
  }
  return total;
}
