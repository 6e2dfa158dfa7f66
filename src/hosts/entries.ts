/** Where each role's code is: beside the host's own, as files of the checkout or as bundles. Room: hosts; pure. */
import type { RoleKind } from "./host.ts";

/** @param host `import.meta.url` of the code that starts roles; in an installation that is the bundle `kato.js`. */
export function entryOf(kind: RoleKind, host: string): URL {
  return new URL(host.endsWith(".js") ? `./${kind}.js` : `../${kind}/entry.ts`, host);
}
