/** `kato audit verify-all`: what it says, and its exit statuses. */
import assert from "node:assert/strict";
import { openAuditLog } from "../../src/audit/log.ts";
import { FINDINGS } from "../../src/audit/verify_all.ts";
import { FINDING_EXIT } from "../../src/cli/exit_status.ts";
import { BODY } from "../audit/audit_body.ts";
import { writeJournal } from "../audit/write_journal.ts";
import { makeHome } from "./stage/run_line.ts";
import { runProcess } from "./stage/run_process.ts";

Deno.test("every finding of verify-all has an exit status, the gravest the smallest, and is in docs/fleet.md", () => {
  assert.deepEqual(Object.keys(FINDING_EXIT), FINDINGS);
  const codes = Object.values(FINDING_EXIT);
  assert.deepEqual(codes, codes.toSorted((a, b) => a - b));
  const page = Deno.readTextFileSync(new URL("../../docs/fleet.md", import.meta.url));
  for (const [finding, code] of Object.entries(FINDING_EXIT)) {
    assert.match(page, new RegExp(`^\\| ${code} +\\| \`${finding}\``, "m"));
  }
});

Deno.test("kato audit verify-all compares a collector's folders, under its plan, and ends by what it finds", async () => {
  using home = makeHome();
  const folder = `${home.cwd}/records/laptop/ada`;
  Deno.mkdirSync(folder, { recursive: true });
  Deno.mkdirSync(`${home.cwd}/journals`);
  const origin = { machine: "a".repeat(32), host: "laptop", uid: 1000, user: "ada" };
  const log = openAuditLog({
    directory: folder,
    policyVersion: 1,
    policyHash: "f".repeat(64),
    origin,
    actor: { role: "orchestrator", pid: 7 },
  });
  const [, last] = log.appendAll([BODY, BODY]);
  log.close();
  const write = (hash: string) =>
    writeJournal(`${home.cwd}/journals/a.journal`, [{
      time: Date.UTC(2026, 0, 1),
      fields: [
        "SYSLOG_IDENTIFIER=kato",
        `MESSAGE=kato has stopped event=stopped head=${hash}`,
        "_UID=1000",
        `_MACHINE_ID=${origin.machine}`,
        "_HOSTNAME=laptop",
      ],
    }]);
  const line = "audit verify-all records --heads journals";
  write(last?.hash ?? "");
  const whole = await runProcess(line, home);
  assert.deepEqual([whole.status, whole.err], [0, ""]);
  assert.match(
    whole.out,
    /^ok {3}laptop\/ada: ada \(1000\) on laptop .*, 2 records, 1 head\n1 chain, .*, 0 findings\n$/,
  );
  write("5".repeat(64));
  const cut = await runProcess(`${line} --json`, home);
  assert.equal(cut.status, 3);
  const { ok, findings } = JSON.parse(cut.out);
  assert.equal(ok, false);
  assert.deepEqual(findings.map(({ finding }: { finding: string }) => finding), ["head-missing", "unproven"]);
  assert.equal((await runProcess(`${line} --host desk`, home)).status, 0);
  assert.equal((await runProcess(`${line} --uid 1000`, home)).status, 3);
  assert.equal((await runProcess("audit verify-all records", home)).status, 64);
  assert.equal((await runProcess("audit verify-all nowhere --heads journals", home)).status, 66);
});
