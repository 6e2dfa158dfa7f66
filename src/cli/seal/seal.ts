/** A seal: what a file was when it was sealed. Anybody can have written one, so it is checked on arrival. Pure. */
import * as z from "zod/mini";
import { canonicalJson } from "../../protocol/canonical_json.ts";
import { providerId } from "../../protocol/provider_id.ts";
import { sha256 as hashOf } from "../../protocol/sha256.ts";
import { RESULTS } from "../verify/verdict.ts";

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const name = z.string().check(z.minLength(1), z.maxLength(4096));
const count = z.int().check(z.minimum(0));

export const seal = z.strictObject({
  kind: z.literal("kato-seal"),
  v: z.literal(1),
  /** UTC. */
  time: z.string().check(z.maxLength(40)),
  /** The kato that sealed it. */
  version: z.string().check(z.maxLength(100)),
  /** Its name without folders, its length, and the hash of its bytes. */
  file: z.strictObject({ name, bytes: count, sha256 }),
  /** What `kato verify` said of it then. */
  result: z.enum(RESULTS),
  source: z.strictObject({
    provider: providerId,
    session: name,
    /** The events that the file had; none where it could not be told. */
    events: z.array(z.strictObject({ session: name, from: count, to: count })).check(z.maxLength(1000)),
    /** The session's logs as far as they went, in their order; none where they were not there. */
    logs: z.array(z.strictObject({ bytes: count, sha256 })).check(z.maxLength(1000)),
  }),
  /** SHA-256 of the effective policy. */
  policyHash: sha256,
  /** The record of this seal in the audit log. It holds the hash of all else here, and every later record depends on it. */
  audit: z.strictObject({ sequence: z.int().check(z.minimum(1)), hash: sha256 }),
});
export type Seal = z.infer<typeof seal>;

/** A seal before its record is written. */
export type Unrecorded = Omit<Seal, "audit">;

/** The words of the audit record that the seal names: nothing in the seal can change without them. */
export function sealedWords(sealed: Unrecorded): string {
  const { bytes, sha256 } = sealed.file;
  return `sha256 ${sha256}, ${bytes} bytes; seal ${hashOf(canonicalJson(sealed))}`;
}
