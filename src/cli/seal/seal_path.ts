/** Where the seal of a file is. Pure. */

/** `talk.md`: `talk.md.seal.json` */
export function sealPathOf(file: string): string {
  return `${file}.seal.json`;
}
