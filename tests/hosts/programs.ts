/** kato as it is run: from the checkout, and as the bundles of an installation. */
import { bundleRoles } from "../../tools/build/bundle.ts";
import { readPins } from "../../tools/build/pins.ts";

export interface Program {
  /** Where its files are. */
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

/** As the launcher starts the daemon and its roles: without a compiler, and with nothing from anywhere else. */
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

/** The bundles of this checkout in a folder of their own. Needs npm, for the bundler, once. */
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
