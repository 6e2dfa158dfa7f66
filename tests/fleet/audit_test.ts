/** Audit records on their way to a collector, by the files of packaging/examples/audit; the machine is both ends. */
import assert from "node:assert/strict";
import type { CollectionVerification } from "../../src/audit/verify_all.ts";
import { place, untilSo } from "../booted/machine.ts";
import { createRows } from "../daemon/stage/claude_rows.ts";
import {
  appendForBob,
  BOB_LOGS,
  certificate,
  collected,
  forgetCertificates,
  setUp,
  verify,
  whenCollected,
} from "./collecting.ts";
import {
  asAlice,
  asRoot,
  documented,
  machine,
  onMachine,
  runDocumented,
  textOf,
  tryAsRoot,
  tryDocumented,
  whenInJournal,
} from "./fleet.ts";
import { playRole } from "./play.ts";

onMachine("what the daemon decides is on the collector, each record once, and verifies there", async () => {
  await setUp();
  await asRoot("systemctl start kato-audit-forward@alice");
  const rows = createRows();
  const log = `/home/alice/.claude/projects/-work/${rows.session}.jsonl`;
  place(machine, "alice", log, rows.user("::record talk.md\nHello."));
  const own = await untilSo("a decision of the daemon's", async () => {
    const text = await asAlice("kato audit tail --json -n 100");
    if (!text.includes(rows.session) || !text.includes('"destination-opened"')) return null;
    // Only now, so that both records are counted.
    return JSON.parse(await asAlice("kato audit verify --json"));
  });
  const there = await whenCollected("alice", own.records);
  assert.deepEqual([there.ok, there.records, there.repeated, there.head], [true, own.records, 0, own.head]);
  assert.equal(await asRoot(`stat -c '%U:%G %a' ${collected("alice")}/*`), "root:adm 640\n");
  assert.equal(await asRoot(`stat -c '%U:%G %a' ${collected("alice")}`), "root:adm 750\n");
});

onMachine("rotation loses nothing", async () => {
  await setUp();
  await asRoot("systemctl start kato-audit-forward@bob");
  for (let round = 0; round < 5; round++) await appendForBob(200);
  assert.ok(Number(await asRoot(`ls ${BOB_LOGS}/*.jsonl | wc -l`)) > 5, "it rotated");
  const { ok, records } = await whenCollected("bob", 1000);
  assert.deepEqual({ ok, records }, { ok: true, records: 1000 });
});

const QUEUE = "/var/lib/private/kato-audit-forward/bob/kato-audit.00000001";
/** In its place: rsyslog knows it by its inode, and each text in it by its length. */
const MANGLE = `sed s/recording/recordinG/ ${QUEUE} > /tmp/mangled && cat /tmp/mangled > ${QUEUE}`;

/** For a failure: the check of the copy, and the last lines of sender and collector. */
const sender = async () =>
  `${JSON.stringify(await verify("bob"))}\n` +
  await asRoot("journalctl --no-pager -q -n 30 -u kato-audit-forward@bob -u rsyslog");

onMachine("a collector that is away loses nothing, and what kills on both ends lose comes back", async () => {
  await setUp();
  await asRoot("systemctl start kato-audit-forward@bob");
  await appendForBob(300);
  await asRoot("systemctl kill --signal=KILL kato-audit-forward@bob");
  await appendForBob(300);
  await asRoot("systemctl stop rsyslog.service syslog.socket");
  await appendForBob(3000);
  await asRoot("systemctl restart kato-audit-forward@bob");
  await appendForBob(300);
  await untilSo("records are queued", async () => (await tryAsRoot(`grep -q recording ${QUEUE}`)).code === 0);
  // A kill leaves a record half written in the queue; seldom, so this makes sure of it.
  await asRoot(
    `systemctl kill --signal=KILL kato-audit-forward@bob; ${MANGLE}; ` +
      "systemctl restart kato-audit-forward@bob",
  );
  await asRoot("systemctl start rsyslog");
  const wait = 120_000;
  await untilSo("the first of them", async () => (await verify("bob")).records > 0, sender, wait);
  await asRoot("systemctl kill --signal=KILL rsyslog");
  await appendForBob(100);
  // rsyslog may have lost the lines that were on their way. This sends them again.
  await asRoot(documented("systemctl clean").replaceAll("@alice", "@bob"));
  const whole = await untilSo(
    "all of them, whole",
    async () => {
      const verified = await verify("bob");
      return verified.ok && verified.records === 4000 ? verified : null;
    },
    sender,
    wait,
  );
  assert.ok(whole.repeated > 0, "what was there already is there twice");
});

const headsOfJournal = async () => {
  const { out } = await tryAsRoot("journalctl --directory=/var/log/journal/remote -t kato -o cat --no-pager");
  return [...out.matchAll(/\bhead=([0-9a-f]{64})/g)].map(([, hash]) => hash);
};

