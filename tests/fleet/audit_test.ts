/** Audit records on their way to a collector, by the files of packaging/examples/audit; the machine is both ends. */
import assert from "node:assert/strict";
import type { AuditBody } from "../../src/protocol/audit_record.ts";
import { openAuditLog } from "../../src/system/audit_log.ts";
import { place, untilSo } from "../booted/machine.ts";
import { createRows } from "../daemon/claude_rows.ts";
import { asAlice, asRoot, daemonOf, EXAMPLES, machine, onMachine, textOf, tryAsRoot } from "./fleet.ts";
import { BASE, play } from "./play.ts";

const BOB_LOGS = "/home/bob/.kato/logs";
const collected = (person: string) => `/var/log/kato-audit/127.0.0.1/${person}`;
const example = (name: string) => Deno.readTextFileSync(`${EXAMPLES}/audit/${name}`);

let installing: Promise<void> | null = null;

/** kato for alice, once. */
async function install(): Promise<void> {
  const played = await play({ ...BASE, kato_enable: "users", kato_users: ["alice"] });
  assert.ok(played.ok, played.out);
  await daemonOf("kato.service");
}

/** Both ends, each from its beginning. */
async function setUp(): Promise<void> {
  await (installing ??= install());
  await asRoot(
    "systemctl stop 'kato-audit-forward@*'; rm -rf /var/log/kato-audit /var/lib/private/kato-audit-forward " +
      BOB_LOGS,
  );
  const forward = example("kato-audit-forward.conf").replaceAll("collector.example.org", "127.0.0.1");
  place(machine, "root", "/etc/kato/kato-audit-forward.conf", forward);
  place(machine, "root", "/etc/rsyslog.d/60-kato-audit.conf", example("kato-audit-collect.conf"));
  const unit = "kato-audit-forward@.service";
  place(machine, "root", `/etc/systemd/system/${unit}`, example(unit));
  place(machine, "bob", `${BOB_LOGS}/.keep`, "");
  await asRoot("systemctl daemon-reload; systemctl restart rsyslog");
}

/** As kato writes them, rotated every 50,000 bytes; bob has no daemon. */
async function appendForBob(count: number): Promise<void> {
  const own = (who: string) => asRoot(`chown -R ${who}:${who} ${BOB_LOGS}`);
  // kato takes no log that is not its own, and it is root who appends here.
  await own("root");
  const actor = { role: "orchestrator", pid: Deno.pid };
  const options = { policyVersion: 1, policyHash: "b".repeat(64), actor, rotateAt: 50_000 };
  const log = openAuditLog({ directory: `${machine.root}${BOB_LOGS}`, ...options });
  for (let n = 0; n < count; n++) log.append(BODY);
  log.close();
  await own("bob");
}

/** With characters that syslog would rather not carry. */
const BODY: AuditBody = {
  event: "command",
  provider: "codex",
  session: "s",
  command: "::record \u007f\u2028 ü \u{1f600} %m \\n",
  requested: null,
  path: null,
  decision: "allow",
  reason: "recording",
  detail: null,
};

interface Verified {
  readonly ok: boolean;
  readonly records: number;
  readonly repeated: number;
  readonly head: string;
}

async function verify(person: string): Promise<Verified> {
  const { out, err } = await tryAsRoot(`kato audit verify --json ${collected(person)}`);
  // A folder that appears between planning and reading is closed to kato.
  if (/No such file|Permission denied/.test(err)) return { ok: false, records: 0, repeated: 0, head: "" };
  if (out === "") throw new Error(err);
  return JSON.parse(out);
}

/** Until `count` records of the person are there; then what the chain of them is like. */
function whenCollected(person: string, count: number): Promise<Verified> {
  return untilSo(
    `${count} records of ${person}`,
    async () => {
      const { out } = await tryAsRoot(`cat ${collected(person)}/*.jsonl | sort -u | wc -l`);
      return Number(out) >= count ? await verify(person) : null;
    },
    () => asRoot("journalctl --no-pager -q -n 20 -u 'kato-audit-forward@*' -u rsyslog"),
  );
}

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

