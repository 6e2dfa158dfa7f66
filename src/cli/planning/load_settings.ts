/** Policy and configuration for a command that needs them. Requires read on the settings. */
import { formatSettingsError, type SettingsError } from "../../settings/keys.ts";
import type { EffectivePolicy } from "../../settings/merge.ts";
import type { Config } from "../../settings/policy.ts";
import type { ProviderId } from "../../protocol/event.ts";
import { CLIENT_VARIABLES, clientRoots } from "../../protocol/clients.ts";
import { loadConfig, loadPolicy } from "../../settings/policy_files.ts";
import type { Context } from "../context.ts";
import { fail, type Outcome } from "../outcome.ts";

export type Loaded<Value> = { readonly ok: true; readonly value: Value } | {
  readonly ok: false;
  readonly outcome: Outcome;
};

/** The effective policy; refused when it does not load, or is not the one that this run was planned with. */
export function loadEffective(
  context: Pick<Context, "home" | "uid" | "system" | "administrator" | "planHash">,
): Loaded<EffectivePolicy> {
  const result = loadPolicy(context);
  if (!result.ok) return { ok: false, outcome: refuse(result.errors) };
  const { hash } = result.effective;
  if (context.planHash !== null && context.planHash !== hash) {
    const message = "The policy changed while kato was starting. Run the command again.";
    return { ok: false, outcome: fail("refused", message) };
  }
  return { ok: true, value: result.effective };
}

/** The effective policy, for a command that reads sessions: policy may ask for the kernel's sandbox around it. */
export function loadForSessions(context: Context): Loaded<EffectivePolicy> {
  const loaded = loadEffective(context);
  if (!loaded.ok || context.kernelSandbox || !loaded.value.policy.sandbox.require_kernel_sandbox) {
    return loaded;
  }
  const message = "Policy has sandbox.require_kernel_sandbox = true, and this run has no kernel sandbox. " +
    "Use an installed kato.";
  return { ok: false, outcome: fail("refused", message) };
}

export function loadOwnConfig(context: Context): Loaded<Config> {
  const result = loadConfig(context);
  return result.ok ? { ok: true, value: result.config } : { ok: false, outcome: refuse(result.errors) };
}

function refuse(errors: readonly SettingsError[]): Outcome {
  const lines = errors.map(formatSettingsError);
  return fail("refused", lines.join("\nkato: "));
}

/** Where each provider's client keeps its sessions. */
export function findClientRoots(
  { home, variables }: Pick<Context, "home" | "variables">,
): Readonly<Record<ProviderId, readonly string[]>> {
  return clientRoots(home, variables(CLIENT_VARIABLES));
}
