/**
 * The unit of authority. A list of grants says everything that a process or worker may touch. Deno flags, worker
 * permissions and the output of `kato doctor` come from the same list.
 */
import * as z from "zod/mini";

const path = z.string().check(z.startsWith("/"));

export const grant = z.discriminatedUnion("grant", [
  z.strictObject({ grant: z.literal("read"), path }),
  /** Names and metadata below `path`, no content. Deno has no such permission; there it is `read`. */
  z.strictObject({ grant: z.literal("list"), path }),
  z.strictObject({ grant: z.literal("write"), path }),
  z.strictObject({ grant: z.literal("env"), name: z.string() }),
  /** One item of Deno's `--allow-sys`. */
  z.strictObject({ grant: z.literal("sys"), name: z.string() }),
]);
export type Grant = z.infer<typeof grant>;
