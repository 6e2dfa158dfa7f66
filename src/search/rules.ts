/** The rules of redaction that the texts of an index went through. Requires read on the index, and write to set them. */
import type { DatabaseSync } from "node:sqlite";
import { canonicalJson } from "../protocol/canonical_json.ts";
import type { Redaction } from "../protocol/redaction.ts";
import { sha256 } from "../protocol/sha256.ts";
import { RULES } from "../redaction/rules_hash.ts";

/** Whether the texts went through other rules: they may hold what `redaction` replaces. */
export function isOfOtherRules(database: DatabaseSync, redaction: Redaction): boolean {
  const known = database.prepare("SELECT value FROM facts WHERE name = 'redaction'").get()?.["value"];
  return known !== undefined && known !== hashOf(redaction);
}

/** Of an index without a text: the rules of one that has some stay. */
export function setRules(database: DatabaseSync, redaction: Redaction): void {
  const sql = "INSERT OR IGNORE INTO facts (name, value) VALUES ('redaction', ?)";
  database.prepare(sql).run(hashOf(redaction));
}

/** Of what policy says and of kato's own rules, which count where secrets are replaced. */
function hashOf(redaction: Redaction): string {
  return sha256(canonicalJson({ ...redaction, rules: redaction.secrets ? RULES : null }));
}
