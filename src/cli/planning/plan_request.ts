/** From a command line to what its plan is made for. Pure. */
import type { PlanRequest } from "../../permissions/plan.ts";
import type { Place } from "../command_line/command.ts";
import { parseArguments } from "../command_line/parse_arguments.ts";

/** A command line that is wrong is planned like a request for help: all it will do is say so. */
export function planRequestOf(line: readonly string[], place: Place): PlanRequest {
  const parsed = parseArguments(line, { columns: 80, colour: false });
  if (parsed.parsed !== "invocation") return { profile: "help" };
  const { command, given } = parsed.invocation;
  return command.plan(given, place);
}
