/** Files that a person puts in the place of a log, and strangers who speak to the collector. */
import assert from "node:assert/strict";
import { place, untilSo } from "../booted/machine.ts";
import { BOB_LOGS, collected, setUp, whenCollected } from "./collecting.ts";
import { asAlice, asRoot, machine, onMachine, textOf, tryAsRoot } from "./fleet.ts";

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
    assert.equal(await asRoot(`grep -h . ${collected("bob")}/*`), textOf(own));
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

/** Somebody on the network who sends as `name`, with the certificates in `folder`, if any. */
async function send(name: string, folder: string | null, messages: readonly string[]): Promise<void> {
  const tls = 'tls="on" tls.authMode="name" tls.permittedPeer=["collector.example.org"] ' +
    `tls.caCert="/etc/kato-audit/ca.pem" tls.myCert="${folder}/cert.pem" tls.myPrivKey="${folder}/key.pem"`;
  // Not in /tmp: Debian 13 mounts another one there.
  const at = `/srv/sender/${name}`;
  const sender = [
    `global(workDirectory="/run/kato-${name}")`,
    'module(load="imfile" mode="polling" pollingInterval="1")',
    'module(load="omrelp")',
    'template(name="as-it-is" type="string" string="%msg%\\n")',
    'ruleset(name="send") { action(type="omrelp" target="127.0.0.1" port="2514" template="as-it-is" ' +
    `${folder === null ? "" : tls}) }`,
    `input(type="imfile" file="${at}" tag="x" ruleset="send")`,
    "",
  ];
  place(machine, "root", at, messages.map((message) => `${message}\n`).join(""));
  place(machine, "root", `${at}.conf`, sender.join("\n"));
  const service = `--unit=kato-${name} --property=RuntimeDirectory=kato-${name}`;
  await asRoot(`systemd-run ${service} /usr/sbin/rsyslogd -n -iNONE -f ${at}.conf`);
}

const message = (person: string) => `<109>1 2026-01-01T00:00:00Z ../h kato-audit ${person} - - x`;
const files = async () => (await tryAsRoot("find /var/log/kato-audit -type f")).out.trim().split("\n");

onMachine("a person's name from the network does not lead out of the collector's folder", async () => {
  await setUp();
  const names = ["..", ".", "../../../etc/cron.d/x", "a/../../b"];
  await send("odd", "/etc/kato-audit", names.map(message));
  try {
    const found = await untilSo("all of them", async () => {
      const found = await files();
      return found.length === names.length ? found : null;
    }, () => asRoot("find /var/log /etc/cron.d"));
    for (const file of found) {
      assert.match(file, /^\/var\/log\/kato-audit\/laptop1\.example\.org\/[^/]+\/\d{4}-\d\d-\d\d\.jsonl$/);
      assert.ok(!file.includes("/../"), file);
    }
  } finally {
    await asRoot("systemctl stop kato-odd");
  }
});

onMachine("the collector takes nothing without a certificate of its authority for that machine", async () => {
  await setUp();
  // The neighbour's is right, and names another machine: it cannot write into this one's folder.
  const refused = { bare: null, other: "/etc/kato-other", neighbour: "/etc/kato-neighbour" };
  try {
    for (const [name, folder] of Object.entries(refused)) {
      await send(name, folder, [message(name)]);
      await untilSo(`${name} is refused`, async () => {
        const { out } = await tryAsRoot(`journalctl --no-pager -q -u kato-${name}`);
        return /omrelp.*(?:error|suspend)/.test(out);
      }, () => asRoot("journalctl --no-pager -q -n 30"));
    }
    await send("good", "/etc/kato-audit", [message("good")]);
    await untilSo("good arrives", async () => (await files()).some((file) => file.includes("/good/")));
    assert.equal((await files()).length, 1);
  } finally {
    await asRoot("systemctl stop kato-bare kato-other kato-neighbour kato-good");
  }
});
