/**
 * Tests that start kato as a process start the checkout; where KATO_BINARY names the launcher of an installation, they
 * start that. `deno task test:installed` sets it.
 */

/** The launcher that tests are to start, if any. */
export const KATO: string | null = Deno.env.get("KATO_BINARY") ?? null;

/** For a test that says nothing about an installation: there it is skipped, and `why` is told. */
export function checkoutOnly(why: string): { readonly ignore: boolean } {
  if (KATO !== null) console.warn(`A test is skipped on an installation: ${why}.`);
  return { ignore: KATO !== null };
}

/** For a test of what only an installation has. */
export const INSTALLED_ONLY: { readonly ignore: boolean } = { ignore: KATO === null };