onMachine("rotation repeats nothing, and loses nothing", async () => {
  await setUp();
  await asRoot("systemctl start kato-audit-forward@bob");
  for (let round = 0; round < 5; round++) await appendForBob(200);
  assert.ok(Number(await asRoot(`ls ${BOB_LOGS}/*.jsonl | wc -l`)) > 5, "it rotated");
  const { ok, records, repeated } = await whenCollected("bob", 1000);
  assert.deepEqual({ ok, records, repeated }, { ok: true, records: 1000, repeated: 0 });
});

onMachine("kills on both ends and a collector that is away lose nothing", async () => {
  await setUp();
  await asRoot("systemctl start kato-audit-forward@bob");
  await appendForBob(300);
  await asRoot("systemctl kill --signal=KILL kato-audit-forward@bob");
  await appendForBob(300);
  await asRoot("systemctl stop rsyslog.service syslog.socket");
  await appendForBob(3000);
  await asRoot("systemctl restart kato-audit-forward@bob");
  await appendForBob(300);
  await asRoot(
    "systemctl kill --signal=KILL kato-audit-forward@bob; systemctl restart kato-audit-forward@bob",
  );
  await asRoot("systemctl start rsyslog");
  await untilSo("the first of them", async () => (await verify("bob")).records > 0);
  await asRoot("systemctl kill --signal=KILL rsyslog");
  await appendForBob(100);
  const { ok, records } = await whenCollected("bob", 4000);
  assert.deepEqual({ ok, records }, { ok: true, records: 4000 });
});

const PLANTED: readonly (readonly [is: string, line: string])[] = [
  ["a link to a file of the system's", "ln -s /etc/passwd"],
  ["a link to another person's file", "ln -s /home/alice/secret"],
  ["a folder", "mkdir"],
  ["a pipe", "mkfifo"],
];

for (const [is, line] of PLANTED) {
  onMachine(`${is} among the files of a log is not sent, and the records are`, async () => {
    await setUp();
    place(machine, "alice", "/home/alice/secret", `{"v":1,"sequence":1,"secret":"alice's"}\n`);
    await asRoot(`cd ${BOB_LOGS} && ${line} security-audit.1.jsonl`);
    await asRoot("systemctl start kato-audit-forward@bob");
    const own = `${BOB_LOGS}/security-audit.jsonl`;
    place(machine, "bob", own, alicesRecords());
    const there = await whenCollected("bob", alicesRecords().trimEnd().split("\n").length);
    assert.equal(there.ok, true);
    assert.equal(await asRoot(`cat ${collected("bob")}/*`), textOf(own));
  });
}

/** Whole records to put into another log. */
const alicesRecords = () => textOf("/home/alice/.kato/logs/security-audit.jsonl") ?? "";

onMachine("a log that never ends holds up nobody but its owner", async () => {
  await setUp();
  await asRoot(`ln -s /dev/zero ${BOB_LOGS}/security-audit.jsonl`);
  await asRoot("systemctl start kato-audit-forward@bob");
  const busy = "systemctl show --property=CPUUsageNSec --value kato-audit-forward@bob";
  await untilSo("bob's sender reads it", async () => Number(await asRoot(busy)) > 1e9);
  await asRoot("systemctl start kato-audit-forward@alice");
  const own = JSON.parse(await asAlice("kato audit verify --json"));
  const there = await whenCollected("alice", own.records);
  assert.deepEqual([there.ok, there.head], [true, own.head]);
  assert.equal((await tryAsRoot(`cat ${collected("bob")}/*`)).out, "");
});

