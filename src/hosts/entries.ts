/** Finds the code of roles that run as threads: beside the host's own code, as files or as bundles. */
import type { RoleKind } from "./host.ts";

/** Below `src` in a checkout, and beside `kato.js` in an installation. A writer as a process creates no files. */
const ENTRIES: Readonly<Record<RoleKind, { readonly source: string; readonly bundle: string }>> = {
  parser: { source: "parser/entry.ts", bundle: "parser.js" },
  writer: { source: "writer/thread_entry.ts", bundle: "thread_writer.js" },
};

/** @param host `import.meta.url` of the code that starts roles. In an installation that is the bundle `kato.js`. */
export function threadEntryOf(kind: RoleKind, host: string): URL {
  const { source, bundle } = ENTRIES[kind];
  return new URL(host.endsWith(".js") ? bundle : `../${source}`, host);
}
