/** Paths and other words in a command line that a person may copy. Pure. */

/** A word that a shell takes as it is. A destination may hold whatever a shell would act on. */
export function forShell(word: string): string {
  return /^[\w@%+:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A path as a person would type it: a shell reads a tilde only where no quote is before it. */
export function shellPath(path: string, home: string): string {
  return path.startsWith(`${home}/`) ? `~/${forShell(path.slice(home.length + 1))}` : forShell(path);
}
