/**
 * Fragments carry everything between monitor and orchestrator: channel (u32, little endian), length (u32, at most
 * 65,536), bytes. Channel 0 is control. Every other channel is a role's byte stream, cut anywhere.
 */
import { createByteQueue } from "./byte_queue.ts";
import { FRAGMENT_BYTES } from "./limits.ts";

export interface Fragment {
  readonly channel: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export const CONTROL_CHANNEL = 0;

/** Channel and length. */
const HEAD = 8;

export function encodeFragment({ channel, bytes }: Fragment): Uint8Array<ArrayBuffer> {
  if (bytes.length > FRAGMENT_BYTES) throw new Error("internal error: a fragment that is too long");
  const whole = new Uint8Array(HEAD + bytes.length);
  const view = new DataView(whole.buffer);
  view.setUint32(0, channel, true);
  view.setUint32(4, bytes.length, true);
  whole.set(bytes, HEAD);
  return whole;
}

/** Reads fragments as they arrive. False once the other side has sent something else. */
export function createFragmentReader(take: (fragment: Fragment) => void): (piece: Uint8Array) => boolean {
  const queue = createByteQueue();
  let head: { readonly channel: number; readonly length: number } | null = null;
  let sound = true;
  return (piece) => {
    if (!sound) return false;
    queue.push(piece);
    for (;;) {
      if (head === null) {
        if (queue.length < HEAD) return true;
        const view = new DataView(queue.take(HEAD).buffer);
        head = { channel: view.getUint32(0, true), length: view.getUint32(4, true) };
        sound = head.length <= FRAGMENT_BYTES;
        if (!sound) return false;
      }
      if (queue.length < head.length) return true;
      const { channel, length } = head;
      head = null;
      take({ channel, bytes: queue.take(length) });
    }
  };
}
