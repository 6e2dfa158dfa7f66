/**
 * `kato policy allow` and `kato policy deny`: one folder more or less in the person's own policy, and in what the
 * service's sandbox shows. READS the settings and metadata of the folder; WRITES `policy.toml` and the unit's drop-in,
 * and neither unless the policy that comes of it loads and does what was asked.
 */
import type { RecordingStatus } from "../../protocol/status.ts";
import { addEntry, addList, dropEntry, setText } from "../../settings/edit_list.ts";
import { expandFolder, isInside } from "../../settings/folders.ts";
import { formatSettingsError } from "../../settings/keys.ts";
import type { EffectivePolicy } from "../../settings/merge.ts";
import { starterPolicy } from "../../settings/starter.ts";
import { readToml } from "../../settings/toml.ts";
import { readOwnPolicy } from "../../settings/policy_files.ts";
import type { Context } from "../context.ts";
import { readDaemonState } from "../daemon_state.ts";
import { fail, type Outcome } from "../outcome.ts";
import { recordEdit, tryOwnPolicy, writeOwnPolicy } from "../own_policy.ts";
import { loadEffective } from "../planning/load_settings.ts";
import { UNCHANGED, whyDenied, whyNoFolder } from "../policy_folder.ts";
import { tilde } from "../terminal/style.ts";
import { absolutePath } from "../command_line/typed_path.ts";
import { keepDropIn, type Kept } from "../unit/drop_in.ts";
import { tellEdit, within } from "./policy_edit_report.ts";

const ROOTS = "destinations.roots";
const DEFAULT_ROOT = "destinations.default_root";

/** What was asked for, and holds now. */
export interface PolicyEdit {
  readonly verb: "allow" | "deny";
  readonly folder: string;
  /** The root that held the folder before; null where none did. */
  readonly holder: string | null;
  /** Whether the folder was to be the default, too. */
  readonly asksDefault: boolean;
  readonly changes: readonly ("allowed" | "made-default" | "taken-out")[];
  /** Recordings whose files are in no root any more. */
  readonly cutOff: readonly RecordingStatus[];
  readonly effective: EffectivePolicy;
  /** Null where no unit runs kato. */
  readonly dropIn: Kept | null;
}

/** The outcome: why it cannot be done. Then nothing was changed. */
type Edited = Omit<PolicyEdit, "dropIn"> | Outcome;

interface Asked {
  /** As typed: relative to the working directory. */
  readonly folder: string;
  readonly json: boolean;
}

interface AskedToAllow extends Asked {
  /** Relative and generated names are to be in this folder, too. */
  readonly isDefault: boolean;
}

export function allowFolder(asked: AskedToAllow, context: Context): Outcome {
  return tell(allow(asked, context), asked, context);
}

export function denyFolder(asked: Asked, context: Context): Outcome {
  return tell(deny(asked, context), asked, context);
}

/** Has the unit follow the policy, and tells the person or the program. */
function tell(edited: Edited, { json }: Asked, context: Context): Outcome {
  if ("outcome" in edited) return edited;
  const dropIn = keepDropIn(edited.effective.policy, context.home);
  return tellEdit({ ...edited, dropIn }, json, context);
}

function allow({ folder, isDefault }: AskedToAllow, context: Context): Edited {
  const loaded = loadEffective(context);
  if (!loaded.ok) return loaded.outcome;
  const { home } = context;
  const path = absolutePath(folder, context.cwd, home);
  const wrong = whyNoFolder(path, home);
  if (wrong !== null) return wrong;
  const { roots, default_root } = loaded.value.policy.destinations;
  const holder = roots.find((root) => isInside(path, root)) ?? null;
  const edit = { verb: "allow", folder: path, holder, asksDefault: isDefault, cutOff: [] } as const;
  if (holder !== null) {
    const denied = whyDenied(path, loaded.value, context);
    if (denied !== null) {
      const message =
        `${tilde(path, home)} is among the folders that policy allows${
          within(path, holder, home)
        }, but nothing is written ` +
        `there (${denied.reason}): ${denied.message}`;
      return fail("denied", message);
    }
    if (!isDefault || default_root === path) return { ...edit, changes: [], effective: loaded.value };
  }
  const own = readOwnPolicy(context);
  if ("errors" in own) return fail("refused", own.errors.map(formatSettingsError).join("\n"));
  const before = own.text ?? starterPolicy();
  const added = holder !== null
    ? before
    : addEntry(before, ROOTS, short(path, home), roots.map((root) => short(root, home)));
  const text = isDefault ? setText(added, DEFAULT_ROOT, short(path, home)) : added;
  const tried = tryOwnPolicy(text, context);
  if (!("effective" in tried)) return tried.outcome;
  const { destinations } = tried.effective.policy;
  if (holder === null && !destinations.roots.includes(path)) {
    return sayEnforced(ROOTS, path, tried.effective, home);
  }
  if (isDefault && destinations.default_root !== path) {
    return sayEnforced(DEFAULT_ROOT, path, tried.effective, home);
  }
  const denied = whyDenied(path, tried.effective, context);
  if (denied !== null) return fail("denied", `Denied (${denied.reason}): ${denied.message} ${UNCHANGED}`);
  if (holder === null) recordEdit("folder-allowed", path, loaded.value, context);
  if (isDefault) recordEdit("default-folder-set", path, loaded.value, context);
  writeOwnPolicy(text, home);
  const changes = [
    ...holder === null ? ["allowed"] as const : [],
    ...isDefault ? ["made-default"] as const : [],
  ];
  return { ...edit, changes, effective: tried.effective };
}

