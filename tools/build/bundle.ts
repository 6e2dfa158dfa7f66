/**
 * The JavaScript files of an installation: readable, the same bytes in any place of the build. Roles are one file each.
 * Commands and planner are cut into parts by their dynamic imports, so that each loads what it needs and no more. The
 * runtime's own bundler does it. The pinned program that it starts is in its cache, and it can fetch no other.
 */
import { fetchPinned } from "./fetch_pinned.ts";
import { nameModules, nameParts, withoutEmptyParts } from "./name_parts.ts";
import { hostArchitecture, type Pins } from "./pins.ts";
import { type ProgramOptions, runProgram } from "./run_program.ts";
import { STAND_IN, withoutNode } from "./without_node.ts";

/** Each is one file. */
const ROLES: Readonly<Record<string, string>> = {
  "html_writer.js": "src/writer/html_entry.ts",
  // Part of the commands.
  [STAND_IN]: "tools/build/node_stand_in.ts",
  "orchestrator.js": "src/orchestrator.ts",
  "parser.js": "src/parser/entry.ts",
  "thread_writer.js": "src/writer/thread_entry.ts",
  "writer.js": "src/writer/entry.ts",
};

/** A library of it has a variant for Node, and one for browsers that does without Node's modules and their memory. */
const FOR_BROWSERS = "orchestrator.js";

/** They share parts. */
const COMMANDS = ["src/kato.ts", "src/plan.ts"];
const COMMAND_FILES = ["kato.js", "plan.js"];

/** Nothing answers there. A runtime that looks for its bundler in another place would otherwise fetch one, without a word. */
const NOWHERE = "http://127.0.0.1:1";
const NO_NETWORK = { HTTPS_PROXY: NOWHERE, https_proxy: NOWHERE, NO_PROXY: "", no_proxy: "" };

/** The bundles, by name. `work` is the build's own folder, below `root`. */
export async function bundleRoles(
  root: string,
  work: string,
  { bundler: { version, packages } }: Pins,
): Promise<ReadonlyMap<string, string>> {
  const architecture = hostArchitecture();
  const denoDir = `${work}/deno`;
  const cache = `${denoDir}/dl`;
  // As the runtime names it.
  const place = `${cache}/esbuild-${version}`;
  const program = await fetchPinned(packages[architecture], version, `${work}/npm`);
  await removeFolder(cache);
  Deno.mkdirSync(place, { recursive: true });
  Deno.writeFileSync(`${place}/esbuild-linux-${architecture}`, program, { mode: 0o755 });
  Deno.chmodSync(`${place}/esbuild-linux-${architecture}`, 0o755);
  const options = { cwd: root, env: { DENO_DIR: denoDir, NO_COLOR: "1" } };
  await runProgram(Deno.execPath(), ["install", "--frozen", "--quiet"], options);
  const bundles = new Map(await bundleCommands(work, options));
  for (const [name, entry] of Object.entries(ROLES)) {
    const output = `${work}/${name}`;
    const env = name === FOR_BROWSERS ? { ...options.env, DENO_CONDITIONS: "browser" } : options.env;
    await bundle(["-o", output, entry], { ...options, env });
    bundles.set(name, nameModules(Deno.readTextFileSync(output)));
  }
  return new Map([...bundles].map(([name, text]) => [name, writeInAscii(text)]));
}

async function bundleCommands(work: string, options: ProgramOptions): Promise<ReadonlyMap<string, string>> {
  const output = `${work}/commands`;
  // The parts of an earlier build have other names.
  await removeFolder(output);
  await bundle(["--code-splitting", "--outdir", output, ...COMMANDS], options);
  const files = new Map<string, string>();
  for (const { name } of Deno.readDirSync(output)) {
    files.set(name, Deno.readTextFileSync(`${output}/${name}`));
  }
  return withoutNode(nameParts(withoutEmptyParts(files), COMMAND_FILES), COMMAND_FILES);
}

/** @throws {BuildError} where the runtime does not find its bundler in its cache */
export async function bundle(args: readonly string[], { cwd, env }: ProgramOptions): Promise<void> {
  const offline = { cwd, env: { ...env, ...NO_NETWORK } };
  await runProgram(Deno.execPath(), ["bundle", "--quiet", "--frozen", ...args], offline);
}

async function removeFolder(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/** Only comments hold anything else, and one such character has the engine keep the whole text at twice its size. */
function writeInAscii(bundle: string): string {
  return bundle.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
