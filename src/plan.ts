/**
 * The planner: prints what the command line that it is given may touch, for the launcher. It runs before every
 * command, in a process of its own that may write nothing, so it loads no more than that line needs.
 */
import { printPlan } from "./cli/actions/plan.ts";
import { folderOf, runMain, WITHOUT_HOME } from "./cli/main.ts";
import { SYSTEM_POLICY } from "./settings/places.ts";

await runMain(({ home, variables, out }) => {
  if (home === null) return WITHOUT_HOME;
  // The launcher says it first, and only where it is not 0; a person cannot.
  const isTold = Deno.args[0] === "--administrator";
  return printPlan(isTold ? Deno.args.slice(2) : Deno.args, {
    home,
    uid: Deno.uid() ?? 0,
    cwd: Deno.cwd(),
    variables,
    system: SYSTEM_POLICY,
    administrator: isTold ? Number(Deno.args[1]) : 0,
    code: [folderOf(import.meta.url)],
    out,
  });
});
