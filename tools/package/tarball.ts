/** An archive with an install script, for distributions without .deb and .rpm. WRITES its work folder; starts tar. */
import type { Architecture } from "../build/pins.ts";
import { runProgram } from "../build/run_program.ts";
import { type Place, placesOf, SCRIPTS } from "./layout.ts";
import type { PackageFacts } from "./release.ts";
import { stage } from "./stage.ts";

/** Where the program's own files lie in the archive. */
export const PROGRAM = "lib/kato";

/** The files of a package, at their places in the archive. Root's scripts and units belong to packages. */
export function tarballPlaces(root: string, dist: string): readonly Place[] {
  const ofPackage = placesOf(root, dist, "rpm").flatMap((place): Place[] => {
    const to = placeInArchive(place.to);
    return to === null ? [] : [{ ...place, to }];
  });
  return [
    ...ofPackage,
    { from: `${root}/packaging/tarball/install.sh`, to: "install.sh", mode: 0o755 },
    { from: `${root}/LICENSE`, to: "LICENSE", mode: 0o644 },
  ];
}

function placeInArchive(to: string): string | null {
  if (to.startsWith("etc/") || to.startsWith("usr/lib/systemd/system/")) return null;
  if (Object.keys(SCRIPTS).some((script) => to === `usr/lib/kato/${script}`)) return null;
  return to.replace(/^usr\/lib\/systemd\/user\//, "systemd/").replace(/^usr\//, "");
}

/**
 * @param work A folder of its own.
 * @returns the archive's path
 */
export async function buildTarball(
  root: string,
  work: string,
  dist: string,
  notices: string,
  architecture: Architecture,
  facts: PackageFacts,
): Promise<string> {
  const name = `kato-${facts.version}-linux-${architecture}`;
  const made = new Map([["share/doc/kato/THIRD-PARTY.gz", notices]]);
  await stage(tarballPlaces(root, dist), made, `${work}/${name}`, architecture, {
    program: PROGRAM,
    empty: [],
  });
  const archive = `${work}/${name}.tar.gz`;
  const options = [
    "--sort=name",
    "--format=gnu",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    `--mtime=@${facts.epoch}`,
  ];
  // gzip is on every machine; xz is not. -n: without a name and a time.
  const compression = `gzip -n -${facts.quick ? 1 : 9}`;
  await runProgram("tar", ["-c", "-I", compression, ...options, "-f", archive, name], {
    cwd: work,
    env: { LC_ALL: "C.UTF-8" },
  });
  return archive;
}
