/**
 * `deno task package [--arch x64|arm64|host|all] [--format deb,rpm,tarball|all] [--revision N] [--quick]
 * [--output FOLDER]`: packages for Debian and for Fedora and their relatives, and an archive with an install script for others,
 * in `dist/packages`. All are made of the same files, by the distributions' own tools, and the same bytes wherever that is done. READS the checkout, WRITES `dist/packages` and `.deno`, and starts
 * the programs that `deno task build` starts, strip, dpkg-buildpackage, rpmbuild and tar.
 */
import { parseArgs } from "node:util";
import { oneFolderIn } from "./dependencies/npm_folder.ts";
import { sha256 } from "./build/fetch_pinned.ts";
import { type Architecture, ARCHITECTURES, hostArchitecture } from "./build/pins.ts";
import { BuildError, runProgram } from "./build/run_program.ts";
import { buildDeb } from "./package/deb.ts";
import { type Kind, KINDS, placesOf } from "./package/layout.ts";
import { neededFor, sayMissing } from "./package/needed.ts";
import { thirdParty } from "./package/notices.ts";
import { type PackageFacts, readFacts } from "./package/release.ts";
import { placeholdersIn, PUBLISHER_FILE, readPublisher } from "./package/publisher.ts";
import { buildRpm } from "./package/rpm.ts";
import { buildTarball } from "./package/tarball.ts";
import { stage, toolsFor } from "./package/stage.ts";

const ROOT = new URL("../", import.meta.url).pathname.replace(/\/$/, "");
/** Of one run at a time: another one waits. */
const WORK = `${ROOT}/.deno/package`;
const BUILDERS = { deb: buildDeb, rpm: buildRpm };

async function buildInstallation(architecture: Architecture): Promise<string> {
  const dist = `${WORK}/dist-${architecture}`;
  const env = architecture === hostArchitecture() ? {} : { CC: `${toolsFor(architecture)}gcc` };
  const args = ["task", "--quiet", "--cwd", ROOT, "build", "--arch", architecture, "--output", dist];
  await runProgram(Deno.execPath(), args, { cwd: ROOT, env });
  try {
    Deno.statSync(`${dist}/bin/kato`);
  } catch {
    const compiler = env.CC ?? "a C compiler with make";
    throw new BuildError(`there is no launcher for ${architecture}: install ${compiler}`);
  }
  return dist;
}

async function makePackage(
  architecture: Architecture,
  kind: Kind,
  dist: string,
  facts: PackageFacts,
): Promise<string> {
  const work = `${WORK}/${kind}-${architecture}/kato-${facts.version}`;
  const notices = thirdParty(ROOT, dist, oneFolderIn(`${ROOT}/.deno/build/deno/npm`));
  if (kind === "tarball") return await buildTarball(ROOT, work, dist, notices, architecture, facts);
  const made = new Map([["usr/share/doc/kato/THIRD-PARTY.gz", notices]]);
  await stage(placesOf(ROOT, dist, kind), made, `${work}/tree`, architecture);
  return await BUILDERS[kind](ROOT, work, architecture, facts);
}

/** Progress, where it disturbs no list of what was made. */
function say(message: string): void {
  console.error(`package: ${message}`);
}

/** A version with a date in CHANGELOG.md is a release: it must say who publishes it. */
function checkPublisher({ releases }: PackageFacts): void {
  const unset = placeholdersIn(readPublisher(ROOT));
  if (unset.length === 0) return;
  const message = `${PUBLISHER_FILE} has placeholders: ${unset.join(", ")}`;
  if (releases[0]?.date !== null) throw new BuildError(`${message}. Set them: this is a release`);
  say(`${message}. A release is not built with them`);
}

/** A compiler that CC names is the person's own matter. */
function isOnPath(program: string): boolean {
  if (program === "cc" && Deno.env.get("CC") !== undefined) return true;
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}

function choose<Word extends string>(option: string, words: readonly Word[], text: string): readonly Word[] {
  if (text === "all") return words;
  const asked = text.split(",");
  const wrong = asked.find((word) => !words.some((known) => known === word));
  if (wrong !== undefined) throw new BuildError(`--${option} takes ${words.join(", ")} or all; not ${wrong}`);
  return words.filter((word) => asked.includes(word));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      arch: { type: "string", default: "host" },
      format: { type: "string", default: "all" },
      revision: { type: "string", default: "1" },
      quick: { type: "boolean", default: false },
      output: { type: "string", default: `${ROOT}/dist/packages` },
    },
  });
  if (!/^[1-9]\d{0,3}$/.test(values.revision)) {
    throw new BuildError(`--revision is a number from 1, not ${values.revision}`);
  }
  Deno.umask(0o022);
  const facts = await readFacts(ROOT, Number(values.revision), values.quick);
  checkPublisher(facts);
  const architectures = values.arch === "host"
    ? [hostArchitecture()]
    : choose("arch", ARCHITECTURES, values.arch);
  const kinds = choose("format", KINDS, values.format);
  const missing = neededFor(kinds, architectures, toolsFor).filter(([program]) => !isOnPath(program));
  const toInstall = sayMissing(missing);
  if (toInstall !== null) throw new BuildError(toInstall);
  Deno.mkdirSync(values.output, { recursive: true });
  Deno.mkdirSync(WORK, { recursive: true });
  using lock = Deno.openSync(`${WORK}/lock`, { create: true, write: true });
  await lock.lock(true);
  for (const architecture of architectures) {
    say(`building for ${architecture}: bundles, runtime, launcher …`);
    const dist = await buildInstallation(architecture);
    for (const kind of kinds) {
      say(
        `packing the ${
          kind === "tarball" ? kind : `.${kind}`
        } for ${architecture}, which compresses for a minute …`,
      );
      const made = await makePackage(architecture, kind, dist, facts);
      const bytes = Deno.readFileSync(made);
      const name = made.replace(/^.*\//, "");
      Deno.writeFileSync(`${values.output}/${name}`, bytes);
      console.log(`${sha256(bytes)}  ${String(bytes.length).padStart(9)}  ${name}`);
    }
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`package: ${error.message}`);
  Deno.exit(1);
}
