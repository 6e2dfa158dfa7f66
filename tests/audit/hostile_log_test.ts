/** Logs that are long, torn far from their end, exchanged while they are opened, or rotated while they are checked. */
import assert from "node:assert/strict";
import { join } from "@std/path";
import { makeRecord, recordLine, START } from "../../src/audit/chain.ts";
import { verifyAuditCopy } from "../../src/audit/copy.ts";
import { AuditLogError } from "../../src/audit/error.ts";
import { openAuditLog } from "../../src/audit/log.ts";
import type { AuditRecord } from "../../src/audit/record.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import { READ_CHUNK } from "../../src/protocol/limits.ts";
import { BODY } from "./audit_body.ts";

const STAMP = {
  time: "2026-11-23T00:00:00.000Z",
  policyVersion: 1,
  policyHash: "f".repeat(64),
  actor: { role: "orchestrator", worker: null, pid: 7 },
};

function open(directory: string, rotateAt = 1_000_000_000) {
  const actor = { role: "orchestrator", pid: Deno.pid };
  return openAuditLog({ directory, policyVersion: 1, policyHash: "a".repeat(64), actor, rotateAt });
}

async function withLog(
  count: number,
  test: (directory: string, path: string) => void,
  path: string | null = null,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "kato-audit-" });
  const file = join(directory, "security-audit.jsonl");
  try {
    const records: AuditRecord[] = [];
    for (let n = 1; n <= count; n++) {
      records.push(makeRecord(records.at(-1) ?? START, { ...BODY, path, detail: "x".repeat(n % 7) }, STAMP));
    }
    Deno.writeTextFileSync(file, records.map((record) => `${recordLine(record)}\n`).join(""));
    test(directory, file);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const KIB = 1024;

for (const size of [1, 16 * KIB - 1, 16 * KIB, 16 * KIB + 1, 64 * KIB, 64 * KIB + 1, 300 * KIB]) {
  Deno.test(`openAuditLog() finds the last record in front of a torn end of ${size} bytes`, () =>
    withLog(3, (directory, path) => {
      Deno.writeTextFileSync(path, "\0".repeat(size), { append: true });
      const log = open(directory);
      assert.equal(log.append(BODY).sequence, 4);
      log.close();
    }));
}

Deno.test("openAuditLog() finds the last record of any length at any place", () =>
  withLog(0, (directory) => {
    const log = open(directory);
    for (let n = 1; n <= 40; n++) {
      log.append({ ...BODY, path: "/é".repeat(n * 40), detail: "\u0001".repeat(n * 25) });
      const other = open(directory);
      assert.equal(other.head(), log.head());
      other.close();
    }
    log.close();
    assert.deepEqual([verifyAudit(directory).last, verifyAudit(directory).broken], [40, null]);
  }));

Deno.test("verifyAudit() and verifyAuditCopy() read a log of several chunks, cut inside characters", async (t) => {
  const path = `/home/ada/${"日本語é𝄞".repeat(40)}.md`;
  await t.step("all bytes of a character fall on the cut", () =>
    withLog(4_000, (directory, file) => {
      assert.ok(Deno.statSync(file).size > 2 * READ_CHUNK);
      const { records, broken, torn } = verifyAudit(directory);
      assert.deepEqual({ records, broken, torn }, { records: 4_000, broken: null, torn: 0 });
      assert.deepEqual(verifyAuditCopy([file]).broken, null);
    }, path));
});

Deno.test("verifyAudit() of an archived log still checks every record after the first", async (t) => {
  for (const gap of [2, 3, 5]) {
    await t.step(`record ${gap + 3} is missing`, () =>
      withLog(10, (directory, path) => {
        const lines = Deno.readTextFileSync(path).trimEnd().split("\n").slice(3);
        Deno.writeTextFileSync(path, lines.toSpliced(gap - 1, 1).map((line) => `${line}\n`).join(""));
        for (
          const verified of [
            verifyAudit(directory, { archived: true }),
            verifyAuditCopy([path], { archived: true }),
          ]
        ) {
          assert.match(verified.broken?.why ?? "", new RegExp(`record ${gap + 3} is missing here`));
          assert.equal(verified.first, 4);
        }
      }));
  }
});

Deno.test("verifyAudit() sees the files as they are under the lock", () =>
  withLog(3, (directory, path) => {
    const { lockSync } = Deno.FsFile.prototype;
    const log = open(directory);
    let shared = 0;
    try {
      // Another process rotates and appends just before it lets go of the lock.
      Deno.FsFile.prototype.lockSync = function (exclusive) {
        lockSync.call(this, exclusive);
        if (exclusive) return;
        shared += 1;
        Deno.renameSync(path, join(directory, "security-audit.1.jsonl"));
        const records = [makeRecord(verifyCopyHead(join(directory, "security-audit.1.jsonl")), BODY, STAMP)];
        Deno.writeTextFileSync(path, records.map((record) => `${recordLine(record)}\n`).join(""));
      };
      const { records, broken } = verifyAudit(directory);
      assert.deepEqual([shared, records, broken], [1, 4, null]);
    } finally {
      Deno.FsFile.prototype.lockSync = lockSync;
      log.close();
    }
  }));

function verifyCopyHead(path: string) {
  const { last, head } = verifyAuditCopy([path]);
  return { sequence: last ?? 0, hash: head ?? "" };
}

Deno.test("append() holds the lock alone while it writes, and lets go of it whatever happens", () =>
  withLog(1, (directory) => {
    const { lockSync, unlockSync, syncSync } = Deno.FsFile.prototype;
    const log = open(directory);
    const happened: string[] = [];
    try {
      Deno.FsFile.prototype.lockSync = function (exclusive) {
        happened.push(`lock ${exclusive}`);
        lockSync.call(this, exclusive);
      };
      Deno.FsFile.prototype.unlockSync = function () {
        happened.push("unlock");
        unlockSync.call(this);
      };
      Deno.FsFile.prototype.syncSync = function () {
        happened.push("sync");
        if (happened.length > 4) throw new Error("EIO");
        syncSync.call(this);
      };
      log.append(BODY);
      assert.throws(() => log.append(BODY), AuditLogError);
      assert.deepEqual(happened, ["lock true", "sync", "unlock", "lock true", "sync", "unlock"]);
    } finally {
      Object.assign(Deno.FsFile.prototype, { lockSync, unlockSync, syncSync });
      log.close();
    }
  }));

/** What another process can do to a file between the look and the opening, as the runtime's calls show it. */
const EXCHANGES: readonly (readonly [name: string, seen: (info: Deno.FileInfo) => Partial<Deno.FileInfo>])[] =
  [
    ["another inode", ({ ino }) => ({ ino: (ino ?? 0) + 1 })],
    ["another device", ({ dev }) => ({ dev: dev + 1 })],
  ];

for (const [name, seen] of EXCHANGES) {
  Deno.test(`openAuditLog() refuses a file that turns out to be ${name}, and writes nothing to it`, () =>
    withLog(1, (directory, path) => {
      const { lstatSync } = Deno;
      const before = Deno.readTextFileSync(path);
      open(directory).close();
      try {
        Deno.lstatSync = (looked) => {
          const info = lstatSync(looked);
          return looked === path ? { ...info, ...seen(info) } : info;
        };
        assert.throws(
          () => open(directory),
          (error) =>
            error instanceof AuditLogError && error.refused && /was exchanged while/.test(error.message),
        );
      } finally {
        Deno.lstatSync = lstatSync;
      }
      assert.equal(Deno.readTextFileSync(path), before);
    }));

  Deno.test(`openAuditLog() changes no mode where its file has become ${name}`, () =>
    withLog(1, (directory, path) => {
      const { lstatSync } = Deno;
      Deno.chmodSync(path, 0o644);
      open(directory).close();
      assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
      Deno.chmodSync(path, 0o644);
      let looks = 0;
      try {
        Deno.lstatSync = (looked) => {
          const info = lstatSync(looked);
          if (looked !== path) return info;
          looks += 1;
          return looks === 1 ? info : { ...info, ...seen(info) };
        };
        assert.throws(() => open(directory), /was exchanged while/);
      } finally {
        Deno.lstatSync = lstatSync;
      }
      assert.equal(looks, 2);
      assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o644);
    }));

  Deno.test(`append() opens its file anew when that has become ${name}`, () =>
    withLog(1, (directory, path) => {
      const log = open(directory);
      const { openSync } = Deno;
      const { lstatSync } = Deno;
      let opened = 0;
      try {
        Deno.lstatSync = (looked) => {
          const info = lstatSync(looked);
          return looked === path ? { ...info, ...seen(info) } : info;
        };
        Deno.openSync = (which, options) => {
          if (which === path) opened += 1;
          return openSync(which, options);
        };
        assert.throws(() => log.append(BODY), /was exchanged while/);
        assert.equal(opened, 1);
      } finally {
        Object.assign(Deno, { openSync, lstatSync });
        log.close();
      }
    }));

  Deno.test(`append() says that the log was replaced when its file has become ${name}`, () =>
    withLog(1, (directory, path) => {
      const changes: AuditRecord[] = [];
      const actor = { role: "orchestrator", pid: Deno.pid };
      const log = openAuditLog({
        directory,
        policyVersion: 1,
        policyHash: "a".repeat(64),
        actor,
        changed: (record) => void changes.push(record),
      });
      log.append(BODY);
      const { lstatSync } = Deno;
      const { statSync } = Deno.FsFile.prototype;
      try {
        Deno.lstatSync = (looked) => {
          const info = lstatSync(looked);
          return looked === path ? { ...info, ...seen(info) } : info;
        };
        Deno.FsFile.prototype.statSync = function () {
          const info = statSync.call(this);
          return { ...info, ...seen(info) };
        };
        log.append(BODY);
        assert.deepEqual(changes.map(({ reason }) => reason), ["log-replaced"]);
      } finally {
        Deno.lstatSync = lstatSync;
        Deno.FsFile.prototype.statSync = statSync;
        log.close();
      }
    }));
}
