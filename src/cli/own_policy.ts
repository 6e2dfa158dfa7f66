/** A change of the person's own policy: tried first, then put on record, then written. WRITES `policy.toml` and the audit log. */
import { openCommandLog } from "../audit/command_log.ts";
import { policyEdited } from "../audit/events.ts";
import type { ReasonOf } from "../audit/reasons.ts";
import { makePrivateFolder, writeAtomically } from "../disk/atomic_file.ts";
import { formatSettingsError } from "../settings/keys.ts";
import type { EffectivePolicy } from "../settings/merge.ts";
import { placesOf } from "../settings/places.ts";
import { loadPolicy } from "../settings/policy_files.ts";
import type { Context } from "./context.ts";
import { fail, type Outcome } from "./outcome.ts";
import { UNCHANGED } from "./policy_folder.ts";
import { plain } from "./terminal/style.ts";

/** The policy that `text` would make as the person's own, or why it would make none. */
export function tryOwnPolicy(
  text: string,
  context: Context,
): { readonly effective: EffectivePolicy } | { readonly outcome: Outcome } {
  const file = placesOf(context.home).policyFile;
  const result = loadPolicy(context, { origin: "user", file, text });
  if (result.ok) return { effective: result.effective };
  const errors = result.errors.map((error) => plain(formatSettingsError(error)));
  return { outcome: fail("refused", `The policy would not load:\n${errors.join("\n")}\n${UNCHANGED}`) };
}

/** Written before the policy is: it names the policy that is in force until then. */
export function recordEdit(
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

export function writeOwnPolicy(text: string, home: string): void {
  const { config, policyFile } = placesOf(home);
  makePrivateFolder(config);
  writeAtomically(policyFile, text, true);
}
