/**
 * The planner: prints for the launcher what a command line may touch. It runs before every command, in a process of its
 * own that may write nothing. It loads only what the plan of this command line needs.
 */
import { printPlan } from "./cli/actions/plan.ts";
import { folderOf, runMain, WITHOUT_HOME } from "./cli/main.ts";
import { SYSTEM_POLICY } from "./settings/places.ts";

await runMain(({ home, variables, out }) => {
  if (home === null) return WITHOUT_HOME;
  // The launcher puts it first, and only where it is not 0. A person's own arguments come after the launcher's.
  const isGiven = Deno.args[0] === "--administrator";
  return printPlan(isGiven ? Deno.args.slice(2) : Deno.args, {
    home,
    uid: Deno.uid() ?? 0,
    cwd: Deno.cwd(),
    variables,
    system: SYSTEM_POLICY,
    administrator: isGiven ? Number(Deno.args[1]) : 0,
    code: [folderOf(import.meta.url)],
    out,
  });
});
