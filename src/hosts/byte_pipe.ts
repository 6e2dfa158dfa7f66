/** Two pipes, one to read from and one to write to, as the runtime gives them. */

/** The same shape as `Deno.stdin` and `Deno.stdout`. */
export interface BytePipe {
  /** Null when the other side has closed it. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** May write only a part. */
  write(bytes: Uint8Array): Promise<number>;
}

/** The process's own standard input and output. */
export const STANDARD_PIPE: BytePipe = {
  read: (buffer) => Deno.stdin.read(buffer),
  write: (bytes) => Deno.stdout.write(bytes),
};

/** A pipe holds as much. */
const READ_BYTES = 64 * 1024;

/** Passes everything that arrives to `take`, in buffers of its own, until the other side closes. */
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
 * Calls `step` again until it returns false, and never twice at once. `wake` says that there may be more to do.
 * `failed` gets the error of a step; the pump ends with it.
 */
export function createPump(step: () => Promise<boolean>, failed: (error: unknown) => void): { wake(): void } {
  let running = false;
  let asked = false;
  let broken = false;
  async function run(): Promise<void> {
    running = true;
    try {
      do {
        // `wake` may be called during a step that then returns false.
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
