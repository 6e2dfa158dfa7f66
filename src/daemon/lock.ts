/**
 * One daemon per user: an exclusive flock, which the kernel releases when the process ends in any way, so that
 * there is never a stale lock to clean. Requires read and write on the state folder. Room: daemon; edge.
 */
import { wait } from "../hosts/timers.ts";

export interface Lock {
  release(): void;
}

/** `kato status` holds the lock, shared, for the moment of its look; a daemon holds it for longer than this. Milliseconds. */
const LOOK_MS = 250;
const AGAIN_MS = 10;

/** Takes the lock at `path`, or returns null when another daemon holds it. */
export async function takeLock(path: string): Promise<Lock | null> {
  const file = Deno.openSync(path, { create: true, read: true, write: true, mode: 0o600 });
  // The umask may have taken more than group and others, and the next start could not open it.
  Deno.chmodSync(path, 0o600);
  const latest = performance.now() + LOOK_MS;
  while (!file.tryLockSync(true)) {
    if (performance.now() > latest) {
      file.close();
      return null;
    }
    await wait(AGAIN_MS);
  }
  return { release: () => file.close() };
}
