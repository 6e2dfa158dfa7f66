/** The two forms of kato: the checkout, and the bundles of an installation. */
import { bundleRoles } from "../../tools/build/bundle.ts";
import { readPins } from "../../tools/build/pins.ts";

export interface Program {
  /** The folder of its files. */
  readonly folder: string;
  readonly kato: string;
  readonly orchestrator: string;
  readonly parser: string;
  readonly writer: string;
  /** Flags of the runtime that come before permissions. */
  readonly runtime: readonly string[];
}

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");

export const checkout: Program = {
  folder: `${ROOT}/src`,
  kato: `${ROOT}/src/kato.ts`,
  orchestrator: `${ROOT}/src/orchestrator.ts`,
  parser: `${ROOT}/src/parser/entry.ts`,
  writer: `${ROOT}/src/writer/entry.ts`,
  runtime: ["--frozen", "--no-check"],
};

/** Flags with which the launcher starts the daemon and its roles: no JIT compiler, and no code from elsewhere. */
const INSTALLED = [
  "--no-config",
  "--no-lock",
  "--no-npm",
  "--no-remote",
  "--cached-only",
  "--no-code-cache",
  "--unstable-lazy-dynamic-imports",
  "--v8-flags=--jitless,--max-semi-space-size=1,--minor-gc-task-trigger=20",
];

/** Writes the bundles of this checkout to a folder of their own. Needs npm once, for the bundler. */
export async function installBundles(): Promise<Program & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "kato-lib-" });
  for (const [name, text] of await bundleRoles(ROOT, `${ROOT}/.deno/build`, readPins(ROOT))) {
    Deno.writeTextFileSync(`${folder}/${name}`, text);
  }
  return {
    folder,
    kato: `${folder}/kato.js`,
    orchestrator: `${folder}/orchestrator.js`,
    parser: `${folder}/parser.js`,
    writer: `${folder}/writer.js`,
    runtime: INSTALLED,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
