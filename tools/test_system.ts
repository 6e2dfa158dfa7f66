/**
 * `deno task test:system [--release bookworm|trixie] [--dist FOLDER] [TESTS]`: kato under a real systemd. Makes a root
 * file system of Debian, boots it twice in namespaces (as it is, and without user namespaces), installs the build on
 * both, and runs tests/booted on them. Needs root, and a kernel that gives control groups of version 2; elsewhere it
 * says so and runs nothing. With a package in dist/packages it is that which is installed.
 */
import { parseArgs } from "node:util";
import { isInstalled, run } from "./system/command.ts";
import { copyBuild, findPackage, installPackage } from "./system/install.ts";
import { boot, controlGroups, type Machine } from "./system/machine.ts";
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

/** What the tests attack with: the launcher's probe build, and a program of their own that needs no library. */
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

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { release: { type: "string", default: "bookworm" }, dist: { type: "string" } },
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
/** Ends with it, whatever ends this. */
async function clean(): Promise<void> {
  await Promise.all(machines.map((machine) => machine.stop()));
  await run("rm", "-rf", "--one-file-system", work);
}
Deno.addSignalListener("SIGINT", () => void clean().finally(() => Deno.exit(130)));
Deno.addSignalListener("SIGTERM", () => void clean().finally(() => Deno.exit(143)));

try {
  const archive = await makeArchive(release, CACHE);
  say(`a root file system of ${release}`);
  const dist = values.dist ?? `${ROOT}/dist`;
  if (values.dist === undefined) await run(Deno.execPath(), "task", "--quiet", "--cwd", ROOT, "build");
  await makeAttackers(work);
  say("a build, and what attacks it");
  const found = findPackage(`${dist}/packages`);
  for (const kind of ["open", "locked"] as const) {
    const root = `${work}/${kind}`;
    await unpack(archive, root);
    if (found === null) await copyBuild(dist, `${ROOT}/packaging/systemd`, root);
    const machine = await boot(root, kind, { locked: kind === "locked" });
    machines.push(machine);
    if (found !== null) await installPackage(found, machine);
  }
  say(`two machines with systemd, ${found === null ? "kato copied onto them" : `${found} installed`}`);
  const [open, locked] = machines.map(({ pid, root }) => ({ pid, root }));
  const count = await runCounted({
    command: [Deno.execPath()],
    cwd: ROOT,
    env: { KATO_MACHINES: JSON.stringify({ release, work, open, locked }) },
    // `deno task check` has seen to the types.
    args: ["--no-check", ...positionals.length > 0 ? positionals : ["tests/booted"]],
  });
  say("tests");
  console.log(closingLine(count));
  Deno.exitCode = count.code;
} finally {
  await clean();
}
