/**
 * Whether kato's unit is installed. Apart from drop_in.ts, which a plan does not load. READS metadata of unit files.
 */
import { join } from "@std/path";
import { UNIT } from "../../permissions/unit_folders.ts";
import { entryAt } from "../../disk/entry_at.ts";

/** Whether one of kato's units is in `folders`. Requires list on each unit file. */
export function hasUnit(folders: readonly string[]): boolean {
  return folders.some((folder) => entryAt(join(folder, UNIT)) !== null);
}
