/** The Debian package of a staged tree, by Debian's own tools. WRITES its work folder; starts dpkg-buildpackage. */
import type { Architecture } from "../build/pins.ts";
import { runProgram } from "../build/run_program.ts";
import { debianChangelog } from "./changes.ts";
import { filesBelow, NAMES } from "./layout.ts";
import type { PackageFacts } from "./release.ts";
import { removeTree } from "./stage.ts";

/**
 * @param source A folder of its own, in which the tree is `tree`. The package comes to lie beside it.
 * @returns the package's path
 */
export async function buildDeb(
  root: string,
  source: string,
  architecture: Architecture,
  facts: PackageFacts,
): Promise<string> {
  await removeTree(`${source}/debian`);
  for (const file of filesBelow(`${root}/packaging/deb`)) {
    const path = `${source}/debian/${file}`;
    Deno.mkdirSync(path.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.copyFileSync(`${root}/packaging/deb/${file}`, path);
  }
  Deno.chmodSync(`${source}/debian/rules`, 0o755);
  Deno.writeTextFileSync(`${source}/debian/changelog`, debianChangelog(facts.releases, facts));
  const name = NAMES.deb[architecture];
  // Nothing is compiled here, so the build dependencies are not needed (-d).
  const args = ["--build=binary", "--no-sign", "-d", `--host-arch=${name}`];
  // Every tool that handles packages reads xz. Its level is dpkg's own variable.
  const compressor = {
    DPKG_DEB_COMPRESSOR_TYPE: "xz",
    ...(facts.quick ? { DPKG_DEB_COMPRESSOR_LEVEL: "0" } : {}),
  };
  const env = {
    ...compressor,
    SOURCE_DATE_EPOCH: String(facts.epoch),
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
    DEB_BUILD_OPTIONS: "",
  };
  await runProgram("dpkg-buildpackage", args, { cwd: source, env });
  return `${source}/../kato_${facts.version}-${facts.revision}_${name}.deb`;
}
