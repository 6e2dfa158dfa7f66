/** From a command line to what its plan is made for. Pure. */
import type { PlanRequest } from "../../permissions/plan.ts";
import type { Place } from "../command_line/command.ts";
import { parseArguments, type Parsed } from "../command_line/parse_arguments.ts";

export function planRequestOf(line: readonly string[], place: Place): PlanRequest {
  return requestOf(parseForPlan(line), place);
}

/** A plan shows no help, so that its width does not matter. */
export function parseForPlan(line: readonly string[]): Parsed {
  return parseArguments(line, { columns: 80, colour: false });
}

/** A command line that is wrong is planned like a request for help: all it will do is say so. */
export function requestOf(parsed: Parsed, place: Place): PlanRequest {
  if (parsed.parsed !== "invocation") return { profile: "help" };
  const { command, given } = parsed.invocation;
  return command.plan(given, place);
}
