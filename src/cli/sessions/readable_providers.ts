/** The providers whose sessions a command may read, with their folders. */
import type { EffectivePolicy } from "../../settings/merge.ts";
import { rootsByProvider } from "../../permissions/plan.ts";
import type { Provider } from "../../providers/provider.ts";
import { providers } from "../../providers/registry.ts";
import type { Context } from "../context.ts";
import { findClientRoots } from "../planning/load_settings.ts";

/** A provider whose sessions may be read, and the folders that hold them. */
export interface ReadableProvider {
  readonly provider: Provider;
  readonly roots: readonly string[];
}

export function findReadableProviders(context: Context, { policy }: EffectivePolicy): ReadableProvider[] {
  const byProvider = rootsByProvider(policy, { clientRoots: findClientRoots(context) });
  return providers.flatMap((provider) => {
    const roots = byProvider.get(provider.id);
    return roots === undefined ? [] : [{ provider, roots }];
  });
}
