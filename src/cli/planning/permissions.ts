/** Shows the permission matrix with the paths of this machine, for `kato doctor --permissions`. */
import { MATRIX, type Profile } from "../../permissions/matrix.ts";
import type { Plan } from "../../permissions/plan.ts";
import type { Context } from "../context.ts";
import { makePlan } from "./make_plan.ts";
import { DONE, type Outcome } from "../outcome.ts";
import { loadEffective } from "./load_settings.ts";
import { describeSandbox, padEnd, painter, tilde } from "../terminal/style.ts";
import { reportText } from "../report/report.ts";

/** These are the planner, roles that are planned with the daemon, and the command about other people. */
const NO_COMMANDS: ReadonlySet<Profile> = new Set([
  "plan",
  "fleet:status",
  "parser:<provider>",
  "writer:<destination>",
]);

/** Files and folders that arguments name are left out here. */
export async function describePermissions(json: boolean, context: Context): Promise<Outcome> {
  const plans: Plan[] = [];
  for (const { profile } of MATRIX) {
    if (NO_COMMANDS.has(profile)) continue;
    const planned = await makePlan({ profile }, context);
    if (!planned.ok) return planned.outcome;
    plans.push(planned.plan);
  }
  const roles = plans.flatMap((plan) => plan.roles);
  const loaded = loadEffective(context);
  if (!loaded.ok) return loaded.outcome;
  const policy = { version: loaded.value.version, hash: loaded.value.hash };
  const { kernelSandbox: sandbox, kernelMissing: missing, kernel: { landlockAbi } } = context;
  const whole = { policy, kernel: { sandbox, missing, landlockAbi }, roles };
  context.out.write(json ? reportText("permissions", whole) : describeRoles(policy, roles, context));
  return DONE;
}

function describeRoles(
  policy: { readonly version: number; readonly hash: string },
  roles: Plan["roles"],
  { home, out, kernelSandbox, kernelMissing }: Context,
): string {
  const paint = painter(out);
  const lines = [
    `Policy version ${policy.version}, SHA-256 ${policy.hash}.`,
    `Kernel sandbox around this command: ${describeSandbox(kernelSandbox, kernelMissing)}.`,
    "",
    "What each command and role may touch here. Everything else is denied to all of them,",
    "the network, other programs and foreign code among it. An export also reads and writes",
    "what its arguments name; `policy explain`, `allow` and `deny` look at it.",
  ];
  for (const { role, grants } of roles) {
    lines.push("", paint("bold", role));
    for (const grant of grants) {
      lines.push(`  ${padEnd(grant.grant, 6)} ${"path" in grant ? tilde(grant.path, home) : grant.name}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
