/**
 * The unit of authority. Everything that a process or worker may touch is a list of grants; Deno flags, worker
 * permissions and what `kato doctor` prints come from the same list. Room: protocol; no authority.
 */
import * as z from "zod/mini";

const path = z.string().check(z.startsWith("/"));

export const grant = z.discriminatedUnion("grant", [
  z.strictObject({ grant: z.literal("read"), path }),
  /** Names and metadata below `path`, no content. Deno has no such permission: there it is `read`. */
  z.strictObject({ grant: z.literal("list"), path }),
  z.strictObject({ grant: z.literal("write"), path }),
  z.strictObject({ grant: z.literal("env"), name: z.string() }),
  /** One item of Deno's `--allow-sys`. */
  z.strictObject({ grant: z.literal("sys"), name: z.string() }),
]);
export type Grant = z.infer<typeof grant>;
