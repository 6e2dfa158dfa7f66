/**
 * Keeps the drop-in by which kato's unit sees the folders of the policy. READS whether a unit is there, and that drop-in;
 * WRITES it.
 */
import { join } from "@std/path";
import type { Policy } from "../../settings/policy.ts";
import { ownDropIns, unitFolders } from "../../permissions/plan.ts";
import { DROP_IN_HEAD, UNIT_DROP_IN, unitDropIn } from "../../permissions/unit_folders.ts";
import { clientRoots } from "../../protocol/clients.ts";
import { writeAtomically } from "../../disk/atomic_file.ts";
import { entryAt } from "../../disk/entry_at.ts";
import { hasUnit } from "./files.ts";

export interface Kept {
  /** The drop-in, where there is a unit for it. */
  readonly path: string;
  /** `foreign`: another program's file has this name, and was left alone. */
  readonly state: "unchanged" | "written" | "removed" | "foreign";
  /** Whether the unit runs without namespaces. AppArmor's profile, if there is one, confines it instead. */
  readonly isFallback: boolean;
}

/** In packaging/systemd. */
const FALLBACK = "50-no-userns.conf";

/** Makes the drop-in what `policy` asks for; null where there is no unit. */
export function keepDropIn(policy: Policy, home: string): Kept | null {
  if (!hasUnit(unitFolders(home))) return null;
  const folder = ownDropIns(home);
  const path = join(folder, UNIT_DROP_IN);
  const shown = Object.values(clientRoots(home, {})).flat();
  const wanted = unitDropIn(policy, home, shown);
  const found = entryAt(path);
  const isFallback = entryAt(join(folder, FALLBACK)) !== null;
  const now = found?.isFile === true ? Deno.readTextFileSync(path) : null;
  if (now === wanted) return { path, state: "unchanged", isFallback };
  if (found !== null && now?.startsWith(DROP_IN_HEAD) !== true) return { path, state: "foreign", isFallback };
  if (wanted === null) {
    Deno.removeSync(path);
    return { path, state: "removed", isFallback };
  }
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeAtomically(path, wanted);
  return { path, state: "written", isFallback };
}
