/** The repository's files as tests of the whole of it read them. */

const root = new URL("../", import.meta.url).pathname;

export function read(path: string): string {
  return Deno.readTextFileSync(`${root}${path}`);
}

export function markdownBelow(folder: string): string[] {
  return [...Deno.readDirSync(`${root}${folder}`)].flatMap(({ name, isDirectory }) =>
    isDirectory ? markdownBelow(`${folder}/${name}`) : name.endsWith(".md") ? [`${folder}/${name}`] : []
  ).sort();
}
