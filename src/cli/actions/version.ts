/** `kato version`, and `kato --version`. Requires nothing. */
import { versionLine } from "../../version.ts";
import type { Context } from "../context.ts";
import { DONE, type Outcome } from "../outcome.ts";

export function printVersion({ out }: Pick<Context, "out">): Outcome {
  out.write(`${versionLine(Deno.version.deno)}\n`);
  return DONE;
}
