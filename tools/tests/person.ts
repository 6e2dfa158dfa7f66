/** Kato is for persons: where tests run as root, what they start of it runs as somebody else. */

/** Nobody's number on any machine that runs tests as root. */
export const PERSON = 42_424;

export const isRoot = Deno.uid() === 0;

/** Words before a command that make it the person's. */
export function asPerson(): string[] {
  return isRoot ? ["setpriv", `--reuid=${PERSON}`, `--regid=${PERSON}`, "--clear-groups", "--"] : [];
}
