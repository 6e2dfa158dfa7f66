/** Sender and collector of audit records on the machine, from the files of packaging/examples/audit. */
import assert from "node:assert/strict";
import type { AuditBody } from "../../src/audit/record.ts";
import { openAuditLog } from "../../src/audit/log.ts";
import { place, untilSo } from "../booted/machine.ts";
import { asRoot, daemonOf, EXAMPLES, host, machine, tryAsRoot, work } from "./fleet.ts";
import { BASE, play } from "./play.ts";

export const BOB_LOGS = "/home/bob/.kato/logs";
export const collected = (person: string) => `/var/log/kato-audit/laptop1.example.org/${person}`;
export const example = (name: string) => Deno.readTextFileSync(`${EXAMPLES}/audit/${name}`);

let installing: Promise<void> | null = null;

/** Sets kato up for alice, once. */
async function install(): Promise<void> {
  const played = await play({ ...BASE, kato_enable: "users", kato_users: ["alice"] });
  assert.ok(played.ok, played.out);
  await daemonOf("kato.service");
  // The page's commands look for the files here.
  for (const { name } of Deno.readDirSync(`${EXAMPLES}/audit`)) {
    place(machine, "root", `/root/work/${name}`, example(name));
  }
}

let certifying: Promise<void> | null = null;

/** Makes the files and puts them into place again. */
export function forgetCertificates(): void {
  certifying = null;
}

/** The files that the role puts into place, on the controller. */
export const certificate = (file: string) => `${work}/good-${file}`;

interface Certificate {
  readonly name: string;
  readonly authority: string;
  readonly folder: string;
  readonly hosts: readonly string[];
}

/** One for both ends, one of the same authority for another machine, and one of an authority that nobody trusts. */
const CERTIFICATES: readonly Certificate[] = [
  {
    name: "good",
    authority: "trusted",
    folder: "/etc/kato-audit",
    hosts: ["collector.example.org", "laptop1.example.org"],
  },
  { name: "neighbour", authority: "trusted", folder: "/etc/kato-neighbour", hosts: ["laptop2.example.org"] },
  { name: "other", authority: "stranger", folder: "/etc/kato-other", hosts: ["laptop1.example.org"] },
];

async function openssl(line: string): Promise<void> {
  const { code, err } = await host("openssl", line.split(" "));
  assert.equal(code, 0, err);
}

async function makeCertificates(): Promise<void> {
  const authority = (name: string, file: string) => `${work}/${name}-${file}`;
  for (const name of new Set(CERTIFICATES.map((certificate) => certificate.authority))) {
    const files = `-keyout ${authority(name, "ca.key")} -out ${authority(name, "ca.pem")}`;
    await openssl(`req -x509 -newkey rsa:2048 -nodes ${files} -subj /CN=${name} -days 2`);
  }
  for (const { name, authority: by, folder, hosts } of CERTIFICATES) {
    const at = (file: string) => `${work}/${name}-${file}`;
    Deno.writeTextFileSync(at("names"), `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(",")}\n`);
    Deno.copyFileSync(authority(by, "ca.pem"), at("ca.pem"));
    await openssl(
      `req -newkey rsa:2048 -nodes -keyout ${at("key.pem")} -out ${at("request")} -subj /CN=${hosts[0]}`,
    );
    await openssl(
      `x509 -req -in ${at("request")} -CA ${at("ca.pem")} -CAkey ${
        authority(by, "ca.key")
      } -CAcreateserial ` +
        `-days 2 -extfile ${at("names")} -out ${at("cert.pem")}`,
    );
    for (const file of ["ca.pem", "cert.pem", "key.pem"]) {
      place(machine, "root", `${folder}/${file}`, Deno.readTextFileSync(at(file)));
    }
    await asRoot(
      `cd ${folder} && chmod 0600 key.pem && cp cert.pem journal-cert.pem && ` +
        "install -m 0640 -g systemd-journal key.pem journal-key.pem && " +
        "install -m 0400 -o systemd-journal-remote key.pem journal-remote-key.pem",
    );
  }
}

/** Starts sender and collector, both with an empty state. */
export async function setUp(): Promise<void> {
  await (installing ??= install());
  await asRoot(
    "systemctl stop 'kato-audit-forward@*'; rm -rf /var/log/kato-audit /var/lib/private/kato-audit-forward " +
      BOB_LOGS,
  );
  // The default is a minute, which is too long for a test.
  const forward = example("kato-audit-forward.conf").replace(
    'resumeIntervalMax="60"',
    'resumeIntervalMax="5"',
  );
  place(machine, "root", "/etc/kato-audit/forward.conf", forward);
  place(machine, "root", "/etc/rsyslog.d/60-kato-audit.conf", example("kato-audit-collect.conf"));
  await (certifying ??= makeCertificates());
  const unit = "kato-audit-forward@.service";
  place(machine, "root", `/etc/systemd/system/${unit}`, example(unit));
  place(machine, "bob", `${BOB_LOGS}/.keep`, "");
  // A machine that is fast enough starts it more often than systemd allows in ten seconds.
  await asRoot("systemctl daemon-reload; systemctl reset-failed rsyslog; systemctl restart rsyslog");
}

/** Appends records as kato does, with a rotation every 50,000 bytes. Bob has no daemon. */
export async function appendForBob(count: number): Promise<void> {
  const own = (who: string) => asRoot(`chown -R ${who}:${who} ${BOB_LOGS}`);
  // kato takes only a log of its own user, and root appends here.
  await own("root");
  const actor = { role: "orchestrator", pid: Deno.pid };
  const options = { policyVersion: 1, policyHash: "b".repeat(64), actor, rotateAt: 50_000 };
  const log = openAuditLog({ directory: `${machine.root}${BOB_LOGS}`, ...options });
  for (let n = 0; n < count; n++) log.append(n % 100 === 99 ? LONGEST : BODY);
  log.close();
  await own("bob");
}

/** A text with characters that syslog may change. */
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

/** The longest record: every text at its bound, and each byte written as six. */
const LONGEST: AuditBody = {
  ...BODY,
  command: "\u0001".repeat(1100),
  requested: "\u0001".repeat(4096),
  path: "\u0001".repeat(4096),
  detail: "\u0001".repeat(1024),
};

export interface Verified {
  readonly ok: boolean;
  readonly records: number;
  readonly repeated: number;
  readonly head: string;
}

export async function verify(person: string): Promise<Verified> {
  const { out, err } = await tryAsRoot(`kato audit verify --json ${collected(person)}`);
  if (out === "") throw new Error(err);
  const said = JSON.parse(out);
  if (said.kind !== "error") return said;
  // A folder that appears between planning and reading is closed to kato.
  if (/no such file|permission denied/.test(said.message)) {
    return { ok: false, records: 0, repeated: 0, head: "" };
  }
  throw new Error(said.message);
}

/** Waits for `count` records of the person. Gives the check of their chain. */
export function whenCollected(person: string, count: number): Promise<Verified> {
  return untilSo(
    `${count} records of ${person}`,
    async () => {
      const { out } = await tryAsRoot(`cat ${collected(person)}/*.jsonl | sort -u | grep -c .`);
      return Number(out) >= count ? await verify(person) : null;
    },
    () => asRoot("journalctl --no-pager -q -n 20 -u 'kato-audit-forward@*' -u rsyslog"),
  );
}
