/** The folder for the images of a recording: beside its file, named after it; and how much it may hold. Pure. */
import type { Policy } from "../settings/policy.ts";

export const IMAGE_FOLDER_END = ".assets";

/** `/notes/plan.md`: `/notes/plan.assets` */
export function imageFolderOf(destination: string): string {
  return destination.replace(/\.[^./]+$/, "") + IMAGE_FOLDER_END;
}

/** Whether policy lets kato keep an image of `size` bytes, beside `used` bytes that count with it. */
export function hasRoom({ destinations }: Pick<Policy, "destinations">, used: number, size: number): boolean {
  return used + size <= destinations.max_file_mb * MIB;
}

const MIB = 1024 * 1024;
