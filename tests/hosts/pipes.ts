/** Byte pipes for tests: over streams of child processes, and between two ends of one process. */
import type { BytePipe } from "../../src/hosts/byte_pipe.ts";

export interface TestPipe extends BytePipe {
  /** Ends both directions: the other side reads to the end, and its writes fail. */
  close(): Promise<void>;
}

export function pipeOver(
  readable: ReadableStream<Uint8Array>,
  writable: WritableStream<Uint8Array>,
): TestPipe {
  const reader = readable.getReader();
  const writer = writable.getWriter();
  // The write itself reports a failure, so nobody waits for this promise.
  writer.closed.catch(() => {});
  let rest = new Uint8Array(0);
  return {
    async read(buffer) {
      if (rest.length === 0) {
        const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
        if (done || value === undefined) return null;
        rest = new Uint8Array(value);
      }
      const part = rest.subarray(0, buffer.length);
      buffer.set(part);
      rest = rest.subarray(part.length);
      return part.length;
    },
    async write(bytes) {
      await writer.write(bytes.slice());
      return bytes.length;
    },
    async close() {
      await writer.close().catch(() => {});
      await reader.cancel().catch(() => {});
    },
  };
}

/** Two ends of a pipe: each reads the bytes that the other writes. */
export function pipePair(): readonly [TestPipe, TestPipe] {
  const there = new TransformStream<Uint8Array, Uint8Array>();
  const back = new TransformStream<Uint8Array, Uint8Array>();
  return [pipeOver(back.readable, there.writable), pipeOver(there.readable, back.writable)];
}
