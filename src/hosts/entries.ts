/** Where the code of roles that are threads is: beside the host's own, as files or as bundles. Room: hosts; pure. */
import type { RoleKind } from "./host.ts";

/** In a checkout below `src`, and in an installation beside `kato.js`. A writer that is a process makes no files. */
const ENTRIES: Readonly<Record<RoleKind, { readonly source: string; readonly bundle: string }>> = {
  parser: { source: "parser/entry.ts", bundle: "parser.js" },
  writer: { source: "writer/thread_entry.ts", bundle: "thread_writer.js" },
};

/** @param host `import.meta.url` of the code that starts roles; in an installation that is the bundle `kato.js`. */
export function threadEntryOf(kind: RoleKind, host: string): URL {
  const { source, bundle } = ENTRIES[kind];
  return new URL(host.endsWith(".js") ? bundle : `../${source}`, host);
}
