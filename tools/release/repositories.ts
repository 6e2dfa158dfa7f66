/**
 * A release's packages as signed repositories of static files: one for apt, one for dnf and zypper. But for signatures, the
 * same bytes whenever it is done. WRITES the output; starts apt-ftparchive, createrepo_c, rpmsign and gpg.
 */
import { runProgram } from "../build/run_program.ts";
import { NAMES } from "../package/layout.ts";
import { type Keys, signInPlace, signRpm } from "./keys.ts";

export interface RepositoryFacts {
  /** Names of the packages' files. */
  readonly packages: readonly string[];
  /** Their folder. */
  readonly files: string;
  /** Seconds since 1970. */
  readonly epoch: number;
  readonly keys: Keys;
}

/** apt refuses an index that is older than this, so that an old repository cannot stand in for the present one for ever. */
const VALID_DAYS = 365;
const DAY_SECONDS = 24 * 60 * 60;

export async function makeAptRepository(folder: string, facts: RepositoryFacts): Promise<void> {
  const pool = "pool/main/k/kato";
  const dist = "dists/stable";
  copyPackages(facts, ".deb", `${folder}/${pool}`);
  for (const architecture of Object.values(NAMES.deb)) {
    const place = `${folder}/${dist}/main/binary-${architecture}`;
    Deno.mkdirSync(place, { recursive: true });
    const index = await apt(folder, "--arch", architecture, "packages", pool);
    Deno.writeFileSync(`${place}/Packages`, index);
    await runProgram("gzip", ["-9nk", "Packages"], { cwd: place });
  }
  const release = {
    Origin: "kato",
    Label: "kato",
    Suite: "stable",
    Codename: "stable",
    Architectures: Object.values(NAMES.deb).join(" "),
    Components: "main",
    Date: dateOf(facts.epoch),
  };
  const options = [
    ...Object.entries(release).map(([key, value]) => `Release::${key}=${value}`),
    ...["MD5", "SHA1", "SHA512"].map((hash) => `${hash}=false`),
  ].flatMap((option) => ["-o", `APT::FTPArchive::${option}`]);
  const index = new TextDecoder().decode(await apt(folder, ...options, "release", dist));
  const until = `Valid-Until: ${dateOf(facts.epoch + VALID_DAYS * DAY_SECONDS)}\n`;
  Deno.writeTextFileSync(`${folder}/${dist}/Release`, until + index);
  await signInPlace(facts.keys, `${folder}/${dist}/Release`, [
    "--clearsign",
    "--output",
    `${folder}/${dist}/InRelease`,
  ]);
  await signInPlace(facts.keys, `${folder}/${dist}/Release`, [
    "--armor",
    "--detach-sign",
    "--output",
    `${folder}/${dist}/Release.gpg`,
  ]);
}

export async function makeRpmRepository(folder: string, facts: RepositoryFacts): Promise<void> {
  copyPackages(facts, ".rpm", folder);
  for (const name of facts.packages.filter((one) => one.endsWith(".rpm"))) {
    await signRpm(facts.keys, `${folder}/${name}`);
  }
  const options = [
    "--revision",
    String(facts.epoch),
    "--set-timestamp-to-revision",
    "--general-compress-type=gz",
  ];
  await runProgram("createrepo_c", ["--quiet", ...options, "."], { cwd: folder });
  const index = `${folder}/repodata/repomd.xml`;
  await signInPlace(facts.keys, index, ["--armor", "--detach-sign", "--output", `${index}.asc`]);
}

function copyPackages({ packages, files, epoch }: RepositoryFacts, end: string, folder: string): void {
  Deno.mkdirSync(folder, { recursive: true });
  for (const name of packages.filter((one) => one.endsWith(end))) {
    Deno.copyFileSync(`${files}/${name}`, `${folder}/${name}`);
    Deno.utimeSync(`${folder}/${name}`, epoch, epoch);
  }
}

function apt(folder: string, ...args: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  return runProgram("apt-ftparchive", args, { cwd: folder, env: { LC_ALL: "C.UTF-8", TZ: "UTC" } });
}

/** As apt reads it: `Sat, 05 Dec 2026 00:00:00 UTC`. */
function dateOf(epoch: number): string {
  return new Date(epoch * 1000).toUTCString().replace("GMT", "UTC");
}
