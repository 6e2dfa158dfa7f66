/**
 * Watches single folders with the runtime's watcher, which is one for all that is watched here. It hands each event to
 * every group whose first paths lead to it, so the roots come first: that costs it two looks an event, however many
 * folders there are. It does not follow folders by itself, because it would follow links, too; and what it
 * watches by a name it goes on watching under that name, so a folder that was made anew needs all groups anew.
 * Requires read on the roots. Room: parser; edge.
 */

export interface WatchGroups {
  /** Watches these folders, too. Throws where the kernel has no room. */
  add(folders: readonly string[]): void;
  /** Watches these folders only. What happens until it resolves is not told. */
  replace(folders: readonly string[]): Promise<void>;
  /** How many groups there are: few are better. */
  count(): number;
  close(): void;
}

export function makeWatchGroups(
  roots: () => readonly string[],
  report: (event: Deno.FsEvent) => void,
): WatchGroups {
  /** With what resolves when the runtime has let go of it. */
  const groups = new Map<Deno.FsWatcher, Promise<void>>();
  let first: Deno.FsWatcher | null = null;

  async function follow(group: Deno.FsWatcher): Promise<void> {
    for await (const event of group) {
      // The others are told the same.
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
