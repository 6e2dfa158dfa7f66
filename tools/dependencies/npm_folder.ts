/** Where the runtime keeps npm's packages: a folder named after their registry, with NAME/VERSION below. */
import { runProgram } from "../build/run_program.ts";

export async function npmFolder(): Promise<string> {
  const told = new TextDecoder().decode(
    await runProgram(Deno.execPath(), ["info", "--json"], { cwd: "/", env: { NO_COLOR: "1" } }),
  );
  return oneFolderIn((JSON.parse(told) as { npmCache: string }).npmCache);
}

/** @param npm The runtime's folder for npm. */
export function oneFolderIn(npm: string): string {
  const [folder, ...others] = [...Deno.readDirSync(npm)].filter(({ isDirectory }) => isDirectory);
  if (folder === undefined || others.length > 0) throw new Error(`${npm} should hold one folder`);
  return `${npm}/${folder.name}`;
}
