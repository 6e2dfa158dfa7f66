/**
 * The client's own words around a result: a page shows the result without them. Only whole, known frames count. A result
 * in any other form is shown as it is. Pure.
 */
import type { ResultPage } from "../../protocol/event.ts";

/** The client's line behind the output of a command that failed, and its line for a command that printed nothing. */
const FAILED = /(?:^|\n)Command failed with exit code: (\d{1,10})\.$/;
const PRINTED_NOTHING = /^Process exited with code \d{1,10}$/;
/** Around the report of a sub-agent. */
const REPORT =
  /^agent_id: [^\n]*\nactual_subagent_type: [^\n]*\n(?:\w+: [^\n]*\n){0,8}\n\[summary\]\n(?=([^]*?)\n\nresume_hint: [^\n]*$)/;
/** What the model gets for an image: its bytes follow. */
const IMAGE = /^<image path="[^"\n]*"><\/image>$/;

/** How a page shows a result. `hasImages`: the record has images beside the text. */
export function pageOf(text: string, isError: boolean, hasImages: boolean): ResultPage | undefined {
  if (hasImages && IMAGE.test(text)) return { from: 0, to: 0 };
  const failed = isError ? FAILED.exec(text) : null;
  if (failed !== null) {
    const isEmpty = PRINTED_NOTHING.test(text.slice(0, failed.index)) || failed.index === 0;
    const facts = [`exit code ${failed[1]}`, ...(isEmpty ? ["no output"] : [])];
    return { from: 0, to: isEmpty ? 0 : failed.index, facts };
  }
  const report = isError ? null : REPORT.exec(text);
  if (report === null) return undefined;
  const from = report[0].length;
  return { from, to: from + (report[1]?.length ?? 0) };
}
