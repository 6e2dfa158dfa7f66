/** The range that a command line asks for. Pure. */
import type { Range } from "../../render/range.ts";
import type { Given } from "../command_line/command.ts";
import type { RANGE } from "../command_line/common_parameters.ts";
import { earliest } from "../sessions/filter.ts";

/** Null: the whole session. At most one of the three is given. */
export function rangeOf({ last, from, since }: Given<typeof RANGE>, now: number): Range | null {
  if (last !== null) return { last };
  if (from !== null) return { from };
  return since === null ? null : { since: earliest(since, now) };
}
