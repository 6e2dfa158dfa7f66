/**
 * `deno task compare:std UPSTREAM`: whether the modules of `deno-std` that kato uses are the standard library's own.
 * UPSTREAM is a git repository of the standard library; its HEAD is compared. Types, comments and white space are taken
 * away from both sides by the pinned bundler. If all are equal, packaging/deno-std.json gets the commit and each
 * module's SHA-256. A test holds the installed modules against that file.
 */
import { dirname, join } from "@std/path";
import { fetchPinned, sha256 } from "../build/fetch_pinned.ts";
import { hostArchitecture, readPins } from "../build/pins.ts";
import { runProgram } from "../build/run_program.ts";
import { readAllowList } from "./allow_list.ts";
import { npmFolder } from "./npm_folder.ts";

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
const [upstream] = Deno.args;
if (upstream === undefined) throw new Error("say where a git repository of the standard library is");

const version = readAllowList(ROOT).find(({ name }) => name === "deno-std")?.version;
const library = `${await npmFolder()}/deno-std/${version}`;
const { imports } = JSON.parse(Deno.readTextFileSync(`${ROOT}/deno.json`)) as {
  imports: Record<string, string>;
};
const entries = Object.values(imports).filter((one) => one.startsWith("npm:deno-std@"))
  .map((one) => one.replace(/^npm:deno-std@[^/]+\//, ""));

const work = Deno.makeTempDirSync({ prefix: "kato-std-" });
try {
  const { version: bundler, packages } = readPins(ROOT).bundler;
  const esbuild = `${work}/esbuild`;
  const bytes = await fetchPinned(packages[hostArchitecture()], bundler, `${ROOT}/.deno/build/npm`);
  Deno.writeFileSync(esbuild, bytes, { mode: 0o755 });
  const git = (...args: string[]) => runProgram("git", ["-C", upstream, ...args], { cwd: ROOT });
  const commit = decode(await git("rev-parse", "HEAD")).trim();

  const modules = await reachedModules(esbuild);
  const different: string[] = [];
  for (const module of modules) {
    const source = `${work}/source.ts`;
    Deno.writeFileSync(source, await git("show", `HEAD:${module.replace(/\.js$/, ".ts")}`));
    const theirs = await bare(esbuild, source, module);
    const ours = await bare(esbuild, `${library}/${module}`, module);
    if (theirs !== ours) different.push(module);
  }
  if (different.length > 0) {
    console.error(
      `${different.length} of ${modules.length} modules differ from ${commit}:\n${different.join("\n")}`,
    );
    Deno.exit(1);
  }
  const sums = modules.map((module) => [module, sha256(Deno.readFileSync(`${library}/${module}`))]);
  const record = {
    version,
    source: "https://github.com/denoland/std",
    commit,
    modules: Object.fromEntries(sums),
  };
  Deno.writeTextFileSync(`${ROOT}/packaging/deno-std.json`, JSON.stringify(record, null, 2) + "\n");
  console.log(`All ${modules.length} modules are those of ${commit}.`);
} finally {
  Deno.removeSync(work, { recursive: true });
}

/** What kato's imports lead to, as paths inside the library. */
async function reachedModules(esbuild: string): Promise<string[]> {
  const list = `${work}/reached.json`;
  await runProgram(
    esbuild,
    [...entries, "--bundle", "--format=esm", `--outdir=${work}/bundles`, `--metafile=${list}`],
    { cwd: library },
  );
  const { inputs } = JSON.parse(Deno.readTextFileSync(list)) as { inputs: Record<string, unknown> };
  return Object.keys(inputs).sort();
}

/** A module's code without types, comments and white space, and with the paths of its imports inside the library. */
async function bare(esbuild: string, file: string, module: string): Promise<string> {
  const options = ["--format=esm", "--minify-syntax", "--minify-whitespace", "--legal-comments=none"];
  const kept =
    '--tsconfig-raw={"compilerOptions":{"verbatimModuleSyntax":true,"useDefineForClassFields":true}}';
  const code = decode(await runProgram(esbuild, [file, ...options, kept], { cwd: work }));
  return code.replace(/(from|import)"([^"]+)"/g, (_, word: string, name: string) => {
    const path = name.startsWith(".") ? join(dirname(module), name) : pathOf(name);
    return `${word}"${path.replace(/\.(ts|js)$/, "")}"`;
  });
}

/** `@std/collections/deep-merge` is `collections/deep_merge` in the library. */
function pathOf(specifier: string): string {
  const [, folder = "", rest = "mod"] = /^@std\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
  return `${folder}/${rest}`.replaceAll("-", "_");
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
