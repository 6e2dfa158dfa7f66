/** The one place that says which kato this is; deno.json agrees, and a test asserts it. */
export const VERSION = "0.1.0";
