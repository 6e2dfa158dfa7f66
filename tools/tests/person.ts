/** kato runs for a person. When tests run as root, they start kato as another user. */

/** Nobody's number on any machine that runs tests as root. */
export const PERSON = 42_424;

export const isRoot = Deno.uid() === 0;

/** Words before a command that make it the person's. */
export function asPerson(): string[] {
  return isRoot ? ["setpriv", `--reuid=${PERSON}`, `--regid=${PERSON}`, "--clear-groups", "--"] : [];
}
