/** Paths of the files below a folder, relative to `root`, in one order everywhere. */
export async function walkFiles(root: string, folder: string): Promise<string[]> {
  const { isDirectory } = await Deno.stat(`${root}/${folder}`);
  if (!isDirectory) return [folder];
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${root}/${folder}`)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await walkFiles(root, path));
    else found.push(path);
  }
  return found.sort();
}
