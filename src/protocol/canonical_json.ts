/**
 * JSON with one spelling for each value (RFC 8785: keys sorted by UTF-16 code units, no white space), so that equal
 * values have equal hashes.
 */

/**
 * Leaves out fields that are `undefined`, as JSON does. Any other value that JSON does not have is a bug.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(canonicalJson({ b: [1, true], a: "x" }), '{"a":"x","b":[1,true]}');
 * ```
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") {
    // sort() orders by code units, as the RFC asks.
    const entries = Object.entries(value).filter(([, field]) => field !== undefined);
    const fields = entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) =>
      `${JSON.stringify(key)}:${canonicalJson(field)}`
    );
    return `{${fields.join(",")}}`;
  }
  throw new Error(`internal error: ${typeof value} ${String(value)} has no canonical JSON`);
}
