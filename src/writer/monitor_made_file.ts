/**
 * A destination that the monitor made or found, and holds the writer to by its inode: the writer only opens what
 * stands at its name, and what that is, the monitor tells. Without `node:fs`, which costs a process some 4 MB: the
 * runtime's own files do not say what they are to whoever may not read. Requires write on it; reads nothing. Room:
 * writer; edge.
 */
import type { Opened, Wanted } from "./destination_file.ts";

export function openMonitorMadeFile({ destination, create, directories }: Wanted): Opened {
  if (create || directories.length > 0) throw new Error("internal error: the monitor makes what is new");
  const file = Deno.openSync(destination, { write: true, append: true });
  const size = () => file.seekSync(0, Deno.SeekMode.End);
  const flush = () => {
    file.syncDataSync();
    return size();
  };
  return {
    found: null,
    file: {
      size,
      write(bytes) {
        for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
      },
      flush,
      truncate(length) {
        file.truncateSync(length);
        return flush();
      },
      close: () => file.close(),
    },
  };
}
