/** Compares the program's files with the sums that its build wrote beside them. Requires read on the program. */
import { join } from "@std/path";

const SUMS = "SHA256SUMS";

export interface ChangedFile {
  /** Its name in the program's folder. */
  readonly file: string;
  readonly state: "missing" | "changed";
}

export interface Compared {
  readonly folder: string;
  /** How many files the sums name. */
  readonly files: number;
  readonly changed: readonly ChangedFile[];
  /** The SHA-256 that the sums give for the runtime; null where they give none. */
  readonly runtime: string | null;
}

/**
 * @param code Files and folders of the program.
 * @returns null for a checkout, which has no sums
 */
export async function compareInstallation(code: readonly string[]): Promise<Compared | null> {
  const folder = code.find((place) => read(join(place, SUMS)) !== null);
  if (folder === undefined) return null;
  const lines = new TextDecoder().decode(read(join(folder, SUMS)) ?? undefined).split("\n");
  const sums = lines.flatMap((line) => {
    const [, sum = "", name = ""] = /^([0-9a-f]{64}) {2}([^/]+)$/.exec(line) ?? [];
    return name === "" ? [] : [{ sum, name }];
  });
  const changed: ChangedFile[] = [];
  for (const { sum, name } of sums) {
    const bytes = read(join(folder, name));
    if (bytes === null) changed.push({ file: name, state: "missing" });
    else if (await sha256(bytes) !== sum) changed.push({ file: name, state: "changed" });
  }
  return {
    folder,
    files: sums.length,
    changed,
    runtime: sums.find(({ name }) => name === "deno")?.sum ?? null,
  };
}

/** A file of the program's folder; null where it is not there. */
export function readProgramFile(folder: string, name: string): string | null {
  const bytes = read(join(folder, name));
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

function read(path: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    // `code` names files too, and a folder need not have the file.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
