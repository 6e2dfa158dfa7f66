/** `kato audit verify-all`. Requires read on the collector's folders; writes nothing. */
import { type CollectedVerification, type Finding, verifyCollection } from "../../audit/verify_all.ts";
import type { Context } from "../context.ts";
import type { AuditVerifyAllGiven } from "../commands/audit_verify_all.ts";
import { FINDING_EXIT } from "../exit_status.ts";
import { whyNoInput } from "../input.ts";
import { DONE, type Outcome } from "../outcome.ts";
import { absolutePath } from "../command_line/typed_path.ts";
import { count, padEnd, painter, plain } from "../terminal/style.ts";
import { reportText } from "../report/report.ts";

export function verifyCollected(given: AuditVerifyAllGiven, context: Context): Outcome {
  const { out, now, cwd, home } = context;
  const { folder, heads, host, uid, archived, json } = given;
  const records = absolutePath(folder, cwd, home);
  const journals = absolutePath(heads ?? folder, cwd, home);
  const missing = whyNoInput([records, journals], home);
  if (missing !== null) return missing;
  const result = verifyCollection({
    folder: records,
    journals,
    now,
    host,
    uid,
    archived,
  });
  const [gravest] = result.findings;
  if (json) {
    out.write(reportText("audit-collection", result));
  } else {
    const paint = painter(out);
    const waiting = result.pending === 0 ? "" : `; ${count(result.pending, "head")} may still be on the way`;
    const lines = [
      ...result.chains.map((chain) =>
        `${chain.broken === null ? paint("green", "ok ") : paint("red", "BAD")}  ${describeChain(chain)}`
      ),
      ...result.findings.map((finding) =>
        `${paint("red", padEnd(finding.finding, 14))} ${describeFinding(finding)}`
      ),
      `${count(result.chains.length, "chain")}, ${count(result.heads, "head")} in ` +
      `${count(result.journals, "journal")}, ${count(result.findings.length, "finding")}${waiting}`,
    ];
    out.write(`${lines.join("\n")}\n`);
  }
  return gravest === undefined ? DONE : { outcome: "ended", status: FINDING_EXIT[gravest.finding] };
}

function describeChain({ origin, folders, records, heads }: CollectedVerification): string {
  const where = plain(folders.join(", "));
  const who = origin === null
    ? "whose records do not say whose"
    : `${plain(origin.user ?? "user")} (${origin.uid}) on ${plain(origin.host ?? "?")} (${
      plain(origin.machine ?? "?")
    })`;
  return `${where}: ${who}, ${count(records, "record")}, ${count(heads, "head")}`;
}

function describeFinding({ host, uid, file, line, why }: Finding): string {
  const who = uid === null ? "" : `user ${uid} on ${plain(host ?? "?")}: `;
  const at = file === null ? "" : ` (${plain(file)}${line === null ? "" : `, line ${line}`})`;
  return `${who}${plain(why)}${at}`;
}
