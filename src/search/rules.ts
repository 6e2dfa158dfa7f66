/** The rules of redaction that the texts of an index went through. Requires read on the index, and write to set them. */
import type { DatabaseSync } from "node:sqlite";
import { canonicalJson } from "../protocol/canonical_json.ts";
import type { Redaction } from "../protocol/redaction.ts";
import { sha256 } from "../protocol/sha256.ts";

/** Whether the texts went through other rules: they may hold what `redaction` replaces. */
export function isOfOtherRules(database: DatabaseSync, redaction: Redaction): boolean {
  const known = database.prepare("SELECT value FROM facts WHERE name = 'redaction'").get()?.["value"];
  return known !== undefined && known !== hashOf(redaction);
}

export function setRules(database: DatabaseSync, redaction: Redaction): void {
  const sql = "INSERT OR REPLACE INTO facts (name, value) VALUES ('redaction', ?)";
  database.prepare(sql).run(hashOf(redaction));
}

function hashOf(redaction: Redaction): string {
  return sha256(canonicalJson(redaction));
}
