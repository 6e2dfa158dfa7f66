/**
 * `deno task test:system [--release bookworm|trixie] [--packages FOLDER | --deb FILE | --dist FOLDER] [TESTS]`: kato
 * under a real systemd. Makes a root file system of Debian, boots it twice in namespaces (as it is, and without user
 * namespaces), installs kato on both, and runs tests/booted on them. Without a package or the folder of a build it makes
 * a package first, or, where Debian's tools for that are not here, a build, whose files it copies. Needs root, and control groups of version
 * 2; elsewhere it says so and runs nothing.
 */
import { parseArgs } from "node:util";
import { endRunning, isInstalled, run } from "./system/command.ts";
import { copyBuild, findPackage, installPackage } from "./system/install.ts";
import { boot, controlGroups, type Machine, stopAll } from "./system/machine.ts";
import { makeArchive, type Release, RELEASES, unpack } from "./system/root_fs.ts";
import { closingLine, runCounted } from "./tests/run_counted.ts";

const ROOT = new URL("../", import.meta.url).pathname.replace(/\/$/, "");
/** Kept between runs. */
const CACHE = `${ROOT}/.deno/system`;
const NEEDED = ["unshare", "nsenter", "chroot", "setpriv", "ip", "make", "cc"];

/** Why no machine can be booted here; null where one can. */
async function whyNot(): Promise<string | null> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "it takes root";
  if (controlGroups() === null) return "there are no control groups of version 2";
  for (const program of NEEDED) {
    if (!await isInstalled(program)) return `there is no ${program}`;
  }
  if (await isInstalled("mmdebstrap") || await isInstalled("apt-get")) return null;
  return "there is neither mmdebstrap nor apt-get to install it with";
}

function releaseOf(word: string): Release {
  const found = RELEASES.find((release) => release === word);
  if (found === undefined) throw new Error(`--release is ${RELEASES.join(" or ")}, not ${word}`);
  return found;
}

/** The tests attack with these: the launcher's probe build, and a program of their own that needs no library. */
async function makeAttackers(work: string): Promise<void> {
  await run("make", "--silent", "-C", `${ROOT}/src/launcher`, `BUILD=${work}`, "kato-probe");
  await run(
    "cc",
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-O1",
    "-static",
    "-o",
    `${work}/attacker`,
    `${ROOT}/tests/booted/attacker.c`,
  );
}

type Kato = { readonly kind: "package"; readonly file: string; readonly tarball: string | null } | {
  readonly kind: "build";
  readonly folder: string;
};

async function findKato(): Promise<Kato> {
  const { deb, dist, packages } = values;
  if (deb !== undefined) return { kind: "package", file: Deno.realPathSync(deb), tarball: null };
  if (dist !== undefined) return { kind: "build", folder: Deno.realPathSync(dist) };
  if (packages !== undefined) return packageIn(Deno.realPathSync(packages));
  const task = ["task", "--quiet", "--cwd", ROOT];
  if (!await isInstalled("dpkg-buildpackage")) {
    await run(Deno.execPath(), ...task, "build");
    return { kind: "build", folder: `${ROOT}/dist` };
  }
  const folder = `${work}/packages`;
  const options = ["--arch", "host", "--format", "deb,tarball", "--quick", "--output", folder];
  await run(Deno.execPath(), ...task, "package", ...options);
  return packageIn(folder);
}

function packageIn(folder: string): Kato {
  const file = findPackage(folder);
  if (file === null) throw new Error(`there is no package for this machine in ${folder}`);
  const tarball = [...Deno.readDirSync(folder)].find(({ name }) => name.endsWith(".tar.gz"));
  return { kind: "package", file, tarball: tarball === undefined ? null : `${folder}/${tarball.name}` };
}

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: {
    release: { type: "string", default: "bookworm" },
    packages: { type: "string" },
    deb: { type: "string" },
    dist: { type: "string" },
  },
  allowPositionals: true,
});
const release = releaseOf(values.release);
const why = await whyNot();
if (why !== null) {
  console.log(`Nothing was run under systemd: ${why}.`);
  console.log(closingLine({ passed: 0, failed: 0, ignored: 0 }));
  Deno.exit(0);
}

const started = performance.now();
function say(what: string): void {
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${what}`);
}

const work = Deno.makeTempDirSync({ prefix: "kato-system-" });
const machines: Machine[] = [];
/** Everything ends. Code that waits for it goes on to its end below. */
let interrupted = false;
function interrupt(): void {
  interrupted = true;
  endRunning();
  void stopAll();
}
Deno.addSignalListener("SIGINT", interrupt);
Deno.addSignalListener("SIGTERM", interrupt);

try {
  const archive = await makeArchive(release, CACHE);
  say(`a root file system of ${release}`);
  const kato = await findKato();
  await makeAttackers(work);
  say("kato, and what attacks it");
  for (const kind of ["open", "locked"] as const) {
    const root = `${work}/${kind}`;
    await unpack(archive, root);
    if (kato.kind === "build") await copyBuild(kato.folder, `${ROOT}/packaging`, root);
    const machine = await boot(root, kind, { locked: kind === "locked" });
    machines.push(machine);
    if (kato.kind === "package") await installPackage(kato.file, machine);
    if (kato.kind === "package" && kato.tarball !== null) {
      await run("install", "-m", "0644", kato.tarball, `${root}/var/kato.tar.gz`);
    }
  }
  say(
    `two machines with systemd, kato installed from ${kato.kind === "package" ? "its package" : "a build"}`,
  );
  const [open, locked] = machines.map(({ pid, root }) => ({ pid, root }));
  const count = await runCounted({
    command: [Deno.execPath()],
    cwd: ROOT,
    env: {
      KATO_MACHINES: JSON.stringify({
        release,
        work,
        isPackaged: kato.kind === "package",
        hasTarball: kato.kind === "package" && kato.tarball !== null,
        open,
        locked,
      }),
    },
    // `deno task check` has seen to the types.
    args: ["--no-check", ...positionals.length > 0 ? positionals : ["tests/booted"]],
  });
  say("tests");
  console.log(closingLine(count));
  Deno.exitCode = interrupted ? 130 : count.code;
} catch (error) {
  if (!interrupted) console.error(error);
  console.log(closingLine({ passed: 0, failed: 1, ignored: 0 }));
  Deno.exitCode = interrupted ? 130 : 1;
} finally {
  await stopAll();
  await run("rm", "-rf", "--one-file-system", work);
  // The listeners for signals would keep this process.
  Deno.exit();
}
