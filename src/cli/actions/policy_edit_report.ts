/** `kato policy allow --json` and `deny --json`: the same, told to a program. Requires what they require. */
import { loadPolicy } from "../../settings/policy_files.ts";
import type { Context } from "../context.ts";
import { absolutePath } from "../command_line/typed_path.ts";
import type { Outcome } from "../outcome.ts";
import { reportText } from "../report/report.ts";

/** Runs `edit`, and reports what holds after it, with what `edit` would have said to a person. */
export function reportEdit(
  edit: (context: Context) => Outcome,
  folder: string,
  context: Context,
): Outcome {
  let said = "";
  const outcome = edit({ ...context, out: { ...context.out, write: (text) => void (said += text) } });
  if (outcome.outcome !== "done") return outcome;
  const loaded = loadPolicy(context);
  if (!loaded.ok) throw new Error("internal error: a policy that was edited does not load");
  const { roots, default_root } = loaded.effective.policy.destinations;
  const path = absolutePath(folder, context.cwd, context.home);
  const report = { folder: path, roots, defaultRoot: default_root, messages: said.trimEnd().split("\n") };
  context.out.write(reportText("policy-edit", report));
  return outcome;
}
