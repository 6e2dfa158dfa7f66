/** Where recorded logs of the real clients are, if they are there. */
const folder = Deno.env.get("KATO_CORPUS") ?? new URL("../../../shared/corpus/", import.meta.url).pathname;

/** The cases of one client, by name; none where there is no corpus. */
export function corpusCases(client: string): { readonly name: string; readonly path: string }[] {
  const top = `${folder.replace(/\/$/, "")}/${client}`;
  try {
    return [...Deno.readDirSync(top)].filter((entry) => entry.isDirectory)
      .map((entry) => ({ name: entry.name, path: `${top}/${entry.name}` }))
      .sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Paths below `top`, with `/`, sorted. */
export function filesBelow(top: string, prefix = ""): string[] {
  return [...Deno.readDirSync(`${top}/${prefix}`)].flatMap((entry) =>
    entry.isDirectory ? filesBelow(top, `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`]
  ).sort();
}
