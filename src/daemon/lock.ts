/**
 * One daemon a user: an exclusive flock. The kernel releases it when the process ends, so no stale lock is ever left.
 * Requires read and write on the state folder.
 */
import { wait } from "../hosts/timers.ts";

export interface Lock {
  /** Whether the locked file is still at its path. If not, nobody can know of this daemon. */
  isThere(): boolean;
  release(): void;
}

/** `kato status` holds the lock, shared, for a moment. Only a daemon holds it for longer than this. Milliseconds. */
const LOOK_MS = 250;
const AGAIN_MS = 10;

/** Takes the lock at `path`, or returns null when another daemon holds it. */
export async function takeLock(path: string): Promise<Lock | null> {
  const file = Deno.openSync(path, { create: true, read: true, write: true, mode: 0o600 });
  // The umask may have removed the owner's rights, and the next start could not open it.
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
        // The disk may refuse for now. The file is not lost by that.
        return !(error instanceof Deno.errors.NotFound);
      }
    },
    release: () => file.close(),
  };
}
