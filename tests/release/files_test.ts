/** The files of a release are what its sums, signatures and provenance say, and a changed one is none of them. */
import assert from "node:assert/strict";
import { must, sh, test, trial } from "./trial.ts";

const FILES = `${trial.folder}/files`;

/** A copy of the release's files, which a test may change. */
async function copy(name: string): Promise<string> {
  const folder = `${trial.work}/${name}`;
  await must(
    "/",
    `rm -rf '${folder}' && cp -r '${FILES}' '${folder}' && cp '${trial.folder}'/*.pub '${folder}'`,
  );
  return folder;
}

const VERIFY =
  "minisign -V -p minisign.pub -m SHA256SUMS && sha256sum -c --quiet --ignore-missing SHA256SUMS";

test("the sums are signed, and say which commit they are of", async () => {
  const folder = await copy("good");
  const commit = (await must(Deno.cwd(), "git rev-parse HEAD")).trim();
  const said = await must(folder, VERIFY);
  assert.match(said, /Signature and comment signature verified/);
  assert.match(said, new RegExp(`Trusted comment: kato [0-9.]+ commit ${commit}`));
});

for (
  const [what, lines, why] of [
    ["a changed package", "for file in kato_*.deb; do printf x >> $file; done", /kato_.*\.deb: FAILED/],
    [
      "a changed archive",
      "for file in kato-*.tar.gz; do printf x >> $file; done",
      /kato-.*\.tar\.gz: FAILED/,
    ],
    ["changed sums", "sed -i 's/^./0/' SHA256SUMS", /Signature verification failed/],
    [
      "another key's signature",
      "minisign -G -W -f -p other.pub -s other.key && minisign -S -s other.key -m SHA256SUMS",
      /Signature key id/,
    ],
    [
      "another comment",
      "sed -i '/^trusted comment/s/kato/KATO/' SHA256SUMS.minisig",
      /Comment signature verification failed/,
    ],
  ] as const
) {
  test(`${what} is not verified`, async () => {
    const folder = await copy("changed");
    await must(folder, lines);
    const { code, out } = await sh(folder, VERIFY);
    assert.notEqual(code, 0);
    assert.match(out, why);
  });
}

interface Envelope {
  readonly payload: string;
  readonly signatures: readonly { readonly sig: string }[];
}

test("the provenance is signed, and names each file of the sums", async () => {
  const folder = await copy("provenance");
  const [name = ""] = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((one) =>
    one.endsWith(".intoto.jsonl")
  );
  const { payload, signatures } = JSON.parse(Deno.readTextFileSync(`${folder}/${name}`)) as Envelope;
  const statement = Uint8Array.fromBase64(payload);
  const type = "application/vnd.in-toto+json";
  const head = new TextEncoder().encode(`DSSEv1 ${type.length} ${type} ${statement.length} `);
  Deno.writeFileSync(`${folder}/signed`, new Uint8Array([...head, ...statement]));
  Deno.writeFileSync(`${folder}/signature`, Uint8Array.fromBase64(signatures[0]?.sig ?? ""));
  const verify = "openssl pkeyutl -verify -pubin -inkey provenance.pub -rawin -in signed -sigfile signature";
  assert.match(await must(folder, verify), /Signature Verified Successfully/);
  await must(folder, "printf x >> signed");
  assert.notEqual((await sh(folder, verify)).code, 0);

  const { subject } = JSON.parse(new TextDecoder().decode(statement)) as {
    subject: { name: string; digest: { sha256: string } }[];
  };
  const told = subject.map(({ name, digest }) => `${digest.sha256}  ${name}\n`).join("");
  assert.equal(told, Deno.readTextFileSync(`${folder}/SHA256SUMS`));
});

test("the package for rpm is signed; a changed one and another key's are refused", async () => {
  const rpms = `${trial.folder}/rpm`;
  const folder = `${trial.work}/rpm`;
  await must(
    "/",
    `rm -rf '${folder}' && mkdir -p '${folder}/trusts' '${folder}/trusts-nobody' && cp '${rpms}'/*.rpm '${folder}'`,
  );
  await must(folder, `rpm --root "$PWD/trusts" --import '${trial.folder}/packages.asc'`);
  const check = (trusts: string) => sh(folder, `rpm --root "$PWD/${trusts}" -Kv *.rpm`);
  assert.match((await check("trusts")).out, /Header V4 RSA\/SHA512 Signature, key ID [0-9a-f]{8}: OK/);
  const nobody = await check("trusts-nobody");
  assert.notEqual(nobody.code, 0);
  assert.match(nobody.out, /NOKEY/);
  await must(folder, "printf x | dd of=$(echo *.rpm) bs=1 seek=200000 conv=notrunc status=none");
  const changed = await check("trusts");
  assert.notEqual(changed.code, 0);
  assert.match(changed.out, /Payload SHA256 digest: BAD/);
  await must(`${rpms}/repodata`, "gpg --batch --quiet --verify repomd.xml.asc repomd.xml");
});

test("everybody can read what is to be served, whatever mask the release was made under", async () => {
  const closed = await must(
    trial.folder,
    "find files apt rpm *.pub *.asc ! -perm -o=r -o -type d ! -perm -o=x",
  );
  assert.equal(closed, "");
});
