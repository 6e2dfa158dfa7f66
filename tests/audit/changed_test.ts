/** What somebody else does to the security log while a process writes to it; and logs of earlier versions. */
import assert from "node:assert/strict";
import { join } from "@std/path";
import type { AuditRecord } from "../../src/audit/record.ts";
import { type AuditLog, openAuditLog } from "../../src/audit/log.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import { BODY } from "./audit_body.ts";

interface Scene {
  readonly directory: string;
  readonly path: string;
  readonly log: AuditLog;
  /** What the log was told of changes. */
  readonly changes: readonly AuditRecord[];
  lines(): string[];
}

/** A log of four records that is open, and what happens to it then. */
async function whileOpen(test: (scene: Scene) => void): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "kato-audit-" });
  const changes: AuditRecord[] = [];
  const log = open(directory, { changed: (record) => void changes.push(record) });
  try {
    for (let n = 1; n <= 4; n++) log.append({ ...BODY, detail: `record ${n}` });
    const path = join(directory, "security-audit.jsonl");
    const lines = () => Deno.readTextFileSync(path).split("\n").filter((line) => line !== "");
    test({ directory, path, log, changes, lines });
  } finally {
    log.close();
    await Deno.remove(directory, { recursive: true });
  }
}

function open(directory: string, own: { rotateAt?: number; changed?: (record: AuditRecord) => void } = {}) {
  const actor = { role: "orchestrator", pid: Deno.pid };
  return openAuditLog({ directory, policyVersion: 1, policyHash: "a".repeat(64), actor, ...own });
}

function putCopy(path: string): void {
  Deno.copyFileSync(path, `${path}~`);
  Deno.renameSync(`${path}~`, path);
}

const CHANGES: readonly {
  readonly what: string;
  readonly change: (scene: Scene) => void;
  readonly reason: string;
  /** Sequence of the record that `kato audit verify` misses then; null: none. */
  readonly missing: number | null;
}[] = [
  {
    what: "its last records are cut off",
    change: ({ path, lines }) => Deno.writeTextFileSync(path, `${lines().slice(0, 2).join("\n")}\n`),
    reason: "log-cut",
    missing: 3,
  },
  {
    what: "half of its last record is cut off",
    change: ({ path }) => Deno.truncateSync(path, Deno.statSync(path).size - 100),
    reason: "log-cut",
    missing: 4,
  },
  {
    what: "it is emptied",
    change: ({ path }) => Deno.truncateSync(path),
    reason: "log-cut",
    missing: 1,
  },
  {
    what: "it is removed",
    change: ({ path }) => Deno.removeSync(path),
    reason: "log-removed",
    missing: 1,
  },
  {
    what: "it is moved away",
    change: ({ path }) => Deno.renameSync(path, `${path}.kept`),
    reason: "log-removed",
    missing: 1,
  },
  {
    what: "a shorter one is put in its place",
    change: ({ path, lines }) => {
      Deno.writeTextFileSync(`${path}~`, `${lines().slice(0, 3).join("\n")}\n`);
      Deno.renameSync(`${path}~`, path);
    },
    reason: "log-replaced",
    missing: 4,
  },
  {
    what: "a longer one with another end is put in its place",
    change: ({ directory, path, lines }) => {
      Deno.writeTextFileSync(path, `${lines().slice(0, 2).join("\n")}\n`);
      Deno.renameSync(path, `${path}~`);
      Deno.renameSync(`${path}~`, path);
      const other = open(directory);
      for (let n = 3; n <= 9; n++) other.append({ ...BODY, detail: "forged" });
      other.close();
    },
    reason: "log-altered",
    missing: 10,
  },
  {
    what: "its last record is altered",
    change: ({ path, lines }) =>
      Deno.writeTextFileSync(path, `${lines().join("\n").replace("record 4", "record 5")}\n`),
    reason: "log-altered",
    missing: 4,
  },
  {
    what: "a copy is put in its place",
    change: ({ path }) => putCopy(path),
    reason: "log-replaced",
    missing: null,
  },
  {
    what: "a copy with a later record of another process is put in its place",
    change: ({ directory, path }) => {
      const other = open(directory);
      other.append(BODY);
      other.close();
      putCopy(path);
    },
    reason: "log-replaced",
    missing: null,
  },
];

for (const { what, change, reason, missing } of CHANGES) {
  Deno.test(`append() notices that ${what}, says so once, and verify finds the gap`, () =>
    whileOpen((scene) => {
      const { directory, log, changes, lines } = scene;
      const head = log.head();
      change(scene);
      const record = log.append({ ...BODY, detail: "the next" });
      log.append({ ...BODY, detail: "one more" });
      assert.deepEqual(changes.map(({ event, reason }) => [event, reason]), [["audit-log-changed", reason]]);
      assert.ok(changes[0]?.detail?.includes(head));
      const told = lines().slice(-3).map((line) => JSON.parse(line) as AuditRecord);
      assert.deepEqual(told.map(({ event }) => event), ["audit-log-changed", "command", "command"]);
      assert.equal(record.previous, changes[0]?.hash);
      if (missing !== null) assert.equal(changes[0]?.previous, head, "it goes on from what was written");
      assert.equal(verifyAudit(directory).broken?.sequence ?? null, missing);
    }));
}

Deno.test("append() takes what other processes do for what it is: appending, rotating, tearing", () =>
  whileOpen(({ directory, path, log, changes }) => {
    const other = open(directory, { rotateAt: 1 });
    other.append(BODY);
    other.append(BODY);
    other.close();
    Deno.writeTextFileSync(path, '{"v":1,"sequ', { append: true });
    log.append(BODY);
    assert.deepEqual(changes, []);
    assert.deepEqual([verifyAudit(directory).last, verifyAudit(directory).broken], [7, null]);
  }));

Deno.test("appendAll() has one flush for all of its records, and nothing for none", () =>
  whileOpen(({ directory, log, lines }) => {
    const sync = Deno.FsFile.prototype.syncSync;
    let flushes = 0;
    Deno.FsFile.prototype.syncSync = function () {
      flushes += 1;
      sync.call(this);
    };
    try {
      const records = log.appendAll(Array.from({ length: 100 }, (_, n) => ({ ...BODY, detail: `${n}` })));
      assert.deepEqual(records.map(({ sequence }) => sequence), Array.from({ length: 100 }, (_, n) => n + 5));
      assert.equal(flushes, 1);
      assert.deepEqual(log.appendAll([]), []);
      assert.equal(flushes, 1);
    } finally {
      Deno.FsFile.prototype.syncSync = sync;
    }
    assert.equal(lines().length, 104);
    assert.deepEqual([verifyAudit(directory).last, verifyAudit(directory).broken], [104, null]);
  }));

Deno.test("verifyAudit() passes a log of the first version, and that log is continued", async () => {
  const directory = await Deno.makeTempDir({ prefix: "kato-audit-" });
  try {
    const fixture = new URL("../../fixtures/audit/schema-1", import.meta.url).pathname;
    for (const { name } of Deno.readDirSync(fixture)) {
      Deno.copyFileSync(join(fixture, name), join(directory, name));
    }
    assert.deepEqual([verifyAudit(directory).records, verifyAudit(directory).broken], [9, null]);
    const log = open(directory);
    log.append(BODY);
    log.close();
    assert.deepEqual([verifyAudit(directory).records, verifyAudit(directory).broken], [10, null]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
