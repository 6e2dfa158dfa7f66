/** Facts on processes from /proc. The runtime lets only a process with all permissions read them. */

/** Null when the process is gone. */
export function readProc(path: string): string | null {
  try {
    return Deno.readTextFileSync(`/proc/${path}`);
  } catch {
    return null; // it ended in this moment
  }
}

/** State and parent. They stand behind the name, and a name may hold any character. */
function statOf(pid: number): readonly string[] {
  const text = readProc(`${pid}/stat`);
  return text === null ? [] : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

export function parentOf(pid: number): number {
  return Number(statOf(pid)[1]);
}

export function isAlive(pid: number): boolean {
  return !["Z", "X", undefined].includes(statOf(pid)[0]);
}

export function childrenOf(pid: number): number[] {
  const text = readProc(`${pid}/task/${pid}/children`) ?? "";
  return text.split(" ").map(Number).filter((child) => child > 0);
}

/** The most bytes that it had in memory. */
export function peakOf(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readProc(`${pid}/status`) ?? "")?.[1] ?? 0) * 1024;
}
