/**
 * Where a release's files come from: an in-toto statement with SLSA's predicate, and its signed envelope. Pure, but for the
 * signature. Sources: https://in-toto.io/Statement/v1, https://slsa.dev/provenance/v1,
 * https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
 */
import type { Pins } from "../build/pins.ts";

export interface Built {
  readonly name: string;
  readonly sha256: string;
}

export interface ProvenanceFacts {
  readonly version: string;
  readonly commit: string;
  readonly homepage: string;
  readonly pins: Pins;
  /** SHA-256 of deno.lock. */
  readonly lockSha256: string;
  readonly files: readonly Built[];
}

export const PAYLOAD_TYPE = "application/vnd.in-toto+json";

export function statementOf({ version, commit, homepage, pins, lockSha256, files }: ProvenanceFacts): object {
  const pinned = [pins.runtime, pins.bundler].flatMap(({ version, packages }) =>
    Object.values(packages).map(({ name, file, sha256 }) => ({
      uri: `pkg:npm/${name.replace("@", "%40")}@${version}#${file}`,
      digest: { sha256 },
    }))
  );
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: files.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: `${homepage}/release/v1`,
        externalParameters: { tag: `v${version}`, command: "deno task release" },
        resolvedDependencies: [
          { uri: `git+${homepage}@v${version}`, digest: { gitCommit: commit } },
          { uri: "deno.lock", digest: { sha256: lockSha256 } },
          ...pinned,
        ],
      },
      runDetails: { builder: { id: `${homepage}/release/by-hand` } },
    },
  };
}

/** What is signed: the payload with its type and both lengths, so that neither can be taken for the other. */
export function preAuthEncoding(type: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const head = encoder.encode(`DSSEv1 ${encoder.encode(type).length} ${type} ${payload.length} `);
  const whole = new Uint8Array(head.length + payload.length);
  whole.set(head);
  whole.set(payload, head.length);
  return whole;
}

export async function envelopeOf(payload: Uint8Array, key: CryptoKey, keyid: string): Promise<object> {
  const signature = await crypto.subtle.sign("Ed25519", key, preAuthEncoding(PAYLOAD_TYPE, payload));
  return {
    payloadType: PAYLOAD_TYPE,
    payload: payload.toBase64(),
    signatures: [{ keyid, sig: new Uint8Array(signature).toBase64() }],
  };
}
