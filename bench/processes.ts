/** A process and all below it, as /proc has them. Requires read on /proc. */

interface Entry {
  readonly pid: number;
  readonly parent: number;
}

/** `pid` and its descendants, those that have not ended. */
export function treeOf(pid: number): number[] {
  const entries = [...Deno.readDirSync("/proc")].flatMap(({ name }) =>
    /^\d+$/.test(name) ? entryOf(name) : []
  );
  const tree = [pid];
  for (const member of tree) {
    tree.push(...entries.filter(({ parent }) => parent === member).map(({ pid }) => pid));
  }
  return tree;
}

function entryOf(name: string): Entry[] {
  const parent = /^PPid:\s+(\d+)$/m.exec(read(`/proc/${name}/status`) ?? "")?.[1];
  return parent === undefined ? [] : [{ pid: Number(name), parent: Number(parent) }];
}

/**
 * The memory that the process costs the machine: its own pages, and its share of pages that several processes use (the
 * runtime's file, which every role maps). Bytes.
 */
export function pssBytes(pid: number): number {
  return fieldOf(`/proc/${pid}/smaps_rollup`, "Pss") ?? unsharedBytes(pid);
}

/** Only root may read the monitor's file. The monitor's own pages are a good measure. */
function unsharedBytes(pid: number): number {
  return fieldOf(`/proc/${pid}/status`, "RssAnon") ?? 0;
}

/** The name of the script or program that runs in it. */
export function nameOf(pid: number): string {
  const script = (read(`/proc/${pid}/cmdline`) ?? "").split("\0").find((word) =>
    /\/lib\/kato\/\w+\.js$/.test(word)
  );
  return script === undefined
    ? "monitor"
    : script.replace(/^.*\/(\w+)\.js$/, "$1").replace("kato", "orchestrator");
}

/** Kibibytes of a line such as `Pss:  12 kB`, in bytes. */
function fieldOf(path: string, name: string): number | null {
  const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(read(path) ?? "")?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}

function read(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return null;
    // It ended while it was read.
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return null;
    throw error;
  }
}
