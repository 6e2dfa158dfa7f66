/** The RPM package of a staged tree, by rpmbuild. WRITES its work folder; starts rpmbuild. */
import type { Architecture } from "../build/pins.ts";
import { runProgram } from "../build/run_program.ts";
import { rpmChangelog } from "./changes.ts";
import { NAMES } from "./layout.ts";
import type { PackageFacts } from "./release.ts";
import { removeTree } from "./stage.ts";

/**
 * @param work A folder of its own, in which the tree is `tree`.
 * @returns the package's path
 */
export async function buildRpm(
  root: string,
  work: string,
  architecture: Architecture,
  facts: PackageFacts,
): Promise<string> {
  const top = `${work}/rpmbuild`;
  await removeTree(top);
  Deno.mkdirSync(top, { recursive: true });
  Deno.writeTextFileSync(`${work}/changes`, rpmChangelog(facts.releases, facts));
  const name = NAMES.rpm[architecture];
  const defines = {
    _topdir: top,
    _binary_payload: facts.quick ? "w1.zstdio" : "w19T2.zstdio",
    kato_version: facts.version,
    kato_revision: String(facts.revision),
    kato_maintainer: facts.maintainer,
    kato_tree: `${work}/tree`,
    kato_changes: `${work}/changes`,
    kato_license: `${root}/LICENSE`,
  };
  const args = [
    "-bb",
    "--quiet",
    `--target=${name}-linux`,
    ...Object.entries(defines).map(([macro, value]) => `--define=${macro} ${value}`),
    `${root}/packaging/rpm/kato.spec`,
  ];
  const env = { SOURCE_DATE_EPOCH: String(facts.epoch), LC_ALL: "C.UTF-8", TZ: "UTC" };
  await runProgram("rpmbuild", args, { cwd: work, env });
  return `${top}/RPMS/${name}/kato-${facts.version}-${facts.revision}.${name}.rpm`;
}
