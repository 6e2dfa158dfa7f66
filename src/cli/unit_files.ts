/**
 * Whether kato's unit is installed. Apart from unit_drop_in.ts, because a plan asks too, and loads no more than it
 * needs. READS metadata of unit files. Room: cli; edge.
 */
import { join } from "@std/path";
import { UNIT } from "../policy/unit_folders.ts";
import { lookAt } from "../system/look.ts";

/** Whether one of kato's units is in `folders`. Requires list on each unit file. */
export function hasUnit(folders: readonly string[]): boolean {
  return folders.some((folder) => lookAt(join(folder, UNIT)) !== null);
}
