/** A signed apt repository with a key that is made for it and thrown away with it. Needs run: gpg, reprepro. */
import { run } from "../system/command.ts";

export interface Repository {
  /** The folder that machines name as their source. */
  readonly folder: string;
  /** The public key, ASCII-armoured. */
  readonly key: string;
  /** A public key that signed nothing here. */
  readonly otherKey: string;
}

const ARCHITECTURE = Deno.build.arch === "aarch64" ? "arm64" : "amd64";

/**
 * In a new folder of `work`. reprepro keeps one version of a package in a suite, so each package gets a suite of its
 * own: `stable` the first, then `testing`.
 */
export async function makeRepository(work: string, packages: readonly string[]): Promise<Repository> {
  const top = `${work}/repository`;
  const keys = `${work}/keys`;
  Deno.mkdirSync(`${top}/conf`, { recursive: true });
  Deno.mkdirSync(keys, { mode: 0o700 });
  const gpg = (...args: readonly string[]) => run("gpg", "--homedir", keys, "--batch", "--quiet", ...args);
  const names = ["kato packages", "somebody else"] as const;
  for (const name of names) {
    await gpg(
      "--passphrase",
      "",
      "--quick-generate-key",
      `${name} <packages@example.org>`,
      "ed25519",
      "sign",
      "never",
    );
  }
  const [key = "", otherKey = ""] = await Promise.all(names.map((name) => exportKey(name)));
  const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(await gpg("--with-colons", "--list-keys", names[0]))?.[1];

  const suites = ["stable", "testing"].slice(0, packages.length);
  const distributions = suites.map((suite) =>
    [
      "Origin: kato",
      `Codename: ${suite}`,
      `Architectures: ${ARCHITECTURE}`,
      "Components: main",
      `SignWith: ${fingerprint}`,
      "",
    ].join("\n")
  );
  Deno.writeTextFileSync(`${top}/conf/distributions`, distributions.join("\n"));
  for (const [at, suite] of suites.entries()) {
    await run(
      "reprepro",
      "--gnupghome",
      keys,
      "--silent",
      "-b",
      top,
      "includedeb",
      suite,
      packages[at] ?? "",
    );
  }
  return { folder: top, key, otherKey };

  async function exportKey(name: string): Promise<string> {
    const file = `${work}/${name.replaceAll(" ", "-")}.asc`;
    Deno.writeTextFileSync(file, await gpg("--armor", "--export", name));
    return file;
  }
}

/** What machines read of it, in `root` at `path`. */
export async function copyRepository({ folder }: Repository, root: string, path: string): Promise<void> {
  Deno.mkdirSync(`${root}${path}`, { recursive: true });
  await run("cp", "-rT", `${folder}/dists`, `${root}${path}/dists`);
  await run("cp", "-rT", `${folder}/pool`, `${root}${path}/pool`);
}
