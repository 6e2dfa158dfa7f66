/** Where recorded logs of the real clients are, if they are there: two folders of cases, the second of later clients. */
const FOLDERS = Deno.env.get("KATO_CORPUS")?.split(":") ??
  ["corpus", "corpus2"].map((name) => new URL(`../../../shared/${name}/`, import.meta.url).pathname);

export interface CorpusCase {
  /** Names of cases occur in both folders: those of the second begin with `later/`. */
  readonly name: string;
  readonly path: string;
}

/** The cases of one client in the first folder, by name; none where there is no corpus. */
export function corpusCases(client: string): CorpusCase[] {
  return casesIn(FOLDERS[0], client, "");
}

/** The cases of one client in both folders. */
export function allCorpusCases(client: string): CorpusCase[] {
  return [...corpusCases(client), ...casesIn(FOLDERS[1], client, "later/")];
}

/** Where there is no corpus, a test that was passed over says so. */
export function noteMissingCorpus(client: string, cases: readonly CorpusCase[]): void {
  if (cases.length > 0) return;
  Deno.test({ name: `recorded logs of ${client}: set KATO_CORPUS to where they are`, ignore: true, fn() {} });
}

function casesIn(folder: string | undefined, client: string, prefix: string): CorpusCase[] {
  const top = `${folder?.replace(/\/$/, "")}/${client}`;
  try {
    return [...Deno.readDirSync(top)].filter((entry) => entry.isDirectory)
      .map((entry) => ({ name: prefix + entry.name, path: `${top}/${entry.name}` }))
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
