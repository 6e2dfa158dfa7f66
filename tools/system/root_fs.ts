/** The root file system of a machine: made once by mmdebstrap, kept as an archive, unpacked for each machine. */
import { createHash } from "node:crypto";
import { isInstalled, run } from "./command.ts";

export const RELEASES = ["bookworm", "trixie"] as const;
export type Release = typeof RELEASES[number];

/** The parts of systemd on a person's machine. Everything else comes along as a dependency. */
const PACKAGES = [
  "apt",
  "dbus",
  "dbus-user-session",
  "iproute2",
  "libpam-systemd",
  "login",
  "passwd",
  "procps",
  "systemd",
  "systemd-sysv",
];

/** Stand in the way of nothing, and would only be in the journal: there is no terminal and no hardware. */
const MASKED = [
  "console-getty.service",
  "sys-kernel-debug.mount",
  "sys-kernel-tracing.mount",
  "systemd-networkd-wait-online.service",
  "systemd-timesyncd.service",
];

export interface Person {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
  /** Whether the person's service manager runs without a login. */
  readonly lingers: boolean;
}

/** Every machine has these. Carol's home is where some distributions have them. */
const PEOPLE: readonly Person[] = [
  { name: "alice", uid: 1000, home: "/home/alice", lingers: true },
  { name: "bob", uid: 1001, home: "/home/bob", lingers: false },
  { name: "carol", uid: 1002, home: "/var/home/carol", lingers: true },
];

/** The archive of `release` in `cache`, made if it is not there. Root's. `also`: packages besides. */
export async function makeArchive(
  release: Release,
  cache: string,
  also: readonly string[] = [],
): Promise<string> {
  const packages = [...PACKAGES, ...also].join(",");
  // An archive that was made with other packages is another archive.
  const digest = createHash("sha256").update(packages).digest("hex").slice(0, 8);
  const archive = `${cache}/${release}-${digest}.tar`;
  try {
    Deno.statSync(archive);
    return archive;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  Deno.mkdirSync(cache, { recursive: true });
  if (!await isInstalled("mmdebstrap")) {
    await run("apt-get", "update", "-q");
    await run("apt-get", "install", "-y", "-q", "mmdebstrap");
  }
  const made = `${archive}.new`;
  await run(
    "mmdebstrap",
    "--mode=root",
    "--variant=minbase",
    `--include=${packages}`,
    '--aptopt=APT::Install-Recommends "false"',
    "--format=tar",
    release,
    made,
  );
  // Only a whole archive gets the name.
  Deno.renameSync(made, archive);
  return archive;
}

/** A root file system in `root`, with its people. `also`: people besides. */
export async function unpack(archive: string, root: string, also: readonly Person[] = []): Promise<void> {
  Deno.mkdirSync(root, { recursive: true });
  await run("tar", "-xpf", archive, "-C", root, "--numeric-owner", "--xattrs");
  // Empty, so that the machine gives itself one.
  Deno.writeTextFileSync(`${root}/etc/machine-id`, "");
  // Without it the journal is not kept, and nobody but root may read his own lines.
  Deno.mkdirSync(`${root}/var/log/journal`, { recursive: true });
  for (const unit of MASKED) await run("ln", "-sf", "/dev/null", `${root}/etc/systemd/system/${unit}`);
  for (const folder of ["/var/home", "/var/lib/systemd/linger"]) {
    Deno.mkdirSync(`${root}${folder}`, { recursive: true });
  }
  for (const { name, uid, home, lingers } of [...PEOPLE, ...also]) {
    const options = ["--create-home", `--home-dir=${home}`, "--shell=/bin/sh", `--uid=${uid}`];
    await run("chroot", root, "useradd", ...options, name);
    Deno.chmodSync(`${root}${home}`, 0o700);
    if (lingers) Deno.writeTextFileSync(`${root}/var/lib/systemd/linger/${name}`, "");
  }
}
