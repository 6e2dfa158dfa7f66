/**
 * Whether the daemon runs, and what it last wrote about itself. Requires read on `state/status.json` and `state/daemon.lock`;
 * writes nothing.
 */
import { placesOf } from "../settings/places.ts";
import { type Status, status as statusSchema } from "../protocol/status.ts";

export interface DaemonState {
  readonly running: boolean;
  /** The last that it wrote. A daemon that was killed could not correct it. null: there is nothing to read. */
  readonly status: Status | null;
  /** Why the file that is there cannot be read; null: it can, or there is none. */
  readonly problem: string | null;
}

export function readDaemonState(home: string): DaemonState {
  const { statusFile, lockFile } = placesOf(home);
  const running = isLocked(lockFile);
  const text = readText(statusFile);
  if (text === null) return { running, status: null, problem: null };
  const status = parse(text);
  const problem = status === null ? `${statusFile} was written by another version of kato` : null;
  return { running, status, problem };
}

/** The daemon holds the lock until it ends, in whatever way. */
export function isLocked(path: string): boolean {
  try {
    using file = Deno.openSync(path, { read: true });
    // A shared lock, for a moment: several commands may look at the same time.
    return !file.tryLockSync(false);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function readText(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function parse(text: string): Status | null {
  try {
    return statusSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