onMachine("what sends a log can read that log folder, and nothing else of anybody's", async () => {
  await setUp();
  place(machine, "alice", "/home/alice/.ssh/id", "secret");
  await asRoot("systemctl start kato-audit-forward@bob");
  const pid = (await asRoot("systemctl show --property=MainPID --value kato-audit-forward@bob")).trim();
  const status = await asRoot(`cat /proc/${pid}/status`);
  assert.match(status, /^CapBnd:\s+0{15}4$/m, "CAP_DAC_READ_SEARCH alone");
  assert.match(status, /^Seccomp:\s+2$/m);
  assert.ok(!/^Uid:\s+0\s/m.test(status), "not root");
  const inside = (path: string) => tryAsRoot(`nsenter -t ${pid} -m cat ${path}`);
  assert.equal((await tryAsRoot(`nsenter -t ${pid} -m ls /run/kato-audit`)).code, 0);
  for (const path of ["/home/alice/.ssh/id", `${BOB_LOGS}/.keep`, "/root/.bashrc", "/etc/shadow"]) {
    assert.equal((await inside(path)).out, "", path);
  }
});

onMachine("a person's name from the network does not lead out of the collector's folder", async () => {
  await setUp();
  const names = ["..", ".", "../../../etc/cron.d/x", "a/../../b"];
  const messages = names.map((name) => `<109>1 2026-01-01T00:00:00Z ../h kato-audit ${name} - - x`).join(
    "\n",
  );
  place(machine, "root", "/tmp/messages", `${messages}\n`);
  const sender = [
    'global(workDirectory="/run/kato-attack")',
    'module(load="imfile" mode="polling" pollingInterval="1")',
    'module(load="omrelp")',
    'template(name="as-it-is" type="string" string="%msg%\\n")',
    'ruleset(name="send") { action(type="omrelp" target="127.0.0.1" port="2514" template="as-it-is") }',
    'input(type="imfile" file="/tmp/messages" tag="x" ruleset="send")',
    "",
  ];
  place(machine, "root", "/tmp/sender.conf", sender.join("\n"));
  await asRoot(
    "systemd-run --unit=kato-attack --property=RuntimeDirectory=kato-attack /usr/sbin/rsyslogd -n -iNONE -f /tmp/sender.conf",
  );
  try {
    const files = await untilSo("all of them", async () => {
      const { out } = await tryAsRoot("find /var/log/kato-audit -type f");
      return out.trim().split("\n").length === names.length ? out : null;
    }, () => asRoot("find /var/log/kato-audit /etc/cron.d"));
    for (const file of files.trim().split("\n")) {
      assert.match(file, /^\/var\/log\/kato-audit\/127\.0\.0\.1\/[^/]+\/\d{4}-\d\d-\d\d\.jsonl$/);
      assert.ok(!file.includes("/../"), file);
    }
  } finally {
    await asRoot("systemctl stop kato-attack");
  }
});

onMachine(
  "the journal's copy on the collector has the head that the collected records must hold",
  async () => {
    await setUp();
    const upload = example("journal-upload.conf").replace("https://collector.example.org", "http://127.0.0.1")
      .replace(/^\w+File=.*\n/gm, "");
    place(machine, "root", "/etc/systemd/journal-upload.conf.d/kato.conf", upload);
    await asRoot(
      "systemctl reset-failed; mkdir -p /var/log/journal/remote; systemd-run --unit=kato-remote " +
        "/lib/systemd/systemd-journal-remote --listen-http=127.0.0.1:19532 --output=/var/log/journal/remote",
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
      await asRoot(`sed -i '$d' ${collected("alice")}/*.jsonl && kato audit verify ${collected("alice")}`);
      const cut = await tryAsRoot(`kato audit verify --head ${head} ${collected("alice")}`);
      assert.equal(cut.code, 1);
      assert.match(cut.err, /records are missing at its end/);
    } finally {
      await asRoot(
        "systemctl stop systemd-journal-upload kato-remote; systemctl --user --machine=alice@ start kato.service",
      );
    }
  },
);
