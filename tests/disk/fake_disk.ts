/** The runtime's file calls, with the order of them on record and faults where a test wants some. */
import { basename } from "@std/path";

export interface Faults {
  /** How many of the bytes the disk takes, or why it takes none. */
  readonly write?: (bytes: Uint8Array) => number | Error;
  readonly sync?: () => Error | null;
}

/** Runs `work` with what happened so far: `write FILE`, `sync FILE`, `rename FILE`, and what `work` adds itself. */
export async function withDisk(
  faults: Faults,
  work: (happened: string[]) => void | Promise<void>,
): Promise<string[]> {
  const happened: string[] = [];
  const names = new WeakMap<Deno.FsFile, string>();
  const { openSync, renameSync, writeTextFileSync } = Deno;
  const { writeSync, syncSync } = Deno.FsFile.prototype;
  Deno.openSync = (path, options) => {
    const file = openSync(path, options);
    names.set(file, nameOf(path));
    return file;
  };
  Deno.renameSync = (from, to) => {
    renameSync(from, to);
    happened.push(`rename ${nameOf(to)}`);
  };
  Deno.writeTextFileSync = (path, text, options) => {
    writeTextFileSync(path, text, options);
    happened.push(`write ${nameOf(path)}`);
  };
  Deno.FsFile.prototype.writeSync = function (bytes) {
    const taken = faults.write?.(bytes) ?? bytes.length;
    if (taken instanceof Error) throw taken;
    happened.push(`write ${names.get(this)}`);
    return writeSync.call(this, bytes.subarray(0, taken));
  };
  Deno.FsFile.prototype.syncSync = function () {
    const fault = faults.sync?.() ?? null;
    if (fault !== null) throw fault;
    syncSync.call(this);
    happened.push(`sync ${names.get(this)}`);
  };
  try {
    await work(happened);
    return happened;
  } finally {
    Object.assign(Deno, { openSync, renameSync, writeTextFileSync });
    Object.assign(Deno.FsFile.prototype, { writeSync, syncSync });
  }
}

/** A temporary file has a random name. */
function nameOf(path: string | URL): string {
  const name = basename(String(path));
  return name.endsWith(".tmp") ? "temporary" : name;
}
