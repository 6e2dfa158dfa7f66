/**
 * THIRD-PARTY: the parts of a package that others made, with their licences. Libraries are found in the bundles, and the
 * runtime's components in the runtime itself, so that the list has exactly the parts that are there.
 * Reads a build, the libraries that it was bundled from, and packaging/notices.
 */
import * as z from "zod/mini";
import { BuildError } from "../build/run_program.ts";
import { filesBelow } from "./layout.ts";

const manifest = z.object({ version: z.string(), license: z.string() });

/** @param libraries Where npm's packages are, as NAME/VERSION. */
export function thirdParty(root: string, dist: string, libraries: string): string {
  const bundles = filesBelow(`${dist}/lib/kato`).filter((file) => file.endsWith(".js")).map((file) =>
    Deno.readTextFileSync(`${dist}/lib/kato/${file}`)
  );
  const latin = new TextDecoder("latin1").decode(Deno.readFileSync(`${dist}/lib/kato/deno`));
  return [
    "What this package holds that others made, and under which licences\n" + "=".repeat(66),
    "kato itself is under the MIT (Expat) licence. Inside its bundles and beside them are:",
    ...bundledLibraries(bundles).map((library) => libraryNotice(root, `${libraries}/${library}`, library)),
    Deno.readTextFileSync(`${root}/packaging/notices/runtime.txt`).trimEnd(),
    "Libraries of the runtime that are written in Rust\n" + "-".repeat(49),
    "As the runtime's own messages name them. Each is under the licence that https://crates.io/crates/NAME/VERSION\n" +
    "says: MIT, Apache-2.0 or both for nearly all of them.",
    linkedCrates(latin).map((crate) => `  ${crate}`).join("\n"),
  ].join("\n\n\n") + "\n";
}

/** `zod/4.6.7`, as the comments of bundles say where code is from. */
export function bundledLibraries(bundles: readonly string[]): string[] {
  const named = bundles.flatMap((
    text,
  ) => [...text.matchAll(/^(?:\/\/ | {2}")npm:((?:@[^/\s]+\/)?[^/\s]+\/[^/\s]+)/gm)]);
  return [...new Set(named.map(([, library = ""]) => library))].sort();
}

/** `anyhow 1.0.98`, for each library whose source a message of the runtime names. */
export function linkedCrates(latin: string): string[] {
  const named = latin.matchAll(/registry\/src\/[^/\s]+\/([A-Za-z0-9_-]+?)-(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)\//g);
  return [...new Set([...named].map(([, name, version]) => `${name} ${version}`))].sort();
}

function libraryNotice(root: string, folder: string, library: string): string {
  const name = library.replace(/\/[^/]*$/, "");
  const { version, license } = manifest.parse(JSON.parse(Deno.readTextFileSync(`${folder}/package.json`)));
  // A few publish no text; theirs is kept here.
  const own = ["LICENSE", "LICENSE.txt", "LICENSE-MIT.txt"].map((file) => `${folder}/${file}`);
  const text = [...own, `${root}/packaging/notices/${name.replace("/", "-")}.txt`]
    .map(readIfThere).find((found) => found !== null);
  if (text === undefined || text === null) {
    throw new BuildError(`${name} ${version} comes without its licence: put the text into packaging/notices`);
  }
  const head = `${name} ${version} (${license})`;
  return `${head}\n${"-".repeat(head.length)}\n\n${text.replaceAll("\r", "").trim()}`;
}

function readIfThere(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