function deny({ folder }: Asked, context: Context): Edited {
  const loaded = loadEffective(context);
  if (!loaded.ok) return loaded.outcome;
  const { home } = context;
  const path = absolutePath(folder, context.cwd, home);
  const { roots } = loaded.value.policy.destinations;
  const edit = { verb: "deny", folder: path, holder: null, asksDefault: false } as const;
  if (!roots.includes(path)) {
    const holder = roots.find((root) => isInside(path, root));
    if (holder === undefined) {
      return { ...edit, changes: [], cutOff: [], effective: loaded.value };
    }
    const message =
      `${tilde(path, home)} is allowed because it is in ${tilde(holder, home)}. Take that one back, ` +
      `or narrow ${ROOTS} by hand. ${UNCHANGED}`;
    return fail("failed", message);
  }
  const rest = roots.filter((root) => root !== path);
  if (rest.length === 0) {
    const message =
      `${tilde(path, home)} is the only folder that is allowed. Allow another one first; to record ` +
      `nothing, stop the service. ${UNCHANGED}`;
    return fail("failed", message);
  }
  const own = readOwnPolicy(context);
  if ("errors" in own) return fail("refused", own.errors.map(formatSettingsError).join("\n"));
  const text = without(own.text ?? starterPolicy(), path, rest, home);
  const tried = tryOwnPolicy(text, context);
  if (!("effective" in tried)) return tried.outcome;
  if (tried.effective.policy.destinations.roots.includes(path)) {
    // One entry that asks for more than is enforced makes kato ignore the person's whole list.
    const message =
      `${tilde(path, home)} stays allowed: your own ${ROOTS} are ignored, because they ask for more ` +
      `than is enforced. 'kato policy check' has the line to mend. ${UNCHANGED}`;
    return fail("failed", message);
  }
  recordEdit("folder-denied", path, loaded.value, context);
  writeOwnPolicy(text, home);
  return {
    ...edit,
    changes: ["taken-out"],
    cutOff: findCutOff(path, rest, home),
    effective: tried.effective,
  };
}

/** The recordings whose files are in `path` and in none of `rest`. */
function findCutOff(path: string, rest: readonly string[], home: string): RecordingStatus[] {
  const recordings = readDaemonState(home).status?.recordings ?? [];
  return recordings.filter(({ state, destination }) =>
    state !== "stopped" && state !== "done" && isInside(destination, path) &&
    !rest.some((root) => isInside(destination, root))
  );
}

function sayEnforced(
  key: typeof ROOTS | typeof DEFAULT_ROOT,
  path: string,
  { policy, enforced }: EffectivePolicy,
  home: string,
): Outcome {
  const by = enforced[key];
  const where = by === undefined ? "An administrator" : `${by.file}${by.line === null ? "" : `:${by.line}`}`;
  const { roots, default_root } = policy.destinations;
  const folders = key === ROOTS ? roots : [default_root];
  const shown = folders.map((root) => tilde(root, home)).join(", ");
  const message =
    `${where} enforces ${key}, so only folders in these can be ${
      key === ROOTS ? "allowed" : "the default"
    }: ${shown}. ` +
    `Ask your administrator for ${tilde(path, home)}. ${UNCHANGED}`;
  return fail("denied", message);
}

/** The person's file without `path`: its own list shortened, or, where it has none, a list of what is left. */
function without(text: string, path: string, rest: readonly string[], home: string): string {
  const toml = readToml(text);
  if (!toml.ok) throw new Error("internal error: a policy that loads does not parse");
  if (!toml.values.has(ROOTS)) return addList(text, ROOTS, rest.map((root) => short(root, home)));
  const { roots } = toml.value["destinations"] as { readonly roots: readonly string[] };
  let shorter = text;
  // From the end, so that the numbers before stay right.
  for (let index = roots.length - 1; index >= 0; index--) {
    const folder = expandFolder(roots[index] ?? "", home);
    if ("path" in folder && folder.path === path) shorter = dropEntry(shorter, ROOTS, index);
  }
  return shorter;
}

/** As the person would write it. */
function short(path: string, home: string): string {
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
