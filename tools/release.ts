/**
 * `deno task release --keys FOLDER [--output FOLDER]`: a release of the tag that is checked out: packages and archives for both
 * architectures, their sums, bill of materials, provenance, signatures, and repositories for apt and dnf. What it needs is
 * fetched first, by packaging/pins.json and deno.lock; then everything is built without a network.
 * `--trial` takes any commit, and makes keys that nobody is meant to trust. `--arch host` and `--quick` are for tests.
 * `--compare SHA256SUMS` signs nothing: it builds the files, and says which of them are those of the given sums.
 * READS the checkout, WRITES the output and `.deno`; starts git, npm, unshare and the programs of `deno task package`.
 */
import { parseArgs } from "node:util";
import { VERSION } from "../src/version.ts";
import { fetchPinned, sha256 } from "./build/fetch_pinned.ts";
import { ARCHITECTURES, hostArchitecture, readPins } from "./build/pins.ts";
import { BuildError, runProgram } from "./build/run_program.ts";
import { readAllowList, readLockFile } from "./dependencies/allow_list.ts";
import { linkedCrates } from "./package/notices.ts";
import { placeholdersIn, readPublisher } from "./package/publisher.ts";
import { readFacts } from "./package/release.ts";
import { type Keys, makeTrialKeys, provenanceKey, PUBLIC_KEYS, readKeys, signSums } from "./release/keys.ts";
import { type Built, envelopeOf, statementOf } from "./release/provenance.ts";
import { makeAptRepository, makeRpmRepository } from "./release/repositories.ts";
import { sbomOf } from "./release/sbom.ts";

const ROOT = new URL("../", import.meta.url).pathname.replace(/\/$/, "");
const CACHE = `${ROOT}/.deno/build`;

interface Options {
  readonly output: string;
  /** A folder of keys; null: keys of a trial. */
  readonly keys: string | null;
  readonly isTrial: boolean;
  readonly arch: "host" | "all";
  readonly quick: boolean;
}

function say(message: string): void {
  console.error(`release: ${message}`);
}

async function git(...args: readonly string[]): Promise<string> {
  return new TextDecoder().decode(await runProgram("git", args, { cwd: ROOT })).trim();
}

/** The commit. A release is of a tag, of a clean tree, and says who publishes it. */
async function checkSource(isTrial: boolean): Promise<string> {
  const commit = await git("rev-parse", "HEAD");
  if (await git("status", "--porcelain") !== "") {
    throw new BuildError("the checkout has changes: commit them first");
  }
  if (isTrial) return commit;
  const tags = (await git("tag", "--points-at", "HEAD")).split("\n");
  if (!tags.includes(`v${VERSION}`)) throw new BuildError(`HEAD is not the tag v${VERSION}: check it out`);
  const unset = placeholdersIn(readPublisher(ROOT));
  if (unset.length > 0) {
    throw new BuildError(`packaging/publisher.json has placeholders: ${unset.join(", ")}`);
  }
  const { releases } = await readFacts(ROOT, 1, false);
  if (releases[0]?.date === null) throw new BuildError(`CHANGELOG.md gives ${VERSION} no date`);
  return commit;
}

/** All that a build takes from elsewhere. */
async function fetchAll(): Promise<void> {
  const { runtime, bundler } = readPins(ROOT);
  for (const architecture of ARCHITECTURES) {
    await fetchPinned(runtime.packages[architecture], runtime.version, `${CACHE}/npm`);
  }
  await fetchPinned(bundler.packages[hostArchitecture()], bundler.version, `${CACHE}/npm`);
  await runProgram(Deno.execPath(), ["install", "--frozen", "--quiet"], {
    cwd: ROOT,
    env: { DENO_DIR: `${CACHE}/deno` },
  });
}

/** In a network namespace of its own, which has nothing but a loopback that is down. */
async function buildOffline(files: string, commit: string, { arch, quick }: Options): Promise<void> {
  const namespace = Deno.uid() === 0 ? ["--net"] : ["--map-root-user", "--net"];
  const task = [
    Deno.execPath(),
    "task",
    "--quiet",
    "--cwd",
    ROOT,
    "package",
    "--format",
    "all",
    "--arch",
    arch,
  ];
  const options = ["--output", files, ...quick ? ["--quick"] : []];
  await runProgram("unshare", [...namespace, ...task, ...options], {
    cwd: ROOT,
    env: { KATO_COMMIT: commit },
  });
}

function sumFiles(folder: string): Built[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort()
    .map((name) => ({ name, sha256: sha256(Deno.readFileSync(`${folder}/${name}`)) }));
}

