/** The report of `kato forget --json`. Loaded as reports.ts is. */
import * as z from "zod/mini";
import { providerId } from "../../protocol/provider_id.ts";
import { answer } from "../../protocol/request.ts";

export const forgetBody = z.strictObject({
  provider: providerId,
  session: z.string(),
  result: answer.shape.result,
  reason: z.string(),
  message: z.string(),
  /** `left`: the index may still have it, and `why`. `off`: the search is off, and nobody looked. */
  index: z.strictObject({ state: z.enum(["removed", "none", "off", "left"]), why: z.nullable(z.string()) }),
  /**
   * Of its recordings. `holds`: another session that is in the file, too. `state`, with `--recordings`: whether it is the file
   * that kato wrote, with nothing else in it; otherwise null.
   */
  files: z.array(z.strictObject({
    path: z.string(),
    holds: z.nullable(z.string()),
    state: z.nullable(z.enum(["as-left", "changed", "shared", "gone"])),
    /** The folder of its images; null: there is none. */
    images: z.nullable(z.string()),
  })),
});
