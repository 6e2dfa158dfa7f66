/** A value of settings in TOML's spelling, on one line. Pure. */

/**
 * TOML spells booleans, whole numbers, texts and lists as JSON does, and tables in its own way.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(tomlOf([{ a: ["x", "y"] }]), '[{ a = ["x", "y"] }]');
 * ```
 */
export function tomlOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(tomlOf).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, inner]) => `${key} = ${tomlOf(inner)}`);
  return `{ ${pairs.join(", ")} }`;
}
