/**
 * `deno task test:packages [--packages FOLDER] [--next FOLDER] [--arch x64|arm64|host|all] [--slow] [WORDS]`: checks
 * the packages, with the distributions' own checkers and by installing them; NEXT are those of the next revision.
 * Without a folder it builds them first (with little compression). Checks whose tools are not here are skipped, and say so; WORDS choose checks by name.
 */
import { parseArgs } from "node:util";
import { type Architecture, ARCHITECTURES, hostArchitecture } from "./build/pins.ts";
import { type Format, FORMATS, NAMES } from "./package/layout.ts";
import { runChecks, succeed } from "./package_tests/check.ts";
import { contentChecks, sameContentChecks } from "./package_tests/content_checks.ts";
import { installChecks } from "./package_tests/install_checks.ts";
import { lintChecks } from "./package_tests/lint_checks.ts";
import { openPackage, type Package } from "./package_tests/opened.ts";
import { rebuildChecks } from "./package_tests/rebuild_checks.ts";
import { closingLine } from "./tests/run_counted.ts";

const ROOT = new URL("../", import.meta.url).pathname.replace(/\/$/, "");

async function build(architecture: string, output: string, revision: string): Promise<void> {
  const line = [Deno.execPath(), "task", "--quiet", "--cwd", ROOT, "package", "--quick"];
  await succeed([...line, "--arch", architecture, "--revision", revision, "--output", output]);
}

/** The packages of `folder`, as far as there are any. */
async function openAll(
  folder: string,
  architectures: readonly Architecture[],
  work: string,
): Promise<readonly Package[]> {
  const opened: Package[] = [];
  for (const architecture of architectures) {
    for (const format of FORMATS) {
      const path = findPackage(folder, format, architecture);
      if (path !== null) opened.push(await openPackage(path, format, architecture, work));
    }
  }
  return opened;
}

function findPackage(folder: string, format: Format, architecture: Architecture): string | null {
  const end = `${NAMES[format][architecture]}.${format}`;
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(end))
    .sort();
  return names.length === 0 ? null : `${folder}/${names.at(-1)}`;
}

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: {
    packages: { type: "string" },
    next: { type: "string" },
    arch: { type: "string", default: "host" },
    slow: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const architectures = values.arch === "all"
  ? ARCHITECTURES
  : values.arch === "host"
  ? [hostArchitecture()]
  : ARCHITECTURES.filter((architecture) => architecture === values.arch);
const work = Deno.makeTempDirSync({ prefix: "kato-packages-" });
Deno.chmodSync(work, 0o755);
try {
  const folder = values.packages === undefined ? `${work}/packages` : Deno.realPathSync(values.packages);
  if (values.packages === undefined) await build(values.arch, folder, "1");
  const packages = await openAll(folder, architectures, work);
  const next = `${work}/next`;
  let built = values.next === undefined ? null : Promise.resolve(Deno.realPathSync(values.next));
  const checks = [
    ...contentChecks(ROOT, packages),
    ...sameContentChecks(packages),
    ...lintChecks(ROOT, packages),
    ...installChecks({
      packages,
      work,
      cache: `${ROOT}/.deno/package`,
      systems: `${ROOT}/.deno/system`,
      slow: values.slow,
      buildNext: () => built ??= build("host", next, "2").then(() => next),
    }),
    ...rebuildChecks(ROOT, work),
  ].filter(({ name }) => positionals.every((word) => name.includes(word)));
  const count = await runChecks(checks);
  console.log(closingLine(count));
  Deno.exitCode = count.failed > 0 ? 1 : 0;
} finally {
  Deno.removeSync(work, { recursive: true });
}
