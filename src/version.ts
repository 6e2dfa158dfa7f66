/** The one place that says which kato this is; deno.json agrees, and a test asserts it. */
export const VERSION = "0.2.0";

/** Which source it was made of. A build writes the commit here: see tools/build/built_from.ts. */
export const BUILT_FROM = "from a checkout";

/** The runtime that kato is made for, as .deno-version has it; a test asserts it. */
export const RUNTIME = "2.9.5";

/** `kato 0.2.0 (commit 05e0ecc1a2b3, Deno 2.9.5)`. Scripts take the first number of the form `1.2.3`. */
export function versionLine(runtime: string): string {
  return `kato ${VERSION} (${BUILT_FROM}, Deno ${runtime})`;
}
