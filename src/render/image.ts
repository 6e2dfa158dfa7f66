/** Images that a page keeps: bytes that prove their own kind, within the bounds of one document. Pure. */
import type { IMAGE_ENDINGS } from "../protocol/closed_sets.ts";
import { hashBytes } from "../protocol/sha256.ts";
import { IMAGE_BYTES, IMAGES_BYTES, IMAGES_KEPT } from "../protocol/render_limits.ts";

/** Never SVG, which is a document with scripts and links. */
export type ImageKind = "png" | "jpeg" | "gif" | "webp";

export interface KeptImage {
  /** The same in base64. */
  readonly data: string;
  readonly kind: ImageKind;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const ENDINGS: Readonly<Record<ImageKind, typeof IMAGE_ENDINGS[number]>> = {
  png: "png",
  jpeg: "jpg",
  gif: "gif",
  webp: "webp",
};

/** Gets an image before the text that shows it. Returns the link from the document to its file, or why there is none. */
export type KeepFile = (image: KeptImage) => { readonly link: string } | { readonly refused: string };

/** 128 bits: nobody finds two images with the same name. */
const NAME_DIGITS = 32;

/**
 * The name tells the bytes, so the same image has one file, and a file of that name and size has the image.
 *
 * @param hash SHA-256 of the bytes, where the caller has it: without a JIT, JavaScript takes two seconds for a megabyte.
 */
export function imageName({ kind, bytes }: KeptImage, hash: string = hashBytes(bytes)): string {
  return `${hash.slice(0, NAME_DIGITS)}.${ENDINGS[kind]}`;
}

/** A link to `name` in `folder`, which lies beside the document. Nothing in it is more than a letter to Markdown. */
export function imageLink(folder: string, name: string): string {
  const escape = (letter: string) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
  return `${encodeURIComponent(folder).replace(/[!'()*_~]/g, escape)}/${name}`;
}

/** How much a document keeps already. Plain JSON. */
export interface KeptSoFar {
  images: number;
  bytes: number;
}

export function beginImages(): KeptSoFar {
  return { images: 0, bytes: 0 };
}

/** The image in `data`, which is base64, or the reason why it is not kept. Counts what it gives. */
export function keepImage(data: string, sofar: KeptSoFar): KeptImage | string {
  if (isTooLarge(data)) return `larger than ${IMAGE_BYTES / MIB} MiB`;
  if (sofar.images >= IMAGES_KEPT) return `this file has ${IMAGES_KEPT} already`;
  const image = readImage(data);
  if (image === null) return "not a PNG, JPEG, GIF or WebP";
  const { length } = image.bytes;
  if (sofar.bytes + length > IMAGES_BYTES) {
    return `the images of this file would be larger than ${IMAGES_BYTES / MIB} MiB`;
  }
  sofar.images += 1;
  sofar.bytes += length;
  return image;
}

/** Null where `data` is none of the kinds, or is too large. */
export function readImage(data: string): KeptImage | null {
  const bytes = isTooLarge(data) ? null : decode(data);
  const kind = bytes === null ? null : kindOf(bytes);
  return bytes === null || kind === null ? null : { data, kind, bytes };
}

function isTooLarge(data: string): boolean {
  return data.length * 3 / 4 > IMAGE_BYTES + 2;
}

const MIB = 1024 * 1024;

function decode(data: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.fromBase64(data);
  } catch (error) {
    // A log may hold anything where an image should be.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** How files of each kind begin, byte for byte; null: any byte. */
const BEGINNINGS: readonly (readonly [ImageKind, readonly (number | null)[]])[] = [
  ["png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["jpeg", [0xff, 0xd8, 0xff]],
  ["gif", [...codes("GIF8"), null, ...codes("a")]],
  ["webp", [...codes("RIFF"), null, null, null, null, ...codes("WEBP")]],
];

function codes(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}

/** By the bytes alone: a log may name any kind. */
function kindOf(bytes: Uint8Array): ImageKind | null {
  const found = BEGINNINGS.find(([, start]) =>
    start.every((byte, at) => byte === null || byte === bytes[at])
  );
  return found?.[0] ?? null;
}
