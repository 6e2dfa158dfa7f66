/** The names of the audit log's files: the current one, the rotated ones, the lock. Requires read on the folder. */
import { join } from "@std/path";

const CURRENT = "security-audit.jsonl";
const ROTATED = /^security-audit\.([1-9][0-9]{0,15})\.jsonl$/;

/** The file to which records are appended. */
export function currentFile(directory: string): string {
  return join(directory, CURRENT);
}

/** The name of a rotated file; it holds the sequence of the file's first record. */
export function rotatedFile(directory: string, first: number): string {
  return join(directory, `security-audit.${first}.jsonl`);
}

/** An empty file. A process locks it (flock) before it appends or rotates. It is never replaced. */
export function lockFile(directory: string): string {
  return join(directory, "security-audit.lock");
}

/** The rotated files, oldest first; none where there is no folder. */
export function listRotated(directory: string): string[] {
  const rotated: { first: number; path: string }[] = [];
  for (const name of namesIn(directory)) {
    const first = ROTATED.exec(name)?.[1];
    if (first !== undefined) rotated.push({ first: Number(first), path: join(directory, name) });
  }
  return rotated.sort((a, b) => a.first - b.first).map(({ path }) => path);
}

function namesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
