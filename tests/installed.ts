/**
 * Tests that start kato as a process start the checkout; where KATO_BINARY names the launcher of an installation, they
 * start that. `deno task test:installed` sets it.
 */
import type { Need } from "./needs.ts";

/** The launcher that tests are to start, if any. */
export const KATO: string | null = Deno.env.get("KATO_BINARY") ?? null;

/** For a test that says nothing about an installation; `why` it does not. */
export function checkoutOnly(why: string): Need {
  return { isMet: KATO === null, otherwise: `${why}: deno task test runs it on the checkout` };
}

/** For a test of a property that only an installation has. */
export const INSTALLATION: Need = {
  isMet: KATO !== null,
  otherwise: "it is about an installation: deno task test:installed runs it",
};