/** The findings of the page's command over everything that is collected. */
async function verifyAll() {
  const { code, out, err } = await tryDocumented("kato audit verify-all");
  const result: CollectionVerification = JSON.parse(out || assert.fail(err));
  return {
    code,
    findings: result.findings.map(({ finding }) => finding),
    chains: result.chains.map(({ origin, broken }) => ({ user: origin?.user, broken })),
  };
}

onMachine(
  "the page's commands set up both ends, and tell a whole copy from one whose end is missing",
  async () => {
    await setUp();
    await asRoot(
      "rm -rf /etc/kato-audit/forward.conf /etc/rsyslog.d/60-kato-audit.conf; systemctl restart rsyslog",
    );
    await runDocumented("60-kato-audit.conf");
    await runDocumented("forward.conf /etc/kato-audit/forward.conf");
    await runDocumented("systemd-journal-remote.socket");
    await runDocumented("systemd-journal-upload");
    try {
      await asRoot("systemctl --user --machine=alice@ stop kato.service");
      const own = JSON.parse(await asAlice("kato audit verify --json"));
      const said = () =>
        asRoot("journalctl --no-pager -q -n 20 -u systemd-journal-remote -u systemd-journal-upload");
      await untilSo(
        "the head in the collected journal",
        async () => (await headsOfJournal()).includes(own.head),
        said,
      );
      await whenCollected("alice", own.records);
      await runDocumented("kato audit verify /var/log/kato-audit/laptop1.example.org/alice");
      await runDocumented("kato audit verify --head");
      assert.deepEqual(await verifyAll(), {
        code: 0,
        findings: [],
        chains: [{ user: "alice", broken: null }],
      });
      await runDocumented("kato-audit-verify.timer");
      await asRoot("systemctl start kato-audit-verify.service");
      // The last record does not arrive. The copy alone looks whole, but it does not agree with the journal.
      const file = (await asRoot(`ls ${collected("alice")}/*`)).trim();
      // In its place: rsyslog has the file open.
      await asRoot(`head -n -1 ${file} > /tmp/cut && cat /tmp/cut > ${file} && kato audit verify ${file}`);
      const cut = await tryAsRoot(`kato audit verify --head ${own.head} ${collected("alice")}`);
      assert.equal(cut.code, 1);
      assert.match(cut.err, /records are missing at its end/);
      await asRoot(`sed 2d ${file} > /tmp/cut && cat /tmp/cut > ${file}`);
      const broken = await verifyAll();
      assert.deepEqual([broken.code, broken.findings[0]], [2, "broken"]);
      await assert.rejects(asRoot("systemctl start kato-audit-verify.service"));
      const shown = "systemctl show --property=ExecMainStatus --value kato-audit-verify.service";
      assert.equal(await asRoot(shown), "2\n");
      await whenInJournal("-u kato-audit-verify", /^broken /m);
      // The page on fleets says what to do: send all of it again.
      await runDocumented("systemctl clean");
      await untilSo("the copy is whole again", async () => {
        const { code } = await tryAsRoot(`kato audit verify --head ${own.head} ${collected("alice")}`);
        return code === 0;
      });
      assert.equal((await verifyAll()).code, 0);
    } finally {
      await asRoot(
        "systemctl disable --now systemd-journal-upload systemd-journal-remote.socket kato-audit-forward@alice " +
          "kato-audit-verify.timer; systemctl --user --machine=alice@ start kato.service",
      );
    }
  },
);

onMachine("the role sets up both sides, for a home outside of /home too, and may run again", async () => {
  await setUp();
  await asRoot("rm -rf /etc/kato-audit /etc/rsyslog.d/60-kato-audit.conf; systemctl restart rsyslog");
  const logs = "/var/home/carol/.kato/logs";
  place(
    machine,
    "carol",
    `${logs}/security-audit.jsonl`,
    textOf("/home/alice/.kato/logs/security-audit.jsonl") ?? "",
  );
  const shared = {
    kato_audit_collector: "collector.example.org",
    kato_audit_ca: certificate("ca.pem"),
    kato_audit_cert: certificate("cert.pem"),
    kato_audit_key: certificate("key.pem"),
    kato_audit_machine: "laptop1.example.org",
    kato_audit_machines: [{ name: "laptop2.example.org", port: 25141 }, {
      name: "laptop1.example.org",
      port: 25142,
    }],
  };
  const sides = [{ kato_audit_side: "collect" }, {
    kato_audit_side: "forward",
    kato_audit_people: ["carol"],
  }];
  try {
    for (const side of sides) {
      const played = await playRole("kato_audit", { ...shared, ...side });
      assert.ok(played.ok, played.out);
      const again = await playRole("kato_audit", { ...shared, ...side });
      assert.deepEqual([again.ok, again.changed], [true, 0], again.out);
    }
    assert.ok((await whenCollected("carol", 1)).records > 0);
  } finally {
    // The next test makes both ends anew.
    await asRoot(
      "systemctl disable --now systemd-journal-upload systemd-journal-remote.socket kato-audit-forward@carol; " +
        "rm -rf /etc/rsyslog.d/60-kato-audit.conf /etc/kato-audit /var/home/carol/.kato",
    );
    forgetCertificates();
  }
});
