/**
 * Replaces names in a bundle that depend on the build's machine: the paths of modules, and the names of the bundle's
 * parts, which are hashes of a text with such paths. Pure.
 */

/** Modules are named by their place on this machine. Those in this place came from `npm:`. */
export function nameModules(bundle: string): string {
  return bundle.replace(/^(\/\/ | {2}")\S*\/npm\/[^/\n]+\/(?=\S)/gm, "$1npm:");
}

/** A part as other parts import it. */
const IMPORTED = /(?<=\b(?:from|import|import\() ?")\.\/([^"/\n]+\.js)(?=")/g;

/**
 * The same files under other names. Entries keep theirs; a command's part is named by its module (`part-status.js`),
 * what several share by a number, in the order in which the entries come to it.
 *
 * @throws {Error} if a file is reached from no entry, or one that is reached is not there
 */
export function nameParts(
  files: ReadonlyMap<string, string>,
  entries: readonly string[],
): ReadonlyMap<string, string> {
  const names = new Map(entries.map((entry) => [entry, entry]));
  let shared = 0;
  for (const [old] of names) {
    const text = files.get(old);
    if (text === undefined) throw new Error(`the bundler made no ${old}`);
    for (const [, part = ""] of text.matchAll(IMPORTED)) {
      if (names.has(part)) continue;
      const module = /^(.+)-[A-Z0-9]{8}\.js$/.exec(part)?.[1] ?? "chunk";
      const wanted = `part-${module.replaceAll("_", "-")}.js`;
      const isFree = module !== "chunk" && ![...names.values()].includes(wanted);
      names.set(part, isFree ? wanted : `part-${shared += 1}.js`);
    }
  }
  const stray = [...files.keys()].find((old) => !names.has(old));
  if (stray !== undefined) throw new Error(`the bundler made ${stray}, which nothing imports`);
  return new Map([...names].map(([old, name]) => {
    const text = files.get(old) ?? "";
    return [name, nameModules(text).replace(IMPORTED, (_, part: string) => `./${names.get(part)}`)];
  }));
}

/** The same files without those that have no text, and without their imports: what several share may be types alone. */
export function withoutEmptyParts(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const full = [...files].filter(([, text]) => text.trim() !== "");
  const kept = new Set(full.map(([name]) => name));
  const isKept = (name: string) => kept.has(name) || !files.has(name);
  return new Map(full.map(([name, text]) => [
    name,
    text.replace(/^import "\.\/([^"/\n]+)";\n/gm, (line, part: string) => isKept(part) ? line : ""),
  ]));
}
