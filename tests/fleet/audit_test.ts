/** Audit records on their way to a collector, by the files of packaging/examples/audit; the machine is both ends. */
import assert from "node:assert/strict";
import { place, untilSo } from "../booted/machine.ts";
import { createRows } from "../daemon/stage/claude_rows.ts";
import { appendForBob, BOB_LOGS, collected, example, setUp, verify, whenCollected } from "./collecting.ts";
import { asAlice, asRoot, documented, machine, onMachine, tryAsRoot } from "./fleet.ts";

onMachine("what the daemon decides is on the collector, each record once, and verifies there", async () => {
  await setUp();
  await asRoot("systemctl start kato-audit-forward@alice");
  const rows = createRows();
  const log = `/home/alice/.claude/projects/-work/${rows.session}.jsonl`;
  place(machine, "alice", log, rows.user("::record talk.md\nHello."));
  const own = await untilSo("a decision of the daemon's", async () => {
    const verified = JSON.parse(await asAlice("kato audit verify --json"));
    const text = await asAlice("kato audit tail --json -n 100");
    return text.includes(rows.session) && text.includes('"destination-opened"') ? verified : null;
  });
  const there = await whenCollected("alice", own.records);
  assert.deepEqual([there.ok, there.records, there.repeated, there.head], [true, own.records, 0, own.head]);
  assert.equal(await asRoot(`stat -c '%U:%G %a' ${collected("alice")}/*`), "root:adm 640\n");
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

/** What the copy is like; what the sender and the collector said last. */
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
  // rsyslog may have forgotten what was under way. Whatever it was, this sends it.
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

onMachine(
  "the journal's copy on the collector has the head that the collected records must hold",
  async () => {
    await setUp();
    const upload = example("journal-upload.conf").replace(
      "https://collector.example.org",
      "https://127.0.0.1",
    );
    place(machine, "root", "/etc/systemd/journal-upload.conf.d/kato.conf", upload);
    const dropIn = "/etc/systemd/system/systemd-journal-upload.service.d/key.conf";
    place(
      machine,
      "root",
      dropIn,
      example("journal-upload-service.conf").replace("RestartSec=30", "RestartSec=1"),
    );
    await asRoot(
      "systemctl daemon-reload; cd /etc/kato-audit && cp cert.pem journal-cert.pem && " +
        "install -m 0640 -g systemd-journal key.pem journal-key.pem",
    );
    const keys = "--key=/etc/kato-audit/key.pem --cert=/etc/kato-audit/cert.pem";
    await asRoot(
      "systemctl reset-failed; mkdir -p /var/log/journal/remote; systemd-run --unit=kato-remote " +
        `/lib/systemd/systemd-journal-remote --listen-https=127.0.0.1:19532 ${keys} ` +
        "--output=/var/log/journal/remote",
    );
    try {
      await asRoot("systemctl start kato-audit-forward@alice systemd-journal-upload");
      await asRoot("systemctl --user --machine=alice@ stop kato.service");
      const own = JSON.parse(await asAlice("kato audit verify --json"));
      const head = await untilSo("the head in the collected journal", async () => {
        const { out } = await tryAsRoot(
          "journalctl --directory=/var/log/journal/remote -t kato -o cat --no-pager",
        );
        return [...out.matchAll(/\bhead=([0-9a-f]{64})/g)].map(([, hash]) => hash).includes(own.head)
          ? own.head
          : null;
      }, () => asRoot("journalctl --no-pager -q -n 20 -u kato-remote -u systemd-journal-upload"));
      await whenCollected("alice", own.records);
      await asRoot(`kato audit verify --head ${head} ${collected("alice")}`);
      // The last record does not arrive: the copy by itself looks whole, and is not what the journal says.
      const file = (await asRoot(`ls ${collected("alice")}/*`)).trim();
      // In its place: rsyslog has the file open.
      await asRoot(`head -n -1 ${file} > /tmp/cut && cat /tmp/cut > ${file} && kato audit verify ${file}`);
      const cut = await tryAsRoot(`kato audit verify --head ${head} ${collected("alice")}`);
      assert.equal(cut.code, 1);
      assert.match(cut.err, /records are missing at its end/);
      // What the page on fleets has for that: all of it is sent again.
      await asRoot(documented("systemctl clean"));
      await untilSo("the copy is whole again", async () => {
        const { code } = await tryAsRoot(`kato audit verify --head ${head} ${collected("alice")}`);
        return code === 0;
      });
    } finally {
      await asRoot(
        "systemctl stop systemd-journal-upload kato-remote; systemctl --user --machine=alice@ start kato.service",
      );
    }
  },
);
