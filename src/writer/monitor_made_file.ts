/**
 * A destination that the monitor created or found. The monitor holds the writer to its inode and reports what it is, so
 * the writer only opens the name. Uses no `node:fs`, which costs a process some 4 MB. Requires write on the
 * destination; reads nothing.
 */
import { destinationFile, type Opened, type Wanted } from "./destination_file.ts";

export function openMonitorMadeFile({ destination, create, directories }: Wanted): Opened {
  if (create || directories.length > 0) throw new Error("internal error: the monitor makes what is new");
  const file = Deno.openSync(destination, { write: true, append: true });
  return {
    found: null,
    file: destinationFile({
      size: () => file.seekSync(0, Deno.SeekMode.End),
      write: (bytes) => file.writeSync(bytes),
      sync: () => file.syncDataSync(),
      truncate: (length) => file.truncateSync(length),
      close: () => file.close(),
    }),
  };
}
