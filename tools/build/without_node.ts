/** Has the commands' bundles begin without Node's modules: `node_stand_in.ts` is in their place. Pure. */

/** The file with the stand-in. */
export const STAND_IN = "node_stand_in.js";

const PARSER = "// npm:commander/";
const FROM_NODE = /^(import [^;"]+ from )"node:[a-z_]+";$/gm;

/**
 * The same files, in which the parser of command lines imports the stand-in.
 *
 * @throws {Error} where an entry still loads a module of Node's before its first line runs
 */
export function withoutNode(
  files: ReadonlyMap<string, string>,
  entries: readonly string[],
): ReadonlyMap<string, string> {
  const changed = new Map(
    [...files].map(([name, text]) =>
      [name, text.includes(PARSER) ? text.replace(FROM_NODE, `$1"./${STAND_IN}";`) : text] as const
    ),
  );
  const loaded = new Set(entries);
  for (const name of loaded) {
    // What is imported only when it is needed is written `import("…")`.
    for (
      const [, module = ""] of (changed.get(name) ?? "").matchAll(
        /^(?:import|\} from|import .* from) "([^"]+)";$/gm,
      )
    ) {
      if (module.startsWith("node:")) throw new Error(`${name} imports ${module}, which slows every start`);
      loaded.add(module.replace("./", ""));
    }
  }
  if (!loaded.has(STAND_IN)) throw new Error(`nothing imports ${STAND_IN}: it is not needed any more`);
  return changed;
}
