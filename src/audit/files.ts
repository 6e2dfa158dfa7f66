/** The files of the security log: `security-audit.jsonl`, and what it was before each rotation. Room: system; edge. */
import { join } from "@std/path";

const CURRENT = "security-audit.jsonl";
const ROTATED = /^security-audit\.([1-9][0-9]{0,15})\.jsonl$/;

/** The file that is written now. */
export function currentFile(directory: string): string {
  return join(directory, CURRENT);
}

/** What the current file becomes, named by the sequence of its first record. */
export function rotatedFile(directory: string, first: number): string {
  return join(directory, `security-audit.${first}.jsonl`);
}

/** Locked (flock) by whoever appends; it holds nothing, and is never replaced. */
export function lockFile(directory: string): string {
  return join(directory, "security-audit.lock");
}

/** Rotated files, oldest first; none where there is no folder. Requires read on the folder. */
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
