/** `kato version`, and `kato --version`. Requires nothing. */
import { BUILT_FROM, VERSION, versionLine } from "../../version.ts";
import type { Context } from "../context.ts";
import { reportText } from "../report/report.ts";
import { DONE, type Outcome } from "../outcome.ts";

export function printVersion(
  { json }: { readonly json: boolean },
  { out }: Pick<Context, "out">,
): Outcome {
  const { deno } = Deno.version;
  const report = { version: VERSION, source: BUILT_FROM, runtime: `Deno ${deno}` };
  out.write(json ? reportText("version", report) : `${versionLine(deno)}\n`);
  return DONE;
}