/** Makes the files of a release and their sums. Gives their names and sums. */
async function buildFiles(files: string, commit: string, options: Options): Promise<Built[]> {
  Deno.mkdirSync(files);
  say("fetching what is pinned …");
  await fetchAll();
  say("building without a network …");
  await buildOffline(files, commit, options);
  const sbom = sbomOf({
    version: VERSION,
    commit,
    epoch: (await readFacts(ROOT, 1, options.quick)).epoch,
    publisher: readPublisher(ROOT).name,
    list: readAllowList(ROOT),
    lock: readLockFile(ROOT),
    pins: readPins(ROOT),
    crates: await cratesOfRuntimes(),
  });
  Deno.writeTextFileSync(`${files}/kato-${VERSION}.cdx.json`, `${JSON.stringify(sbom, null, 2)}\n`);
  const built = sumFiles(files);
  Deno.writeTextFileSync(
    `${files}/SHA256SUMS`,
    built.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(""),
  );
  return built;
}

async function release(options: Options): Promise<void> {
  const { output, isTrial } = options;
  const commit = await checkSource(isTrial);
  // All of it is served to everybody. The lines that make keys leave a mask that would keep it from them.
  Deno.umask(0o022);
  makeNew(output);
  const keys = options.keys === null ? await makeTrialKeys(`${output}/trial-keys`) : readKeys(options.keys);
  const files = `${output}/files`;
  const built = await buildFiles(files, commit, options);
  const statement = statementOf({
    version: VERSION,
    commit,
    homepage: readPublisher(ROOT).homepage,
    pins: readPins(ROOT),
    lockSha256: sha256(Deno.readFileSync(`${ROOT}/deno.lock`)),
    files: built,
  });
  await sign(files, statement, keys, commit);

  say("making the repositories …");
  const packages = built.map(({ name }) => name);
  const { epoch } = await readFacts(ROOT, 1, options.quick);
  await makeAptRepository(`${output}/apt`, { packages, files, epoch, keys });
  await makeRpmRepository(`${output}/rpm`, { packages, files, epoch, keys });
  console.log(Deno.readTextFileSync(`${files}/SHA256SUMS`).trimEnd());
  if (options.keys === null) {
    say("this is a trial: its keys are in trial-keys, and nobody is meant to trust them");
  }
}

/** Whether each file that `sums` names is built again, byte for byte. */
async function compare(sums: string, options: Options): Promise<boolean> {
  const given = new Map(
    sums.trimEnd().split("\n").map((line) => [line.slice(66), line.slice(0, 64)] as const),
  );
  const commit = await checkSource(true);
  makeNew(options.output);
  const built = new Map(
    (await buildFiles(`${options.output}/files`, commit, options)).map(({ name, sha256 }) =>
      [name, sha256] as const
    ),
  );
  for (const [name, sum] of given) {
    const now = built.get(name);
    console.log(`${now === undefined ? "not built " : now === sum ? "the same  " : "DIFFERENT "} ${name}`);
  }
  return [...given].every(([name, sum]) => built.get(name) === sum);
}

async function sign(files: string, statement: object, keys: Keys, commit: string): Promise<void> {
  await signSums(keys, `${files}/SHA256SUMS`, `kato ${VERSION} commit ${commit}`);
  const payload = new TextEncoder().encode(JSON.stringify(statement));
  const envelope = await envelopeOf(payload, await provenanceKey(keys), "provenance");
  Deno.writeTextFileSync(`${files}/kato-${VERSION}.intoto.jsonl`, `${JSON.stringify(envelope)}\n`);
  for (const name of PUBLIC_KEYS) Deno.copyFileSync(`${keys.folder}/${name}`, `${files}/../${name}`);
}

async function cratesOfRuntimes(): Promise<string[]> {
  const { runtime } = readPins(ROOT);
  const crates: string[] = [];
  for (const architecture of ARCHITECTURES) {
    const program = await fetchPinned(runtime.packages[architecture], runtime.version, `${CACHE}/npm`);
    crates.push(...linkedCrates(new TextDecoder("latin1").decode(program)));
  }
  return crates;
}

/** What an earlier release left would be signed with this one. */
function makeNew(folder: string): void {
  try {
    Deno.mkdirSync(folder);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new BuildError(`${folder} is there already: remove it first`);
    }
    throw error;
  }
}

const { values } = parseArgs({
  args: Deno.args,
  options: {
    output: { type: "string", default: `${ROOT}/dist/release` },
    keys: { type: "string" },
    trial: { type: "boolean", default: false },
    arch: { type: "string", default: "all" },
    quick: { type: "boolean", default: false },
    compare: { type: "string" },
  },
});
try {
  const { output, keys, trial, arch, quick, compare: sums } = values;
  if (arch !== "all" && arch !== "host") throw new BuildError(`--arch is all or host, not ${arch}`);
  const ways = [keys !== undefined, trial, sums !== undefined].filter((chosen) => chosen).length;
  if (ways !== 1) throw new BuildError("give --keys FOLDER, --trial or --compare SHA256SUMS");
  const options: Options = { output, keys: keys ?? null, isTrial: trial, arch, quick };
  if (sums === undefined) await release(options);
  else if (!await compare(Deno.readTextFileSync(sums), options)) Deno.exit(1);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`release: ${error.message}`);
  Deno.exit(1);
}
