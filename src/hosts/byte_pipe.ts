/** Two pipes, one to read and one to write, as the runtime gives them. Room: hosts; no authority of its own. */

/** The same shape as `Deno.stdin` and `Deno.stdout`. */
export interface BytePipe {
  /** null: the other side closed it. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** May write a part only. */
  write(bytes: Uint8Array): Promise<number>;
}

/** A process's own standard input and output. */
export const STANDARD_PIPE: BytePipe = {
  read: (buffer) => Deno.stdin.read(buffer),
  write: (bytes) => Deno.stdout.write(bytes),
};

/** As much as a pipe holds. */
const READ_BYTES = 64 * 1024;

/** Gives what arrives to `take`, in buffers of their own, until the other side closes. */
export async function readAll(pipe: BytePipe, take: (piece: Uint8Array<ArrayBuffer>) => void): Promise<void> {
  const buffer = new Uint8Array(READ_BYTES);
  for (;;) {
    const count = await pipe.read(buffer);
    if (count === null) return;
    take(buffer.slice(0, count));
  }
}

export async function writeAll(pipe: BytePipe, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await pipe.write(bytes.subarray(written));
}

/**
 * Calls `step` until it has nothing to do, never twice at once; `wake` says that there may be something again.
 * `failed` is told what it threw; it is not called again then.
 */
export function createPump(step: () => Promise<boolean>, failed: (error: unknown) => void): { wake(): void } {
  let running = false;
  let asked = false;
  let broken = false;
  async function run(): Promise<void> {
    running = true;
    try {
      do {
        // Whoever asks while a step says that there is nothing is not forgotten.
        asked = false;
        while (await step());
      } while (asked);
    } catch (error) {
      broken = true;
      failed(error);
    } finally {
      running = false;
    }
  }
  return {
    wake() {
      asked = true;
      if (!running && !broken) void run();
    },
  };
}
