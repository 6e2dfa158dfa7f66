/** kato on a machine, as its package puts it there. */
import { SCRIPTS } from "../package/layout.ts";
import { run } from "./command.ts";
import { type Machine, NO_CLOCK } from "./machine.ts";

const ARCHITECTURE = Deno.build.arch === "aarch64" ? "arm64" : "amd64";

/** The newest package of this architecture in `folder`; null when there is none. */
export function findPackage(folder: string): string | null {
  try {
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    const newest = names.filter((name) => name.startsWith("kato_") && name.endsWith(`_${ARCHITECTURE}.deb`))
      .sort().at(-1);
    return newest === undefined ? null : `${folder}/${newest}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** From a build and the checkout's `packaging`, file by file, without a package. */
export async function copyBuild(dist: string, packaging: string, root: string): Promise<void> {
  const places = {
    user: `${root}/usr/lib/systemd/user`,
    system: `${root}/usr/lib/systemd/system`,
    share: `${root}/usr/share/kato/systemd`,
  };
  for (const folder of [...Object.values(places), `${root}/usr/lib/kato`]) {
    Deno.mkdirSync(folder, { recursive: true });
  }
  await run("cp", `${dist}/bin/kato`, `${root}/usr/bin/kato`);
  await run("cp", "-rT", `${dist}/lib/kato`, `${root}/usr/lib/kato`);
  for (const [name, mode] of Object.entries(SCRIPTS)) {
    await run("install", "-m", mode.toString(8), `${packaging}/${name}.sh`, `${root}/usr/lib/kato/${name}`);
  }
  const units = `${packaging}/systemd`;
  for (const { name } of Deno.readDirSync(units)) {
    const to = name.endsWith(".conf")
      ? places.share
      : name.endsWith("@.service")
      ? places.system
      : places.user;
    await run("install", "-m", "0644", "-t", to, `${units}/${name}`);
  }
  await run("chmod", "-R", "go-w", `${root}/usr/lib/kato`, `${root}/usr/bin/kato`);
}

/** The package, by apt, on a machine that runs. Its dependencies are there already: the machine has no network. */
export async function installPackage(file: string, { pid, root }: Machine): Promise<void> {
  await run("cp", file, `${root}/var/kato.deb`);
  const apt = "DEBIAN_FRONTEND=noninteractive apt-get install -y -q /var/kato.deb";
  await run("nsenter", "-t", String(pid), "-a", "setpriv", ...NO_CLOCK, "sh", "-c", apt);
}
