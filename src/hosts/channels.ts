/** One role's byte stream between orchestrator and monitor, with its window. */
import { createByteQueue } from "../protocol/byte_queue.ts";
import { encodeFragment } from "../protocol/fragments.ts";
import { createFrameReader, encodeFrame } from "../protocol/frame_stream.ts";
import { CHANNEL_WINDOW, FRAGMENT_BYTES } from "../protocol/limits.ts";
import type { Port, RoleEnd } from "../protocol/port.ts";
import { createInbox } from "./inbox.ts";

export interface Channel {
  readonly port: Port;
  readonly ended: Promise<RoleEnd>;
  /** Resolves when the monitor has reported the role's end: nothing of it can run any more. */
  readonly over: Promise<void>;
  end(): void;
  isEnded(): boolean;
  /** The monitor reported the end, or is gone itself. */
  finish(end: RoleEnd): void;
  receive(bytes: Uint8Array): void;
  acknowledge(bytes: number): void;
  /** The bytes that may be sent now; null when nothing waits, or when the role must take something first. */
  nextFragment(): Uint8Array<ArrayBuffer> | null;
}

interface ChannelOptions {
  /** There is something to send. */
  readonly wake: () => void;
  /** Asks the monitor to end the role. */
  readonly end: () => void;
}

export function createChannel(id: number, { wake, end }: ChannelOptions): Channel {
  const waiting = createByteQueue();
  const inbox = createInbox();
  /** Bytes that were sent and not acknowledged. */
  let underWay = 0;
  let ending = false;
  let settle: (end: RoleEnd) => void = () => {};
  const ended = new Promise<RoleEnd>((resolve) => settle = resolve);
  let close: () => void = () => {};
  const over = new Promise<void>((resolve) => close = resolve);

  const read = createFrameReader((frame) => {
    if (!ending) inbox.take(frame);
  });

  function endNow(): void {
    if (ending) return;
    ending = true;
    settle({ reason: "closed" });
    end();
  }

  return {
    ended,
    over,
    end: endNow,
    isEnded: () => ending,
    finish(how) {
      ending = true;
      settle(how);
      close();
    },
    receive: (bytes) => read(bytes),
    acknowledge(bytes) {
      underWay = Math.max(0, underWay - bytes);
    },
    nextFragment() {
      const count = Math.min(waiting.length, FRAGMENT_BYTES, CHANNEL_WINDOW - underWay);
      if (ending || count === 0) return null;
      underWay += count;
      return encodeFragment({ channel: id, bytes: waiting.take(count) });
    },
    port: {
      send(frame) {
        if (ending) return;
        for (const part of encodeFrame(frame)) waiting.push(part);
        wake();
      },
      receive: inbox.receive,
      close: endNow,
    },
  };
}
