/**
 * One daemon per user: an exclusive flock, which the kernel releases when the process ends in any way, so that
 * there is never a stale lock to clean. Requires read and write on the state folder. Room: daemon; edge.
 */
import { wait } from "../hosts/timers.ts";

export interface Lock {
  /** Whether what is held still stands at its path: nobody else could know of this daemon otherwise. */
  isThere(): boolean;
  release(): void;
}

/** `kato status` holds the lock, shared, for the moment of its look; a daemon holds it for longer than this. Milliseconds. */
const LOOK_MS = 250;
const AGAIN_MS = 10;

/** Takes the lock at `path`, or returns null when another daemon holds it. */
export async function takeLock(path: string): Promise<Lock | null> {
  const file = Deno.openSync(path, { create: true, read: true, write: true, mode: 0o600 });
  // The umask may have taken more than group and others, and the next start could not open it.
  if (((file.statSync().mode ?? 0) & 0o777) !== 0o600) Deno.chmodSync(path, 0o600);
  const latest = performance.now() + LOOK_MS;
  while (!file.tryLockSync(true)) {
    if (performance.now() > latest) {
      file.close();
      return null;
    }
    await wait(AGAIN_MS);
  }
  const { dev, ino } = file.statSync();
  return {
    isThere() {
      try {
        const found = Deno.lstatSync(path);
        return found.dev === dev && found.ino === ino;
      } catch (error) {
        // A disk that says no for now has not lost it.
        return !(error instanceof Deno.errors.NotFound);
      }
    },
    release: () => file.close(),
  };
}
