/**
 * A signed apt repository, by the commands of docs/fleet.md, with a key that is made for it and thrown away with it.
 * Needs run: gpg, reprepro.
 */
import { run } from "../system/command.ts";
import { blocksOf, takeBlock } from "./page.ts";

export interface Repository {
  /** The folder that machines name as their source. */
  readonly folder: string;
  /** The public key, ASCII-armoured. */
  readonly key: string;
  /** A public key that signed nothing here. */
  readonly otherKey: string;
}

const ARCHITECTURE = Deno.build.arch === "aarch64" ? "arm64" : "amd64";

/** In `work`, with the older package in the suite `previous` and the newer one in `stable`. */
export async function makeRepository(work: string, packages: readonly string[]): Promise<Repository> {
  const folder = `${work}/packages`;
  const keys = `${work}/keys`;
  Deno.mkdirSync(`${folder}/conf`, { recursive: true });
  Deno.mkdirSync(keys, { mode: 0o700 });
  const names = ["kato packages", "somebody else"] as const;
  for (const name of names) {
    const kind = ["ed25519", "sign", "never"];
    await gpg("--passphrase", "", "--quick-generate-key", `${name} <packages@example.org>`, ...kind);
  }
  const [key = "", otherKey = ""] = await Promise.all(names.map((name) => exportKey(name)));
  const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(await gpg("--with-colons", "--list-keys", names[0]))?.[1];

  const [distributions = ""] = blocksOf("text").filter((block) => block.includes("SignWith: yes"));
  const ours = distributions.replaceAll("amd64", ARCHITECTURE).replaceAll("yes", fingerprint ?? "");
  Deno.writeTextFileSync(`${folder}/conf/distributions`, ours);
  for (const file of packages) Deno.copyFileSync(file, `${work}/${file.slice(file.lastIndexOf("/") + 1)}`);
  for (const words of ["stable kato_0.2.0-1", "copy previous stable"]) {
    const commands = takeBlock(work, words).replaceAll("amd64", ARCHITECTURE);
    await run("sh", "-euc", `cd ${work}; export GNUPGHOME=${keys}; ${commands}`);
  }
  return { folder, key, otherKey };

  function gpg(...args: readonly string[]): Promise<string> {
    return run("gpg", "--homedir", keys, "--batch", "--quiet", ...args);
  }

  async function exportKey(name: string): Promise<string> {
    const file = `${work}/${name.replaceAll(" ", "-")}.asc`;
    Deno.writeTextFileSync(file, await gpg("--armor", "--export", name));
    return file;
  }
}

/** The part that machines read, in `root` at `path`. */
export async function copyRepository({ folder }: Repository, root: string, path: string): Promise<void> {
  Deno.mkdirSync(`${root}${path}`, { recursive: true });
  await run("cp", "-rT", `${folder}/dists`, `${root}${path}/dists`);
  await run("cp", "-rT", `${folder}/pool`, `${root}${path}/pool`);
}
