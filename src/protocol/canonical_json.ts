/**
 * JSON with one spelling for one value (RFC 8785: keys sorted by UTF-16 code units, no white space), so that a hash
 * over it means something. Room: protocol; no authority, pure.
 */

/**
 * Fields that are `undefined` are left out, as JSON does. Anything else that JSON does not have is a bug.
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
    // The default order of sort() is by code units, which is what the RFC asks for.
    const entries = Object.entries(value).filter(([, field]) => field !== undefined);
    const fields = entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) =>
      `${JSON.stringify(key)}:${canonicalJson(field)}`
    );
    return `{${fields.join(",")}}`;
  }
  throw new Error(`internal error: ${typeof value} ${String(value)} has no canonical JSON`);
}
