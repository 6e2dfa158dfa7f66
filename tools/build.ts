/**
 * `deno task build [--arch x64|arm64|host] [--output FOLDER]`: an installation's files, as docs/design/launcher.md
 * lays them out. Parts from outside are checked against packaging/pins.json and deno.lock; two builds of the same
 * source give the same bundles. READS the checkout, WRITES `dist` and `.deno`, and starts git, npm, tar, make and the runtime.
 */
import { parseArgs } from "node:util";
import { builtFrom, writeSource } from "./build/built_from.ts";
import { bundleRoles } from "./build/bundle.ts";
import { fetchPinned, sha256 } from "./build/fetch_pinned.ts";
import { makeLauncher } from "./build/launcher.ts";
import { type Architecture, ARCHITECTURES, hostArchitecture, readPins } from "./build/pins.ts";
import { BuildError } from "./build/run_program.ts";
import { SUMS, sumsOf } from "./build/sums.ts";

const ROOT = new URL("../", import.meta.url).pathname.replace(/\/$/, "");
/** Kept between builds. */
const WORK = `${ROOT}/.deno/build`;

async function build(architecture: Architecture, output: string): Promise<void> {
  const pins = readPins(ROOT);
  const { version, packages } = pins.runtime;
  if (Deno.version.deno !== version) {
    throw new BuildError(`this is Deno ${Deno.version.deno}; bundles are made with ${version}, as pinned`);
  }
  const pin = packages[architecture];
  const files = new Map<string, { readonly bytes: Uint8Array; readonly mode: number }>();
  const encoder = new TextEncoder();
  const source = await builtFrom(ROOT);
  const bundles = writeSource(await bundleRoles(ROOT, WORK, pins), source);
  for (const [name, text] of bundles) {
    files.set(`lib/kato/${name}`, { bytes: encoder.encode(text), mode: 0o644 });
  }
  const runtime = await fetchPinned(pin, version, `${WORK}/npm`);
  files.set("lib/kato/deno", { bytes: runtime, mode: 0o755 });
  const facts = {
    version,
    arch: architecture,
    sha256: sha256(runtime),
    package: pin.name,
    integrity: pin.integrity,
    lock: sha256(Deno.readFileSync(`${ROOT}/deno.lock`)),
    bundler: `esbuild ${pins.bundler.version}`,
  };
  files.set("lib/kato/runtime.json", {
    bytes: encoder.encode(`${JSON.stringify(facts, null, 2)}\n`),
    mode: 0o644,
  });
  const launcher = await makeLauncher(ROOT, architecture, WORK, source);
  if (launcher.made) {
    files.set("bin/kato", { bytes: launcher.program, mode: 0o755 });
    files.set("lib/kato/facts", { bytes: launcher.facts, mode: 0o755 });
  }
  const program = [...files].filter(([path]) => path.startsWith("lib/kato/"))
    .map(([path, { bytes }]) => [path.slice("lib/kato/".length), bytes] as const);
  files.set(`lib/kato/${SUMS}`, { bytes: encoder.encode(sumsOf(program)), mode: 0o644 });

  // Nothing of an earlier build is left beside this one.
  for (const folder of ["bin", "lib"]) await removeIfThere(`${output}/${folder}`);
  for (
    const folder of [output, `${output}/lib`, `${output}/lib/kato`, ...launcher.made ? [`${output}/bin`] : []]
  ) {
    Deno.mkdirSync(folder, { recursive: true });
    // With any umask: everyone may run it, nobody may change it.
    Deno.chmodSync(folder, 0o755);
  }
  for (const [path, { bytes, mode }] of files) {
    const place = `${output}/${path}`;
    Deno.writeFileSync(place, bytes);
    Deno.chmodSync(place, mode);
    console.log(`${sha256(bytes).slice(0, 12)}  ${String(bytes.length).padStart(9)}  ${path}`);
  }
  if (!launcher.made) {
    console.log(`no bin/kato: ${launcher.why}. What is here runs without the kernel sandbox only.`);
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function architectureOf(word: string): Architecture {
  const found = ARCHITECTURES.find((architecture) => architecture === word);
  if (found === undefined && word !== "host") {
    throw new BuildError(`--arch is x64, arm64 or host, not ${word}`);
  }
  return found ?? hostArchitecture();
}

const { values } = parseArgs({
  args: Deno.args,
  options: { arch: { type: "string", default: "host" }, output: { type: "string", default: `${ROOT}/dist` } },
});
try {
  await build(architectureOf(values.arch), values.output);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`build: ${error.message}`);
  Deno.exit(1);
}
