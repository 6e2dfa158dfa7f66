/** Zstandard frames by hand: what no client writes, and somebody might. */

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

/** Of a window of 2 ** (10 + `log`) bytes. */
export function frameOf(log: number, blocks: readonly (readonly number[])[]): Uint8Array {
  return new Uint8Array([...MAGIC, 0, log << 3, ...blocks.flat()]);
}

export type BlockType = 0 | 1 | 2;

export function blockHeader(type: BlockType, size: number, isLast = false): number[] {
  const header = size * 8 + type * 2 + (isLast ? 1 : 0);
  return [header & 0xff, header >> 8 & 0xff, header >> 16 & 0xff];
}

/** `size` times the same byte, in four bytes. */
export function repeated(byte: number, size: number, isLast = false): number[] {
  return [...blockHeader(1, size, isLast), byte];
}

export function raw(text: string, isLast = false): number[] {
  const bytes = [...new TextEncoder().encode(text)];
  return [...blockHeader(0, bytes.length, isLast), ...bytes];
}

/** A frame that decoders pass over. */
export function skippable(size: number): Uint8Array {
  return new Uint8Array([
    0x50,
    0x2a,
    0x4d,
    0x18,
    size & 0xff,
    size >> 8,
    0,
    0,
    ...new Array<number>(size).fill(7),
  ]);
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}
