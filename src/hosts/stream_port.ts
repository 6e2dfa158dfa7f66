/** A port over a byte stream in each direction: a role's own end on the process host. */
import { createByteQueue } from "../protocol/byte_queue.ts";
import { createFrameReader, encodeFrame } from "../protocol/frame_stream.ts";
import { WRITE_BYTES } from "../protocol/limits.ts";
import type { Port } from "../protocol/port.ts";
import { type BytePipe, createPump, readAll, writeAll } from "./byte_pipe.ts";
import { createInbox } from "./inbox.ts";

/** `closed` is called once, when the other side has gone or has sent something that is no frame. */
export function streamPort(pipe: BytePipe, closed: (why: string) => void): Port {
  const inbox = createInbox();
  const waiting = createByteQueue();
  let over = false;

  function end(why: string): void {
    if (over) return;
    over = true;
    closed(why);
  }

  const pump = createPump(async () => {
    if (waiting.length === 0) return false;
    await writeAll(pipe, waiting.take(Math.min(waiting.length, WRITE_BYTES)));
    return true;
  }, () => end("nobody reads any more"));

  const read = createFrameReader((frame) => {
    if (frame.broken !== undefined) return end(frame.broken);
    inbox.take(frame);
  });
  void readAll(pipe, read).then(() => end("the other side has closed"));

  return {
    send(frame) {
      for (const part of encodeFrame(frame)) waiting.push(part);
      pump.wake();
    },
    receive: inbox.receive,
    close: () => end("it was closed"),
  };
}
