/** What commands print with `--json`, held against the schemas that docs/reports.schema.json is made from. */
import assert from "node:assert/strict";
import { PRINTED_BY } from "../../src/cli/report/printed_by.ts";
import { REPORT_KINDS, type ReportKind, reportSchema } from "../../src/cli/report/reports.ts";
import { asksForJson, errorText } from "../../src/cli/report/report.ts";
import { COMMANDS } from "../../src/cli/commands/table.ts";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { placesOf } from "../../src/settings/places.ts";
import { answerNext, playDaemon } from "./stage/played_daemon.ts";
import { conversation, keepLog, SESSION_A, SESSION_B } from "./stage/logs.ts";
import { makeHome, runLine } from "./stage/run_line.ts";

/** Lines in this order, in one home with two sessions; each prints the kind of report. */
const LINES: readonly (readonly [line: string, kind: ReportKind])[] = [
  ["version", "version"],
  ["status", "status"],
  ["sessions", "sessions"],
  ["sessions --limit 1", "sessions"],
  ["init", "init"],
  ["init", "init"],
  ["init --auto", "init"],
  ["init --auto", "init"],
  ["policy show", "policy"],
  ["policy allow ~/notes --default", "policy-edit"],
  ["policy allow ~/notes --default", "policy-edit"],
  ["policy allow ~/talks", "policy-edit"],
  ["policy deny ~/talks", "policy-edit"],
  ["policy check", "policy-check"],
  ["policy check wrong.toml", "policy-check"],
  ["policy explain destinations", "policy-keys"],
  ["policy explain a.md", "policy-path"],
  ["policy explain /etc/a.md", "policy-path"],
  ["doctor", "doctor"],
  ["doctor --permissions", "permissions"],
  ["audit verify", "audit-verification"],
  ["export 5d8a -o a.md", "export"],
  ["export --all -o pages --format html", "export"],
  ["export --all -o pages --format html", "export"],
  ["audit verify", "audit-verification"],
  ["audit verify copy", "audit-verification"],
  ["audit verify-all copy --heads copy", "audit-collection"],
  ["scan a.md", "scan"],
  ["search beans", "search"],
  ["search --rebuild", "search"],
  ["verify a.md", "verification"],
  ["verify wrong.toml", "verification"],
  ["seal a.md", "seal"],
  ["seal a.md", "seal"],
  ["verify a.md", "verification"],
];

function assertReport(text: string, kind: ReportKind, line: string): void {
  const { success, error } = reportSchema(kind).safeParse(JSON.parse(text));
  assert.ok(success, `${line}: ${JSON.stringify(error?.issues)}`);
  assert.match(text, /^\{\n {2}"v": 1,\n {2}"kind": "/, line);
}

Deno.test("what each command prints with --json is a report of its kind", async () => {
  using home = makeHome();
  for (const session of [SESSION_A, SESSION_B]) keepLog(home.home, session, conversation(session));
  Deno.writeTextFileSync(`${home.cwd}/wrong.toml`, "nonsense = 1\n");
  Deno.writeTextFileSync(`${home.system}/policy.toml`, "[search]\nenabled = true\n", { mode: 0o644 });
  const { base, logs } = placesOf(home.home);
  for (const folder of [base, logs, `${home.home}/notes`, `${home.home}/talks`]) makePrivateFolder(folder);
  for (const [line, kind] of LINES) {
    if (line === "audit verify copy") {
      Deno.mkdirSync(`${home.cwd}/copy`);
      Deno.copyFileSync(placesOf(home.home).auditFile, `${home.cwd}/copy/a.jsonl`);
    }
    const { out, err } = await runLine([...line.split(" "), "--json"], home);
    assert.equal(err, "", line);
    assertReport(out, kind, line);
  }
});

Deno.test("kato record, capture and stop print the daemon's answer with --json, and end as it says", async () => {
  using home = makeHome();
  keepLog(home.home, SESSION_A, conversation(SESSION_A));
  using _daemon = playDaemon(home);
  for (const [line, result] of [["record 5d8a", "done"], ["stop 5d8a", "failed"]] as const) {
    const answered = answerNext(home, { result, reason: "r", message: "m", destination: null });
    const ran = await runLine([...line.split(" "), "--json"], home);
    await answered;
    assert.deepEqual([ran.ended, ran.err], [result, ""]);
    assertReport(ran.out, "answer", line);
  }
});

Deno.test("every kind of report has its line above, or its own test", () => {
  const elsewhere: readonly ReportKind[] = ["error", "answer", "forget", "clean", "attestation", "fleet"];
  const shown = new Set<ReportKind>([...LINES.map(([, kind]) => kind), ...elsewhere]);
  assert.deepEqual(REPORT_KINDS.filter((kind) => !shown.has(kind)), []);
  // As docs/cli.md names them.
  const named = Object.values(PRINTED_BY).join(", ");
  const reporting = COMMANDS.filter(({ path, takes }) => "json" in takes && path !== "audit tail");
  for (const { path } of reporting) assert.ok(named.includes(`\`${path}\``), path);
});

Deno.test("errorText() is a report that names the exit status", () => {
  const text = errorText("no-input", "Cannot read \u001b[2J.");
  assertReport(text, "error", "");
  assert.deepEqual(JSON.parse(text).status, 66);
  assert.ok(!text.includes("\u001b"));
});

Deno.test("asksForJson() finds the option, also in a line that is wrong, and not behind --", () => {
  assert.ok(asksForJson(["exprot", "--json"]));
  assert.ok(!asksForJson(["plan", "--", "status", "--json"]));
  assert.ok(!asksForJson(["status"]));
});
