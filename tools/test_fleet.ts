/**
 * `deno task test:fleet [--release bookworm|trixie | --all] [--packages FOLDER] [TESTS]`: kato on a fleet's machine. Packs
 * kato twice, an older and a newer revision, or takes the two from FOLDER; makes a signed repository of them; boots a
 * Debian 12 (with --all a Debian 13, too) with a real systemd and people who hold things up; and runs tests/fleet on it,
 * over ssh and sudo: the Ansible roles, the commands of docs/fleet.md, the examples of packaging/examples, and the
 * collecting of audit records. Needs root, control groups of version 2, and the programs below; elsewhere it says so and
 * runs nothing.
 */
import { parseArgs } from "node:util";
import { copyRepository, makeRepository } from "./fleet/repository.ts";
import { isInstalled, run } from "./system/command.ts";
import { boot, controlGroups, stopAll } from "./system/machine.ts";
import { makeArchive, type Person, type Release, RELEASES, unpack } from "./system/root_fs.ts";
import { closingLine, type Count, runCounted } from "./tests/run_counted.ts";

const ROOT = new URL("../", import.meta.url).pathname.replace(/\/$/, "");
/** Kept between runs. */
const CACHE = `${ROOT}/.deno/fleet`;

/** Programs of this machine, each with the Debian package that has it. */
const NEEDED = {
  "ansible-playbook": "ansible",
  "ansible-lint": "ansible-lint",
  "gpg": "gnupg",
  "ip": "iproute2",
  "mmdebstrap": "mmdebstrap",
  "nsenter": "util-linux",
  "openssl": "openssl",
  "reprepro": "reprepro",
  "shellcheck": "shellcheck",
  "ssh": "openssh-client",
  "yamllint": "yamllint",
} as const;

/** More packages for the machine of a fleet: those that Ansible needs there, and those that collect logs. */
const ALSO = [
  "ca-certificates",
  "cloud-init",
  "jq",
  "openssh-server",
  "python3",
  "python3-apt",
  "rsyslog",
  "rsyslog-relp",
  "sudo",
  "systemd-journal-remote",
];

async function whyNot(): Promise<string | null> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "it takes root";
  if (controlGroups() === null) return "there are no control groups of version 2";
  const missing: string[] = [];
  for (const [program, name] of Object.entries(NEEDED)) {
    if (!await isInstalled(program)) missing.push(name);
  }
  return missing.length === 0 ? null : `something is missing; apt-get install ${missing.join(" ")}`;
}

/** An older and a newer package, oldest first. */
async function makePackages(given: string | undefined, work: string): Promise<readonly string[]> {
  const folder = given === undefined ? `${work}/packages` : Deno.realPathSync(given);
  if (given === undefined) {
    for (const revision of ["1", "2"]) {
      const task = [
        Deno.execPath(),
        "task",
        "--quiet",
        "--cwd",
        ROOT,
        "package",
        "--format",
        "deb",
        "--quick",
      ] as const;
      await run(...task, "--revision", revision, "--output", folder);
    }
  }
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".deb"))
    .sort();
  if (names.length !== 2) throw new Error(`${folder} should hold two packages, not ${names.length}`);
  return names.map((name) => `${folder}/${name}`);
}

/** Beside those whom every machine has: see tests/fleet/people.ts. `ops` is who administers it, over ssh. */
const PEOPLE: readonly Person[] = [
  { name: "dave", uid: 1003, home: "/home/dave", lingers: true },
  { name: "erin", uid: 1004, home: "/home/erin", lingers: true },
  { name: "frank", uid: 1005, home: "/home/frank", lingers: true },
  { name: "ops", uid: 1100, home: "/home/ops", lingers: false },
];

/** A login with sudo, by a key that is made for it. @returns The private key. */
async function letIn(root: string, work: string): Promise<string> {
  const key = `${work}/login`;
  await run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
  const folder = `${root}/home/ops/.ssh`;
  Deno.mkdirSync(folder, { mode: 0o700 });
  Deno.copyFileSync(`${key}.pub`, `${folder}/authorized_keys`);
  for (const path of [folder, `${folder}/authorized_keys`]) Deno.chownSync(path, 1100, 1100);
  Deno.writeTextFileSync(`${root}/etc/sudoers.d/ops`, "ops ALL=(ALL) NOPASSWD: ALL\n");
  return key;
}

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: {
    packages: { type: "string" },
    release: { type: "string", default: "bookworm" },
    all: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const releases = RELEASES.filter((release) => values.all || release === values.release);
if (releases.length === 0) {
  throw new Error(`--release is ${RELEASES.join(" or ")}, not ${values.release}`);
}
const why = await whyNot();
if (why !== null) {
  console.log(`Nothing was run on a fleet's machine: ${why}.`);
  console.log(closingLine({ passed: 0, failed: 0, ignored: 0 }));
  Deno.exit(0);
}

const started = performance.now();
function say(what: string): void {
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${what}`);
}

const work = Deno.makeTempDirSync({ prefix: "kato-fleet-" });
async function clean(): Promise<void> {
  await stopAll();
  await run("rm", "-rf", "--one-file-system", work);
}
Deno.addSignalListener("SIGINT", () => void clean().finally(() => Deno.exit(130)));
Deno.addSignalListener("SIGTERM", () => void clean().finally(() => Deno.exit(143)));

async function tryOn(
  release: Release,
  packages: readonly string[],
  versions: readonly string[],
): Promise<Count> {
  const place = `${work}/${release}`;
  Deno.mkdirSync(place);
  const archive = await makeArchive(release, CACHE, ALSO);
  const repository = await makeRepository(place, packages);
  say(`a signed repository with kato ${versions.join(" and ")}`);
  const root = `${place}/root`;
  await unpack(archive, root, PEOPLE);
  const login = await letIn(root, place);
  // The machine has no network, so apt gets this repository.
  Deno.writeTextFileSync(`${root}/etc/apt/sources.list`, "");
  Deno.writeTextFileSync(`${root}/etc/hosts`, "127.0.0.1 localhost collector.example.org\n");
  await copyRepository(repository, root, "/srv/kato");
  const { pid, stop } = await boot(root, `fleet-${release}`, { locked: false });
  say(`a machine with the systemd of ${release}`);
  const count = await runCounted({
    command: [Deno.execPath()],
    cwd: ROOT,
    env: {
      KATO_FLEET: JSON.stringify({
        work: place,
        machine: { pid, root },
        login,
        keys: { good: repository.key, other: repository.otherKey },
        versions,
        // Whether each command of the page on fleets has had its turn is asked of a whole run only.
        isWhole: positionals.length === 0,
      }),
    },
    // `deno task check` has seen to the types.
    args: ["--no-check", ...positionals.length > 0 ? positionals : ["tests/fleet"]],
  });
  await stop();
  say(`tests on ${release}`);
  return count;
}

try {
  const packages = await makePackages(values.packages, work);
  const versions = await Promise.all(
    packages.map(async (file) => (await run("dpkg-deb", "-f", file, "Version")).trim()),
  );
  let whole: Count = { code: 0, passed: 0, failed: 0, ignored: 0 };
  for (const release of releases) {
    const count = await tryOn(release, packages, versions);
    whole = {
      code: whole.code || count.code,
      passed: whole.passed + count.passed,
      failed: whole.failed + count.failed,
      ignored: whole.ignored + count.ignored,
    };
  }
  console.log(closingLine(whole));
  Deno.exitCode = whole.code;
} finally {
  await clean();
  // The listeners for signals would keep this process.
  Deno.exit();
}
