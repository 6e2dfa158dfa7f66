/** Everything that a renderer gets besides the events. */
import * as z from "zod/mini";
import { sessionMeta } from "./session.ts";
import { FORMATS, INCLUDES } from "./closed_sets.ts";

export const format = z.enum(FORMATS);
export type Format = z.infer<typeof format>;

export const include = z.enum(INCLUDES);
export type Include = z.infer<typeof include>;
/** Thinking is left out unless asked for. JSONL always holds everything. */
export const DEFAULT_INCLUDES: readonly Include[] = ["tools", "results", "agents", "notices"];

/**
 * Fixed for the life of a recording. All of it is known from the session's first records, so a recording and a later
 * export of the same session have the same head.
 */
export const renderHead = z.strictObject({
  format,
  meta: sessionMeta,
  /** IANA name. Times are shown in this zone, with their offset. */
  timeZone: z.string(),
  include: z.array(include),
  /** `inline`: the page holds the images themselves; `files`: files beside it do. Without it an image is a line. */
  images: z.optional(z.enum(["inline", "files"])),
  /** Which part of the session an export holds, in kato's words. Without it: all. */
  range: z.optional(z.string()),
});
export type RenderHead = z.infer<typeof renderHead>;
