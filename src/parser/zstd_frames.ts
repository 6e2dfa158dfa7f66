/**
 * Finds the ends of blocks in a zstd stream (RFC 8878), so that the decoder gets one block at a time, and no frame
 * that needs more memory than a log is worth.
 */
import { COMPRESSED_WINDOW } from "../protocol/limits.ts";
import { concatenate } from "./bytes.ts";

/** No block of any frame is larger, compressed or not. */
const BLOCK_BYTES = 128 * 1024;
const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const CHECKSUM_BYTES = 4;
const RLE = 1;

/** The stream is no zstd, or none that a client would write. */
export class DamagedFrame extends Error {}

export interface FrameWalker {
  /** Number of bytes up to the end of the current block; all of them when the block does not end here. */
  step(bytes: Uint8Array): number;
}

export function walkFrames(): FrameWalker {
  /** The part that comes next. A header is collected until it is whole; content is skipped. */
  let part: "magic" | "frame" | "block" | "content" | "end" = "magic";
  let header = new Uint8Array(0);
  let wanted = 5;
  let left = 0;
  let hasChecksum = false;
  let isLast = false;

  function expect(next: "magic" | "frame" | "block", bytes: number): void {
    part = next;
    wanted = bytes;
    header = new Uint8Array(0);
  }

  function pass(next: "content" | "end", bytes: number): void {
    part = next;
    left = bytes;
    if (bytes === 0) passed();
  }

  function passed(): void {
    if (part === "end") expect("magic", 5);
    else if (isLast) pass("end", hasChecksum ? CHECKSUM_BYTES : 0);
    else expect("block", 3);
  }

  /** Handles the header, which is whole now. */
  function take(): void {
    const view = new DataView(header.buffer);
    if (part === "magic") {
      const magic = view.getUint32(0, true);
      if (magic === MAGIC) return void ([part, wanted] = ["frame", headerBytes(view.getUint8(4))]);
      if ((magic & ~0xf) >>> 0 !== SKIPPABLE) throw new DamagedFrame("it is no zstd");
      if (header.length < 8) return void (wanted = 8);
      return pass("end", view.getUint32(4, true));
    }
    if (part === "frame") {
      if (windowBytes(view) > COMPRESSED_WINDOW) throw new DamagedFrame("it needs too much memory");
      hasChecksum = (view.getUint8(4) & 4) !== 0;
      return expect("block", 3);
    }
    const block = view.getUint16(0, true) + view.getUint8(2) * 0x10000;
    if (block >> 3 > BLOCK_BYTES) throw new DamagedFrame("a block is too large");
    isLast = (block & 1) === 1;
    pass("content", (block >> 1 & 3) === RLE ? 1 : block >> 3);
  }

  return {
    step(bytes) {
      let at = 0;
      while (at < bytes.length) {
        if (part === "content" || part === "end") {
          const count = Math.min(left, bytes.length - at);
          at += count;
          left -= count;
          if (left > 0) continue;
          passed();
          return at;
        }
        const count = Math.min(wanted - header.length, bytes.length - at);
        header = concatenate(header, bytes.subarray(at, at + count));
        at += count;
        if (header.length === wanted) take();
      }
      return at;
    },
  };
}

/** Length of the frame header, including the magic number, for this descriptor. */
function headerBytes(descriptor: number): number {
  const isSingle = (descriptor & 0x20) !== 0;
  return 5 + (isSingle ? 0 : 1) + dictionaryBytes(descriptor) + sizeBytes(descriptor);
}

function dictionaryBytes(descriptor: number): number {
  return [0, 1, 2, 4][descriptor & 3] ?? 0;
}

function sizeBytes(descriptor: number): number {
  const isSingle = (descriptor & 0x20) !== 0;
  return [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
}

/** How far back the blocks may refer: the memory that a decoder needs. */
function windowBytes(header: DataView): number {
  const descriptor = header.getUint8(4);
  if ((descriptor & 0x20) === 0) {
    const window = header.getUint8(5);
    const base = 2 ** (10 + (window >> 3));
    return base + base / 8 * (window & 7);
  }
  const at = 5 + dictionaryBytes(descriptor);
  switch (sizeBytes(descriptor)) {
    case 1:
      return header.getUint8(at);
    case 2:
      return header.getUint16(at, true) + 256;
    case 4:
      return header.getUint32(at, true);
    default:
      return Number(header.getBigUint64(at, true));
  }
}
