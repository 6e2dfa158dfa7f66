/** What a running daemon holds now, as /proc and its files have it. Requires read on /proc. */
import { cpuMs, residentBytes } from "../measure.ts";
import { pssBytes, treeOf } from "../processes.ts";

export interface Holding {
  readonly pss: number;
  readonly resident: number;
  readonly descriptors: number;
  /** Watches on folders and files: inotify(7). */
  readonly watches: number;
  /** The database with the files beside it that belong to it. Bytes. */
  readonly database: number;
  readonly cpuMs: number;
}

/** Null when one of its processes ended meanwhile: a writer ends with its recording. */
export function holdingOf(pid: number, database: string): Holding | null {
  try {
    const members = treeOf(pid);
    const sum = (measure: (member: number) => number) =>
      members.reduce((all, member) => all + measure(member), 0);
    return {
      pss: sum(pssBytes),
      resident: sum(residentBytes),
      descriptors: sum(descriptorsOf),
      watches: sum(watchesOf),
      database: ["", "-wal"].reduce((all, suffix) => all + sizeOf(`${database}${suffix}`), 0),
      cpuMs: cpuMs(pid),
    };
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

function descriptorsOf(pid: number): number {
  return numbersIn(`/proc/${pid}/fd`).length;
}

function watchesOf(pid: number): number {
  let watches = 0;
  for (const name of numbersIn(`/proc/${pid}/fdinfo`)) {
    watches += Deno.readTextFileSync(`/proc/${pid}/fdinfo/${name}`).split("\ninotify ").length - 1;
  }
  return watches;
}

/** Only root may look at the monitor's; the monitor opens nothing while it runs. */
function numbersIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return [];
    throw error;
  }
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Error && "code" in error && error.code === "ESRCH";
}
