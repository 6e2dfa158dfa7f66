/** `kato completions`. Requires nothing. */
import { completionsFor } from "../completions/completions.ts";
import type { Context } from "../context.ts";
import type { Shell } from "../command_line/kinds.ts";
import { DONE, type Outcome } from "../outcome.ts";

export function printCompletions(
  { shell }: { readonly shell: Shell },
  { out }: Pick<Context, "out">,
): Outcome {
  out.write(completionsFor(shell));
  return DONE;
}
