/**
 * One daemon per user: an exclusive flock, which the kernel releases when the process ends in any way, so that
 * there is never a stale lock to clean. Requires read and write on the state folder. Room: daemon; edge.
 */

export interface Lock {
  release(): void;
}

/** Takes the lock at `path`, or returns null when another daemon holds it. */
export function takeLock(path: string): Lock | null {
  const file = Deno.openSync(path, { create: true, read: true, write: true, mode: 0o600 });
  if (!file.tryLockSync(true)) {
    file.close();
    return null;
  }
  return { release: () => file.close() };
}
