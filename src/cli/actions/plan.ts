/** `kato plan -- ARGUMENTS`: what a command line may touch, for the launcher. */
import { renderPlan } from "../../permissions/plan_text.ts";
import type { Context } from "../context.ts";
import { endWrong } from "../command_line/parse_arguments.ts";
import { makePlan, type PlanContext } from "../planning/make_plan.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { parseForPlan, requestOf } from "../planning/plan_request.ts";

export async function printPlan(
  line: readonly string[],
  context: PlanContext & Pick<Context, "cwd" | "out">,
): Promise<Outcome> {
  const parsed = parseForPlan(line);
  // The launcher ends as this does, so that the runtime does not start once more to say it.
  if (parsed.parsed === "wrong") return endWrong(parsed);
  const planned = await makePlan(requestOf(parsed, context), context);
  if (!planned.ok) return planned.outcome;
  const rendered = renderPlan(planned.plan);
  if (!rendered.ok) {
    const message =
      `The plan ${rendered.message}. Use other paths in the command, the policy or the environment.`;
    return fail("refused", message);
  }
  context.out.write(rendered.text);
  return DONE;
}
