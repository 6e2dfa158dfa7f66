/** The trial release that `deno task test:release` made, and the fresh Debian on which it is tried. */
import { type Need, onlyWith } from "../needs.ts";

interface Trial {
  /** Of the release. */
  readonly folder: string;
  /** Of the fresh Debian. */
  readonly root: string;
  readonly work: string;
}

const told = Deno.env.get("KATO_RELEASE");
const NOWHERE = "/nonexistent";
export const trial: Trial = told === undefined
  ? { folder: NOWHERE, root: NOWHERE, work: NOWHERE }
  : JSON.parse(told);

const MADE: Need = { isMet: told !== undefined, otherwise: "deno task test:release makes a trial release" };

export function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ ...onlyWith(name, MADE), fn });
}

export interface Ran {
  readonly code: number;
  readonly out: string;
}

/** A shell's lines in `folder`; both streams as one text. */
export async function sh(folder: string, lines: string): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-euc", lines],
    cwd: folder,
    stdin: "null",
    env: { LC_ALL: "C.UTF-8", GNUPGHOME: `${trial.folder}/trial-keys/gnupg` },
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out: `${out}${err}` };
}

export async function must(folder: string, lines: string): Promise<string> {
  const { code, out } = await sh(folder, lines);
  if (code !== 0) throw new Error(`${lines}\nended with ${code}\n${out}`);
  return out;
}

/** Root's lines in the fresh Debian. */
export async function onDebian(lines: string): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command("chroot", {
    args: [trial.root, "sh", "-euc", lines],
    clearEnv: true,
    env: {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      HOME: "/root",
      LC_ALL: "C.UTF-8",
      DEBIAN_FRONTEND: "noninteractive",
    },
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out: `${out}${err}` };
}

/** A public key that signed nothing of the release's. */
export async function otherKey(): Promise<string> {
  const home = Deno.makeTempDirSync({ dir: trial.work });
  const gpg = `gpg --homedir '${home}' --batch --quiet`;
  await must("/", `${gpg} --passphrase '' --quick-generate-key 'Eve <eve@kato.example>' rsa3072 sign never`);
  await must("/", `${gpg} --armor --export > '${home}/eve.asc'`);
  return `${home}/eve.asc`;
}
