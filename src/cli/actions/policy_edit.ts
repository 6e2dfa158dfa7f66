/**
 * `kato policy allow` and `kato policy deny`: one folder more or less in the person's own policy, and in what the
 * service's sandbox shows. READS the settings and metadata of the folder; WRITES `policy.toml` and the unit's drop-in,
 * and neither unless the policy that comes of it loads and does what was asked.
 */
import { openCommandLog } from "../../audit/command_log.ts";
import { policyEdited } from "../../audit/events.ts";
import type { ReasonOf } from "../../audit/reasons.ts";
import { addEntry, addList, dropEntry, setText } from "../../settings/edit_list.ts";
import { expandFolder, isInside } from "../../settings/folders.ts";
import { formatSettingsError } from "../../settings/keys.ts";
import type { EffectivePolicy } from "../../settings/merge.ts";
import { placesOf } from "../../settings/places.ts";
import { shortId } from "../../protocol/session.ts";
import { starterPolicy } from "../../settings/starter.ts";
import { readToml } from "../../settings/toml.ts";
import { makePrivateFolder, writeAtomically } from "../../disk/atomic_file.ts";
import { loadPolicy, readOwnPolicy } from "../../settings/policy_files.ts";
import type { Context } from "../context.ts";
import { readDaemonState } from "../daemon_state.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { loadEffective } from "../planning/load_settings.ts";
import { UNCHANGED, whyDenied, whyNoFolder } from "../policy_folder.ts";
import { count, plain, tilde } from "../terminal/style.ts";
import { absolutePath } from "../command_line/typed_path.ts";
import { keepDropIn, type Kept } from "../unit/drop_in.ts";

const ROOTS = "destinations.roots";
const DEFAULT_ROOT = "destinations.default_root";

interface Asked {
  /** As typed: relative to the working directory. */
  readonly folder: string;
}

/** `isDefault`: relative and generated names are to be in this folder, too. */
export function allowFolder(
  { folder, isDefault }: Asked & { readonly isDefault: boolean },
  context: Context,
): Outcome {
  const loaded = loadEffective(context);
  if (!loaded.ok) return loaded.outcome;
  const { home } = context;
  const path = absolutePath(folder, context.cwd, home);
  const wrong = whyNoFolder(path, home);
  if (wrong !== null) return wrong;
  const { roots, default_root } = loaded.value.policy.destinations;
  const holder = roots.find((root) => isInside(path, root));
  if (holder !== undefined) {
    const within = holder === path ? "" : `, because it is in ${tilde(holder, home)}`;
    const denied = whyDenied(path, loaded.value, context);
    if (denied !== null) {
      const message =
        `${tilde(path, home)} is among the folders that policy allows${within}, but nothing is written ` +
        `there (${denied.reason}): ${denied.message}`;
      return fail("denied", message);
    }
    context.out.write(`${tilde(path, home)} is allowed already${within}.\n`);
    if (isDefault && default_root === path) context.out.write("It is the default folder already.\n");
    if (!isDefault || default_root === path) return finish(loaded.value, { changed: false }, context);
  }
  const own = readOwnPolicy(context);
  if ("errors" in own) return fail("refused", own.errors.map(formatSettingsError).join("\n"));
  const before = own.text ?? starterPolicy();
  const added = holder !== undefined
    ? before
    : addEntry(before, ROOTS, short(path, home), roots.map((root) => short(root, home)));
  const text = isDefault ? setText(added, DEFAULT_ROOT, short(path, home)) : added;
  const tried = tryText(text, context);
  if (!("effective" in tried)) return tried.outcome;
  const { destinations } = tried.effective.policy;
  if (holder === undefined && !destinations.roots.includes(path)) {
    return sayEnforced(ROOTS, path, tried.effective, home);
  }
  if (isDefault && destinations.default_root !== path) {
    return sayEnforced(DEFAULT_ROOT, path, tried.effective, home);
  }
  const denied = whyDenied(path, tried.effective, context);
  if (denied !== null) return fail("denied", `Denied (${denied.reason}): ${denied.message} ${UNCHANGED}`);
  if (holder === undefined) record("folder-allowed", path, loaded.value, context);
  if (isDefault) record("default-folder-set", path, loaded.value, context);
  write(text, home);
  const file = tilde(placesOf(home).policyFile, home);
  if (holder === undefined) context.out.write(`allowed ${tilde(path, home)} in ${file}\n`);
  if (isDefault) {
    context.out.write(
      `made it the default folder: '::record' and relative names go there. What is being recorded stays where it is.\n`,
    );
  }
  return finish(tried.effective, { changed: true }, context);
}

