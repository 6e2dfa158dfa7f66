/** Which secrets are replaced before anything is written. Policy sets it, and the writer gets it with each delivery. */
import * as z from "zod/mini";
import { REDACTION_TEXTS } from "./redaction_limits.ts";

/** Of one line, so that no text of several lines is needed to find it. */
const text = (least: number) =>
  z.string().check(z.regex(new RegExp(`^[!-~]{${least},256}$`), "must be printable ASCII without blanks"));

export const redaction = z.strictObject({
  secrets: z.boolean(),
  prefixes: z.array(text(4)).check(z.maxLength(REDACTION_TEXTS)),
  allow: z.array(text(4)).check(z.maxLength(REDACTION_TEXTS)),
});
export type Redaction = z.infer<typeof redaction>;

/** Where nobody says otherwise. */
export const REDACTION: Redaction = { secrets: true, prefixes: [], allow: [] };
