/**
 * Frames in a role's byte stream: length of the header (u32, little endian), length of the payload (u32), the header
 * (JSON), the payload. docs/design/launcher.md has the format.
 */
import { createByteQueue } from "./byte_queue.ts";
import { FRAME_HEADER, FRAME_PAYLOAD } from "./limits.ts";
import type { Frame } from "./port.ts";

/** Both lengths. */
const LENGTHS = 8;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The frame's bytes, in order. The last piece is the payload itself. */
export function encodeFrame({ header, payload }: Frame): Uint8Array<ArrayBuffer>[] {
  const json = encoder.encode(JSON.stringify(header));
  const length = payload?.length ?? 0;
  if (json.length > FRAME_HEADER || length > FRAME_PAYLOAD) {
    throw new Error("internal error: a frame that its receiver would refuse");
  }
  const head = new Uint8Array(LENGTHS + json.length);
  const view = new DataView(head.buffer);
  view.setUint32(0, json.length, true);
  view.setUint32(4, length, true);
  head.set(json, LENGTHS);
  return payload === null || length === 0 ? [head] : [head, payload];
}

/**
 * Reads a stream as it arrives. Bytes that cannot be a frame end it: a last, broken frame says why, and the rest is
 * ignored. An empty payload counts as none.
 */
export function createFrameReader(take: (frame: Frame) => void): (piece: Uint8Array) => void {
  const queue = createByteQueue();
  let lengths: { readonly header: number; readonly payload: number } | null = null;
  let ended = false;

  function next(): Frame | null {
    if (lengths === null) {
      if (queue.length < LENGTHS) return null;
      const view = new DataView(queue.take(LENGTHS).buffer);
      lengths = { header: view.getUint32(0, true), payload: view.getUint32(4, true) };
      // Before any of it is held in memory.
      if (lengths.header > FRAME_HEADER) return broken("a header that is too large");
      if (lengths.payload > FRAME_PAYLOAD) return broken("a payload that is too large");
    }
    if (queue.length < lengths.header + lengths.payload) return null;
    const header = parseHeader(queue.take(lengths.header));
    const payload = lengths.payload === 0 ? null : queue.take(lengths.payload);
    lengths = null;
    return header === undefined ? broken("a header that is no JSON") : { header, payload };
  }

  function broken(why: string): Frame {
    ended = true;
    return { header: null, payload: null, broken: why };
  }

  return (piece) => {
    if (ended) return;
    queue.push(piece);
    for (let frame = next(); frame !== null; frame = ended ? null : next()) take(frame);
  };
}

/** Undefined when it is no JSON. */
function parseHeader(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
