/** The clients whose sessions a command may read, with their folders. */
import type { EffectivePolicy } from "../../settings/merge.ts";
import { rootsByProvider } from "../../permissions/plan.ts";
import { CLIENTS } from "../../protocol/clients.ts";
import type { ProviderId } from "../../protocol/event.ts";
import type { Context } from "../context.ts";
import { findClientRoots } from "../planning/load_settings.ts";

/** A client whose sessions may be read, and the folders that hold them. */
export interface ReadableProvider {
  readonly id: ProviderId;
  readonly roots: readonly string[];
}

export function findReadableProviders(context: Context, { policy }: EffectivePolicy): ReadableProvider[] {
  const byProvider = rootsByProvider(policy, { clientRoots: findClientRoots(context) });
  return (Object.keys(CLIENTS) as ProviderId[]).flatMap((id) => {
    const roots = byProvider.get(id);
    return roots === undefined ? [] : [{ id, roots }];
  });
}