export function denyFolder({ folder }: Asked, context: Context): Outcome {
  const loaded = loadEffective(context);
  if (!loaded.ok) return loaded.outcome;
  const { home } = context;
  const path = absolutePath(folder, context.cwd, home);
  const { roots } = loaded.value.policy.destinations;
  if (!roots.includes(path)) {
    const holder = roots.find((root) => isInside(path, root));
    if (holder === undefined) {
      context.out.write(`${tilde(path, home)} is not among the folders that policy allows.\n`);
      return finish(loaded.value, { changed: false }, context);
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
  const tried = tryText(text, context);
  if (!("effective" in tried)) return tried.outcome;
  if (tried.effective.policy.destinations.roots.includes(path)) {
    // One entry that asks for more than is enforced makes kato ignore the person's whole list.
    const message =
      `${tilde(path, home)} stays allowed: your own ${ROOTS} are ignored, because they ask for more ` +
      `than is enforced. 'kato policy check' has the line to mend. ${UNCHANGED}`;
    return fail("failed", message);
  }
  record("folder-denied", path, loaded.value, context);
  write(text, home);
  context.out.write(`took ${tilde(path, home)} out of ${tilde(placesOf(home).policyFile, home)}\n`);
  sayCutOff(path, rest, context);
  return finish(tried.effective, { changed: true }, context);
}

/** Names the recordings whose files are in `path` and in none of `rest`. */
function sayCutOff(path: string, rest: readonly string[], { home, out }: Context): void {
  const recordings = readDaemonState(home).status?.recordings ?? [];
  const cut = recordings.filter(({ state, destination }) =>
    state !== "stopped" && state !== "done" && isInside(destination, path) &&
    !rest.some((root) => isInside(destination, root))
  );
  if (cut.length === 0) return;
  const lines = cut.map(({ session, destination }) =>
    `  ${plain(shortId(session))}  ${tilde(destination, home)}\n`
  );
  out.write(
    `This cuts off ${count(cut.length, "recording")}, from the next start of kato on:\n${lines.join("")}` +
      "Each waits until the folder is allowed again. 'kato stop' with its id ends it.\n",
  );
}

function tryText(
  text: string,
  context: Context,
): { readonly effective: EffectivePolicy } | { readonly outcome: Outcome } {
  const file = placesOf(context.home).policyFile;
  const result = loadPolicy(context, { origin: "user", file, text });
  if (result.ok) return { effective: result.effective };
  const errors = result.errors.map((error) => plain(formatSettingsError(error)));
  return { outcome: fail("refused", `The policy would not load:\n${errors.join("\n")}\n${UNCHANGED}`) };
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

/** Written before the policy is: it names the policy that is in force until then. */
function record(
  reason: ReasonOf<"policy-edited">,
  path: string,
  effective: EffectivePolicy,
  context: Context,
): void {
  const audit = openCommandLog(
    placesOf(context.home).logs,
    effective,
    "policy",
    context.variables(["USER"])["USER"],
  );
  audit.append(policyEdited(path, reason));
  audit.close();
}

function write(text: string, home: string): void {
  const { config, policyFile } = placesOf(home);
  makePrivateFolder(config);
  writeAtomically(policyFile, text, true);
}

/** Makes the unit follow the policy, and says what the person has to do. */
function finish(effective: EffectivePolicy, { changed }: { changed: boolean }, context: Context): Outcome {
  const { home, out } = context;
  const kept = keepDropIn(effective.policy, home);
  if (kept === null) {
    if (changed) out.write("It holds from the next start of kato: if a daemon runs, start it again.\n");
    return DONE;
  }
  const path = tilde(kept.path, home);
  if (kept.state === "foreign") {
    const done = changed ? "The policy was changed" : "The policy is right";
    return fail("failed", `${done}, but ${path} is not one that kato wrote. Move it away, and try again.`);
  }
  if (kept.state !== "unchanged") out.write(`${kept.state} ${path}\n`);
  if (changed || kept.state !== "unchanged") out.write(restart(kept));
  if (kept.isFallback && kept.state === "written") {
    out.write(
      "Where AppArmor is on, an administrator has to name the folder in /etc/apparmor.d/local/kato, too.\n",
    );
  }
  return DONE;
}

function restart({ state }: Kept): string {
  const reload = state === "unchanged" ? "" : "systemctl --user daemon-reload && ";
  return `For it to hold, run: ${reload}systemctl --user restart kato\n`;
}

/** As the person would write it. */
function short(path: string, home: string): string {
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
