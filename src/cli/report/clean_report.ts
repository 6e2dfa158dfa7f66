/** The report of `kato clean --json`. Loaded as reports.ts is. */
import * as z from "zod/mini";
import { cleaned } from "../../protocol/request.ts";

export const cleanBody = z.strictObject({
  /** Nothing was removed: this is what would be. */
  dryRun: z.boolean(),
  logs: cleaned.shape.logs,
  files: cleaned.shape.files,
  skipped: cleaned.shape.skipped,
  /** `bytes`: given back (`shrunk`), or free in a file that an older kato made (`fixed`). `left`: nothing was done, and `why`. */
  index: z.strictObject({
    state: z.enum(["none", "off", "shrunk", "fixed", "left"]),
    bytes: z.int(),
    why: z.nullable(z.string()),
  }),
  /** Why the daemon did not come to the end; null: it did, and `skipped` has the clients that it left out. */
  failed: z.nullable(z.string()),
});
