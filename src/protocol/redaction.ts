/** Which secrets are replaced before anything is written. Policy sets it, and the writer gets it with each delivery. */
import * as z from "zod/mini";
import { REDACTION_TEXTS, RULES_COUNTED } from "./redaction_limits.ts";

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

/** How many secrets were replaced, by rule. A writer says them, so they are bounded, and names are words of kato's. */
export const redactedCounts = z.record(
  z.string().check(z.regex(/^[a-z0-9-]{1,40}$/)),
  z.int().check(z.positive()),
).check(z.refine((counts) => Object.keys(counts).length <= RULES_COUNTED, "has too many rules"));
export type RedactedCounts = Readonly<Record<string, number>>;

export function addCounts(some: RedactedCounts, more: RedactedCounts): RedactedCounts {
  const sum: Record<string, number> = { ...some };
  for (const [rule, times] of Object.entries(more)) {
    sum[rule] = (Object.hasOwn(sum, rule) ? sum[rule] ?? 0 : 0) + times;
  }
  return sum;
}

/** `github-token 2, password 1` */
export function listCounts(counts: RedactedCounts): string {
  const rules = Object.entries(counts).sort(([a], [b]) => a < b ? -1 : 1);
  return rules.map(([rule, times]) => `${rule} ${times}`).join(", ");
}

/** `3 secrets redacted (github-token 2, password 1)` */
export function describeRedacted(counts: RedactedCounts): string {
  const all = Object.values(counts).reduce((sum, times) => sum + times, 0);
  return `${all} ${all === 1 ? "secret" : "secrets"} redacted (${listCounts(counts)})`;
}
