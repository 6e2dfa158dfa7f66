/**
 * `deno task test:fleet [--packages FOLDER] [TESTS]`: kato on a fleet's machine. Packs kato twice, an older and a newer
 * revision, or takes the two from FOLDER; makes a signed repository of them; boots a Debian 12 with a real systemd; and
 * runs tests/fleet on it: the Ansible role, the examples of packaging/examples, and the collecting of audit records.
 * Needs root, control groups of version 2, and the programs below; elsewhere it says so and runs nothing.
 */
import { parseArgs } from "node:util";
import { copyRepository, makeRepository } from "./fleet/repository.ts";
import { isInstalled, run } from "./system/command.ts";
import { boot, controlGroups, type Machine } from "./system/machine.ts";
import { makeArchive, unpack } from "./system/root_fs.ts";
import { closingLine, runCounted } from "./tests/run_counted.ts";

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
  "yamllint": "yamllint",
} as const;

/** What the machine of a fleet has besides: what Ansible needs there, and what collects logs. */
const ALSO = [
  "ca-certificates",
  "cloud-init",
  "python3",
  "python3-apt",
  "rsyslog",
  "rsyslog-relp",
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

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { packages: { type: "string" } },
  allowPositionals: true,
});
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
let machine: Machine | null = null;
async function clean(): Promise<void> {
  await machine?.stop();
  await run("rm", "-rf", "--one-file-system", work);
}
Deno.addSignalListener("SIGINT", () => void clean().finally(() => Deno.exit(130)));
Deno.addSignalListener("SIGTERM", () => void clean().finally(() => Deno.exit(143)));

try {
  const archive = await makeArchive("bookworm", CACHE, ALSO);
  say("a root file system");
  const packages = await makePackages(values.packages, work);
  const versions = await Promise.all(packages.map((file) => run("dpkg-deb", "-f", file, "Version")));
  const repository = await makeRepository(work, packages);
  say(`a signed repository with kato ${versions.map((version) => version.trim()).join(" and ")}`);
  const root = `${work}/root`;
  await unpack(archive, root);
  // The machine has no network: what apt shall find is the repository.
  Deno.writeTextFileSync(`${root}/etc/apt/sources.list`, "");
  await copyRepository(repository, root, "/srv/kato");
  machine = await boot(root, "fleet", { locked: false });
  say("a machine with systemd");
  const { pid } = machine;
  const count = await runCounted({
    command: [Deno.execPath()],
    cwd: ROOT,
    env: {
      KATO_FLEET: JSON.stringify({
        work,
        machine: { pid, root },
        keys: { good: repository.key, other: repository.otherKey },
        versions: versions.map((version) => version.trim()),
      }),
    },
    // `deno task check` has seen to the types.
    args: ["--no-check", ...positionals.length > 0 ? positionals : ["tests/fleet"]],
  });
  say("tests");
  console.log(closingLine(count));
  Deno.exitCode = count.code;
} finally {
  await clean();
}
