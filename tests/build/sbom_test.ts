/** The bill of materials and the provenance of a release. What a whole release is: deno task test:release. */
import assert from "node:assert/strict";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
// The validator loads these where they are there.
import "ajv";
import "ajv-formats";
import "ajv-formats-draft2019";
import { readPins } from "../../tools/build/pins.ts";
import { readAllowList, readLockFile } from "../../tools/dependencies/allow_list.ts";
import { envelopeOf, PAYLOAD_TYPE, preAuthEncoding, statementOf } from "../../tools/release/provenance.ts";
import { sbomOf } from "../../tools/release/sbom.ts";

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
const LOCK = readLockFile(ROOT);
const PINS = readPins(ROOT);
const FACTS = {
  version: "0.2.0",
  commit: "05e0ecc1a2b3c4d5e6f7",
  epoch: 1_796_000_000,
  publisher: "Ada",
  list: readAllowList(ROOT),
  lock: LOCK,
  pins: PINS,
  crates: ["anyhow 1.0.98", "ring 0.17.14", "anyhow 1.0.98"],
};

interface Bom {
  readonly serialNumber: string;
  readonly components: readonly { readonly purl: string; readonly scope: string; readonly name: string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const BOM = sbomOf(FACTS) as Bom;

Deno.test("sbomOf() is valid CycloneDX 1.6", async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  assert.equal(await validator.validate(JSON.stringify(BOM)), null);
  assert.notEqual(await validator.validate(JSON.stringify({ ...BOM, components: [{ type: "bean" }] })), null);
});

Deno.test("sbomOf() has exactly the libraries of the lock file and the pinned programs", () => {
  const told = BOM.components.map(({ purl }) => decodeURIComponent(purl)).filter((purl) =>
    purl.startsWith("pkg:npm/")
  );
  const pinned = [PINS.runtime, PINS.bundler].flatMap(({ version, packages }) =>
    Object.values(packages).map(({ name }) => `${name}@${version}`)
  );
  const expected = [...Object.keys(LOCK.npm), ...pinned].map((name) => `pkg:npm/${name}`);
  assert.deepEqual(told.sort(), expected.sort());
});

Deno.test("sbomOf() says what is shipped and what only builds or tests", () => {
  const scopes = new Map(BOM.components.map(({ name, scope }) => [name, scope]));
  for (const name of ["zod", "@lezer/common", "@deno/linux-arm64-glibc", "anyhow"]) {
    assert.equal(scopes.get(name), "required", name);
  }
  for (const name of ["fast-check", "micromark-util-types", "@esbuild/linux-x64"]) {
    assert.equal(scopes.get(name), "excluded", name);
  }
});

Deno.test("sbomOf() names each component once, and every dependency is one of them", () => {
  const refs = BOM.dependencies.map(({ ref }) => ref);
  assert.equal(new Set(refs).size, refs.length);
  const known = new Set([
    "kato",
    ...(BOM.components as readonly { "bom-ref"?: string }[]).map((one) => one["bom-ref"]),
  ]);
  assert.deepEqual(
    BOM.dependencies.flatMap(({ dependsOn }) => dependsOn).filter((one) => !known.has(one)),
    [],
  );
});

Deno.test("sbomOf() has the same serial number for the same content, and another one for other content", () => {
  assert.equal((sbomOf(FACTS) as Bom).serialNumber, BOM.serialNumber);
  assert.notEqual((sbomOf({ ...FACTS, version: "0.2.1" }) as Bom).serialNumber, BOM.serialNumber);
});

Deno.test("preAuthEncoding() is as the protocol's own example", () => {
  const encoded = preAuthEncoding("http://example.com/HelloWorld", new TextEncoder().encode("hello world"));
  assert.equal(new TextDecoder().decode(encoded), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
});

Deno.test("envelopeOf() signs the statement, and no other", async () => {
  const statement = statementOf({
    version: "0.2.0",
    commit: FACTS.commit,
    homepage: "https://kato.example",
    pins: PINS,
    lockSha256: "0".repeat(64),
    files: [{ name: "kato.deb", sha256: "1".repeat(64) }],
  }) as { subject: unknown };
  assert.deepEqual(statement.subject, [{ name: "kato.deb", digest: { sha256: "1".repeat(64) } }]);
  const { publicKey, privateKey } = await crypto.subtle.generateKey("Ed25519", false, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const payload = new TextEncoder().encode(JSON.stringify(statement));
  const envelope = await envelopeOf(payload, privateKey, "key") as {
    payload: string;
    payloadType: string;
    signatures: readonly { sig: string }[];
  };
  const signed = preAuthEncoding(envelope.payloadType, Uint8Array.fromBase64(envelope.payload));
  const signature = Uint8Array.fromBase64(envelope.signatures[0]?.sig ?? "");
  assert.ok(await crypto.subtle.verify("Ed25519", publicKey, signature, signed));
  const other = preAuthEncoding(PAYLOAD_TYPE, new TextEncoder().encode("{}"));
  assert.ok(!await crypto.subtle.verify("Ed25519", publicKey, signature, other));
});
