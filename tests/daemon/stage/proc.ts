/** What the kernel says of processes. Only who may do everything is let read this by the runtime. */

/** Null where there is no such process any more. */
export function readProc(path: string): string | null {
  try {
    return Deno.readTextFileSync(`/proc/${path}`);
  } catch {
    return null; // it ended in this moment
  }
}

/** State and parent, which stand behind the name, and a name may hold anything. */
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

/** Bytes that it had in memory at most. */
export function peakOf(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readProc(`${pid}/status`) ?? "")?.[1] ?? 0) * 1024;
}
