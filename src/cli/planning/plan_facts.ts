/**
 * What a plan takes from policy and providers. It is apart from make_plan.ts, so that a command whose plan needs neither
 * loads neither. READS the settings; writes nothing.
 */
import type { EffectivePolicy } from "../../settings/merge.ts";
import { rowOf } from "../../permissions/matrix.ts";
import type { Facts, PlanRequest } from "../../permissions/plan.ts";
import type { PlanContext } from "./make_plan.ts";
import type { Outcome } from "../outcome.ts";
import { realPath } from "./real_path.ts";
import { loadConfig, loadPolicyByName } from "../../settings/policy_files.ts";
import { CLIENT_VARIABLES } from "../../protocol/clients.ts";
import { findClientRoots, loadEffective } from "./load_settings.ts";

export type PlanFacts = Pick<Facts, "clientRoots" | "clientVariables" | "besides" | "keepsImages"> & {
  readonly ok: true;
  /** null: it does not load, and the command does not need it. */
  readonly effective: EffectivePolicy | null;
};

export async function findPlanFacts(
  { profile, reads = [], images }: PlanRequest,
  context: PlanContext,
): Promise<PlanFacts | { readonly ok: false; readonly outcome: Outcome }> {
  const loaded = loadEffective({ ...context, planHash: null });
  if (!loaded.ok && rowOf(profile).needsPolicy) return loaded;
  const named = loaded.ok ? null : loadPolicyByName(context);
  // The fault is on the disk, where the command itself may not look. Only the planner can report it.
  if (!loaded.ok && named?.ok === true && profile !== "cli-read:doctor") return loaded;
  return {
    ok: true,
    effective: loaded.ok ? loaded.value : named?.ok === true ? named.effective : null,
    clientRoots: findClientRoots(context),
    clientVariables: CLIENT_VARIABLES,
    besides: profile === "export" ? (await Promise.all(reads.map(findBesides))).flat() : [],
    keepsImages: images !== undefined && keepsImages(context),
  };
}

/** A configuration that does not load ends the command itself. */
function keepsImages(context: PlanContext): boolean {
  const loaded = loadConfig(context);
  return loaded.ok && loaded.config.render.images === "files";
}

/** Loads the providers, which are most of the code. */
async function findBesides(file: string): Promise<string[]> {
  // The person may have named a link.
  const log = realPath(file);
  const { loadAllProviders } = await import("../../providers/load_provider.ts");
  const providers = await loadAllProviders();
  const besides = providers.flatMap((
    provider,
  ) => [provider.agentFolder(log, null), provider.sideFile?.(log)?.path]);
  return besides.filter((path) => typeof path === "string");
}
