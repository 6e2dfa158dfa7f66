/** `kato daemon`: checks that the policy is the one that was planned with, then hands over. */
import { runDaemon } from "../../daemon/main.ts";
import { VARIABLES } from "../../permissions/matrix.ts";
import type { Context } from "../context.ts";
import type { DaemonLaunch } from "../command_line/daemon_line.ts";
import type { Outcome } from "../outcome.ts";
import { CLIENT_VARIABLES } from "../../protocol/clients.ts";
import { loadEffective } from "../planning/load_settings.ts";

export async function startDaemon(
  afterCrash: boolean,
  context: Pick<Context, "home" | "uid" | "variables" | "system"> & DaemonLaunch,
): Promise<Outcome> {
  const loaded = loadEffective(context);
  if (!loaded.ok) return loaded.outcome;
  const environment = context.variables([...Object.values(VARIABLES).flat(), ...CLIENT_VARIABLES]);
  const { home, roles, kernelSandbox, kernelMissing, administrator } = context;
  const kernel = { sandbox: kernelSandbox, missing: kernelMissing };
  const options = { home, environment, afterCrash, roles, kernel, administrator };
  return { outcome: "ended", status: await runDaemon(options) };
}
