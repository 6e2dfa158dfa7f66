/** The sums of an installation's files, for the launcher and for `kato doctor`. Pure. */
import { sha256 } from "./fetch_pinned.ts";

export const SUMS = "SHA256SUMS";

/** A line for each file, as `sha256sum` prints and checks them. */
export function sumsOf(files: Iterable<readonly [name: string, bytes: Uint8Array]>): string {
  return [...files].filter(([name]) => name !== SUMS).sort(([one], [other]) => one < other ? -1 : 1)
    .map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`).join("");
}
