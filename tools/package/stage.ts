/** Puts an installed system's files of kato below one folder, with their modes. WRITES that folder; starts strip. */
import { gzipSync } from "node:zlib";
import { type Architecture, hostArchitecture } from "../build/pins.ts";
import { SUMS, sumsOf } from "../build/sums.ts";
import { runProgram } from "../build/run_program.ts";
import { EMPTY_FOLDERS, type Place } from "./layout.ts";

const CROSS: Readonly<Record<Architecture, string>> = {
  x64: "x86_64-linux-gnu-",
  arm64: "aarch64-linux-gnu-",
};

/** The beginning of the names of an architecture's tools, here. */
export function toolsFor(architecture: Architecture): string {
  return architecture === hostArchitecture() ? "" : CROSS[architecture];
}

export interface Tree {
  /** The folder of the program's own files, which are summed. */
  readonly program: string;
  /** Folders that are there although nothing is put into them. */
  readonly empty: readonly string[];
}

const OF_PACKAGES: Tree = { program: "usr/lib/kato", empty: EMPTY_FOLDERS };

/**
 * Folders and files have the modes of a package, with any umask. The earlier content of `folder` is gone.
 *
 * @param made Texts that are in no file, by where they lie; compressed
 */
export async function stage(
  places: readonly Place[],
  made: ReadonlyMap<string, string>,
  folder: string,
  architecture: Architecture,
  tree: Tree = OF_PACKAGES,
): Promise<void> {
  await removeTree(folder);
  makeFolder(folder, "");
  for (const empty of tree.empty) makeFolder(folder, empty);
  for (const { from, to, mode, by } of places) {
    makeFolder(folder, to.replace(/[^/]*$/, ""));
    const path = `${folder}/${to}`;
    if (by === "gzip") Deno.writeFileSync(path, compress(Deno.readFileSync(from)));
    else Deno.copyFileSync(from, path);
    if (by === "strip") await strip(path, architecture);
    Deno.chmodSync(path, mode);
  }
  // Programs were stripped since they were summed.
  const program = `${folder}/${tree.program}`;
  const files = [...Deno.readDirSync(program)]
    .map(({ name }) => [name, Deno.readFileSync(`${program}/${name}`)] as const);
  Deno.writeTextFileSync(`${program}/${SUMS}`, sumsOf(files));
  for (const [to, text] of made) {
    const path = `${folder}/${to}`;
    Deno.writeFileSync(path, compress(new TextEncoder().encode(text)));
    Deno.chmodSync(path, 0o644);
  }
}

/** The same bytes whenever it is done: without a name and a time. */
export function compress(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: 9 });
}

/** As debhelper does it: symbols, and the compiler's own notes. */
async function strip(path: string, architecture: Architecture): Promise<void> {
  const args = ["--strip-unneeded", "--remove-section=.comment", "--remove-section=.note", path];
  await runProgram(`${toolsFor(architecture)}strip`, args, { cwd: "/" });
}

function makeFolder(root: string, path: string): void {
  let folder = root;
  for (const name of ["", ...path.split("/")]) {
    if (name !== "") folder += `/${name}`;
    Deno.mkdirSync(folder, { recursive: true });
    Deno.chmodSync(folder, 0o755);
  }
}

export async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
