/**
 * One JavaScript file a role, readable, the same bytes wherever it is built. The runtime's own bundler does it; the
 * program that this wants is put where it looks for it, so that it fetches nothing.
 */
import { fetchPinned } from "./fetch_pinned.ts";
import { hostArchitecture, type Pins } from "./pins.ts";
import { runProgram } from "./run_program.ts";

const ENTRIES = {
  "kato.js": "src/kato.ts",
  "parser.js": "src/parser/entry.ts",
  "thread_writer.js": "src/writer/thread_entry.ts",
  "writer.js": "src/writer/entry.ts",
} as const;

/** The bundles, by name. `work` is the build's own folder, below `root`. */
export async function bundleRoles(
  root: string,
  work: string,
  { bundler: { version, packages } }: Pins,
): Promise<ReadonlyMap<string, string>> {
  const architecture = hostArchitecture();
  const denoDir = `${work}/deno`;
  const place = `${denoDir}/dl/esbuild-${version}`;
  const program = await fetchPinned(packages[architecture], version, `${work}/npm`);
  Deno.mkdirSync(place, { recursive: true });
  Deno.writeFileSync(`${place}/esbuild-linux-${architecture}`, program, { mode: 0o755 });
  Deno.chmodSync(`${place}/esbuild-linux-${architecture}`, 0o755);
  const options = { cwd: root, env: { DENO_DIR: denoDir, NO_COLOR: "1" } };
  await runProgram(Deno.execPath(), ["install", "--frozen", "--quiet"], options);
  const bundles = new Map<string, string>();
  for (const [name, entry] of Object.entries(ENTRIES)) {
    const output = `${work}/${name}`;
    await runProgram(Deno.execPath(), ["bundle", "--quiet", "--frozen", "-o", output, entry], options);
    bundles.set(name, nameModules(Deno.readTextFileSync(output)));
  }
  return new Map([...bundles].map(([name, text]) => [name, writeInAscii(text)]));
}

/** Modules are named by where they were on this machine; what was there came from `npm:`. */
function nameModules(bundle: string): string {
  return bundle.replace(/^(\/\/ | {2}")\S*\/npm\/[^/\n]+\/(?=\S)/gm, "$1npm:");
}

/** Only comments hold anything else, and one such character has the engine keep the whole text at twice its size. */
function writeInAscii(bundle: string): string {
  return bundle.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
