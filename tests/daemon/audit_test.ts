/** The audit log as the daemon writes it: what the operational log tells of it. */
import assert from "node:assert/strict";
import { openDaemonAudit } from "../../src/daemon/audit.ts";
import type { LogEvent } from "../../src/daemon/log_events.ts";
import { wideningIgnored } from "../../src/audit/events.ts";
import { AUDIT_HEAD_RECORDS } from "../../src/protocol/limits.ts";
import { entryAt } from "../../src/disk/entry_at.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import { decisionsOf, setStage, whenHolds } from "./stage/stage.ts";

const BODY = wideningIgnored("policy.toml:1: destinations.roots");

const POLICY = { version: 1, hash: "a".repeat(64), organisationHash: null };

Deno.test("audit: the head goes to the operational log after so many records, however they come", async () => {
  const directory = await Deno.makeTempDir({ prefix: "kato-audit-" });
  try {
    const reported: { event: LogEvent; head: unknown }[] = [];
    const audit = openDaemonAudit(directory, POLICY, {
      report: (event, fields) =>
        void reported.push({ event, ...fields, head: fields && "head" in fields ? fields.head : null }),
    }, { machine: null, host: "h", uid: 1, user: null });
    const heads = () => reported.filter(({ event }) => event === "audit-head").map(({ head }) => head);
    for (let n = 1; n < AUDIT_HEAD_RECORDS; n++) audit.record(BODY);
    assert.deepEqual(heads(), []);
    audit.record(BODY);
    const first = audit.head();
    assert.deepEqual(heads(), [first]);
    audit.record(...Array.from({ length: AUDIT_HEAD_RECORDS }, () => BODY));
    assert.deepEqual(heads(), [first, audit.head()]);
    assert.equal(reported.filter(({ event }) => event === "audit-record").length, 2 * AUDIT_HEAD_RECORDS);
    for (const head of heads()) assert.equal(verifyAudit(directory, { head: String(head) }).broken, null);
    audit.close();
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("audit: a log that is cut under the running daemon is reported of at the next record", async () => {
  await using stage = await setStage();
  const { rows, say, home, daemon } = stage;
  say(rows.user("::record a.md\n\none"));
  await whenHolds(stage, "a.md", "one");
  const before = home.audit();
  const [first] = Deno.readTextFileSync(home.places.auditFile).split("\n");
  Deno.writeTextFileSync(home.places.auditFile, `${first}\n`);
  say(rows.user("::record b.md\n\ntwo"));
  await whenHolds(stage, "b.md", "two");
  await decisionsOf(stage, 1);
  const [, changed] = home.audit();
  assert.deepEqual([changed?.event, changed?.reason], ["audit-log-changed", "log-cut"]);
  assert.equal(changed?.previous, before.at(-1)?.hash);
  assert.match(daemon.said(), /event=audit-log-changed reason=log-cut/);
  assert.equal(verifyAudit(home.places.logs).broken?.sequence, 2);
});

Deno.test("audit: daemon-started says on which machine and for whom the daemon runs, and the status under which policy", async () => {
  await using stage = await setStage();
  const { home, say, rows } = stage;
  say(rows.user("::record a.md\n\none"));
  await whenHolds(stage, "a.md", "one");
  const [line = ""] = Deno.readTextFileSync(home.places.auditFile).split("\n");
  const { event, origin, organisationHash } = JSON.parse(line);
  const own = entryAt("/etc/machine-id") === null ? "" : Deno.readTextFileSync("/etc/machine-id").trim();
  assert.equal(event, "daemon-started");
  assert.deepEqual({ ...origin, user: null }, {
    machine: own === "" ? null : own,
    host: Deno.hostname(),
    uid: Deno.uid(),
    user: null,
  });
  const { policy } = JSON.parse(Deno.readTextFileSync(home.places.statusFile));
  assert.deepEqual([organisationHash, policy.organisationHash], [null, null]);
});
