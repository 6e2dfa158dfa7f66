/** Root file systems to install packages in. Needs root; starts mmdebstrap, tar, unshare and chroot. */
import { Finding, succeed } from "./check.ts";

/** Who uses kato in a root. */
export const PERSON = { uid: 4242, home: "/home/ada" } as const;

/** A Debian 12 with the essential packages only, made once. */
export async function baseRoot(cache: string): Promise<string> {
  const base = `${cache}/bookworm.tar.gz`;
  if (!exists(base)) {
    Deno.mkdirSync(cache, { recursive: true });
    const unfinished = `${cache}/bookworm.new.tar.gz`;
    await succeed(["mmdebstrap", "--quiet", "--variant=minbase", "bookworm", unfinished]);
    Deno.renameSync(unfinished, base);
  }
  return base;
}

/** A fresh one in `root`, with a home in it. */
export async function makeRoot(root: string, cache: string): Promise<void> {
  const base = await baseRoot(cache);
  Deno.mkdirSync(root, { recursive: true });
  await succeed(["tar", "--extract", `--file=${base}`, `--directory=${root}`]);
  Deno.mkdirSync(`${root}${PERSON.home}`, { recursive: true });
  Deno.chownSync(`${root}${PERSON.home}`, PERSON.uid, PERSON.uid);
}

/** Runs `line` in `root`, with processes of its own; as root, or as a person. */
export async function inRoot(
  root: string,
  line: readonly string[],
  person: typeof PERSON | null = null,
): Promise<void> {
  const user = person === null ? [] : [`--userspec=${person.uid}:${person.uid}`];
  const env = {
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: person?.home ?? "/root",
    LC_ALL: "C.UTF-8",
    DEBIAN_FRONTEND: "noninteractive",
  };
  const isolated = ["unshare", "--mount", "--pid", "--fork", `--mount-proc=${root}/proc`];
  try {
    await succeed([...isolated, "chroot", ...user, root, ...line], { clearEnv: true, env });
  } catch (error) {
    if (error instanceof Finding) throw new Finding(`in a clean root, ${error.message}`);
    throw error;
  }
}

export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
