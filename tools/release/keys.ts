/**
 * The keys that sign a release, in a folder outside the checkout, and what is signed with them. `docs/release.md` says how the
 * real ones are made and kept. READS and, for throw-away keys, WRITES that folder; starts minisign, gpg and rpmsign.
 */
import { BuildError, runProgram } from "../build/run_program.ts";

export interface Keys {
  /** Holds minisign.key and minisign.pub, provenance.key and provenance.pub (PEM), gnupg/ and packages.asc. */
  readonly folder: string;
}

/** What a release gives away. */
export const PUBLIC_KEYS = ["minisign.pub", "packages.asc", "provenance.pub"] as const;
const SECRET = ["minisign.key", "provenance.key", "gnupg"] as const;

export function readKeys(folder: string): Keys {
  for (const name of [...PUBLIC_KEYS, ...SECRET]) {
    try {
      Deno.statSync(`${folder}/${name}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new BuildError(`${folder} has no ${name}: docs/release.md says how the keys are made`);
    }
  }
  return { folder };
}

/** Keys without passwords, for a trial that nobody is meant to trust. */
export async function makeTrialKeys(folder: string): Promise<Keys> {
  Deno.mkdirSync(`${folder}/gnupg`, { recursive: true, mode: 0o700 });
  Deno.chmodSync(folder, 0o700);
  await runProgram("minisign", ["-G", "-W", "-p", "minisign.pub", "-s", "minisign.key"], { cwd: folder });
  const { publicKey, privateKey } = await crypto.subtle.generateKey("Ed25519", true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  Deno.writeTextFileSync(
    `${folder}/provenance.key`,
    pemOf("PRIVATE KEY", await crypto.subtle.exportKey("pkcs8", privateKey)),
    {
      mode: 0o600,
    },
  );
  Deno.writeTextFileSync(
    `${folder}/provenance.pub`,
    pemOf("PUBLIC KEY", await crypto.subtle.exportKey("spki", publicKey)),
  );
  const keys = { folder };
  await gpg(keys, [
    "--passphrase",
    "",
    "--quick-generate-key",
    "kato trial <trial@kato.example>",
    "rsa3072",
    "sign",
    "never",
  ]);
  Deno.writeFileSync(`${folder}/packages.asc`, await gpg(keys, ["--armor", "--export"]));
  return keys;
}

/** `SUMS.minisig` beside it. minisign asks at the terminal for the password of a key that has one. */
export async function signSums({ folder }: Keys, sums: string, comment: string): Promise<void> {
  const args = ["-S", "-s", `${folder}/minisign.key`, "-m", sums, "-t", comment];
  const { success } = await new Deno.Command("minisign", {
    args,
    stdin: "inherit",
    stdout: "null",
    stderr: "inherit",
  })
    .output();
  if (!success) throw new BuildError(`minisign did not sign ${sums}`);
}

export async function provenanceKey({ folder }: Keys): Promise<CryptoKey> {
  const pem = Deno.readTextFileSync(`${folder}/provenance.key`);
  const bytes = Uint8Array.fromBase64(pem.replace(/-----[A-Z ]+-----|\s/g, ""));
  return await crypto.subtle.importKey("pkcs8", bytes, "Ed25519", false, ["sign"]);
}

/** @param args What gpg does with the file, and where it writes. */
export async function signInPlace(keys: Keys, file: string, args: readonly string[]): Promise<void> {
  await gpg(keys, ["--yes", "--digest-algo", "SHA512", ...args, file]);
}

/** Puts a signature into the package's header. */
export async function signRpm(keys: Keys, file: string): Promise<void> {
  const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(
    new TextDecoder().decode(await gpg(keys, ["--with-colons", "--list-secret-keys"])),
  )
    ?.[1];
  if (fingerprint === undefined) throw new BuildError(`${keys.folder}/gnupg has no secret key`);
  await runProgram("rpmsign", [
    "--define=__gpg /usr/bin/gpg",
    `--define=_gpg_name ${fingerprint}`,
    "--addsign",
    file,
  ], {
    cwd: "/",
    env: { GNUPGHOME: `${keys.folder}/gnupg` },
  });
}

function gpg({ folder }: Keys, args: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  return runProgram("gpg", ["--homedir", `${folder}/gnupg`, "--batch", "--quiet", ...args], { cwd: folder });
}

function pemOf(label: string, bytes: ArrayBuffer): string {
  const lines = new Uint8Array(bytes).toBase64().match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
