/**
 * Watches single folders with the runtime's watcher, which is one for the whole process. It gives each event to every
 * group whose first paths lead to it, so the roots come first: an event costs two comparisons, however many folders
 * there are. It does not recurse, because it would follow links. It remembers a watch by name, so a folder that was
 * made anew needs new groups. Requires read on the roots.
 */

export interface WatchGroups {
  /** Watches these folders as well. Throws when the kernel has no room. */
  add(folders: readonly string[]): void;
  /** Watches these folders only. Changes until it resolves are not reported. */
  replace(folders: readonly string[]): Promise<void>;
  /** Number of groups: fewer are better. */
  count(): number;
  close(): void;
}

export function makeWatchGroups(
  roots: () => readonly string[],
  report: (event: Deno.FsEvent) => void,
): WatchGroups {
  /** Each group, with a promise that resolves when the runtime has released it. */
  const groups = new Map<Deno.FsWatcher, Promise<void>>();
  let first: Deno.FsWatcher | null = null;

  async function follow(group: Deno.FsWatcher): Promise<void> {
    for await (const event of group) {
      // The other groups get the same events.
      if (group === first) report(event);
    }
  }

  function open(folders: readonly string[]): void {
    const group = Deno.watchFs([...new Set([...roots(), ...folders])], { recursive: false });
    first ??= group;
    groups.set(group, follow(group));
  }

  async function close(): Promise<void> {
    const over = [...groups.values()];
    for (const group of groups.keys()) group.close();
    groups.clear();
    first = null;
    await Promise.all(over);
  }

  return {
    add: open,
    async replace(folders) {
      await close();
      open(folders);
    },
    count: () => groups.size,
    close: () => void close(),
  };
}
