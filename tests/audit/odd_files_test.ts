/** Files of the audit log that are not as kato left them, and errors that are bugs. */
import assert from "node:assert/strict";
import { join } from "@std/path";
import { AuditLogError } from "../../src/audit/error.ts";
import { type AuditLogOptions, openAuditLog } from "../../src/audit/log.ts";
import type { AuditRecord } from "../../src/audit/record.ts";
import { recordLine } from "../../src/audit/chain.ts";
import { listRotated } from "../../src/audit/files.ts";
import { readLines, verifyAudit } from "../../src/audit/verify.ts";
import { AUDIT_LINE_BYTES, READ_CHUNK } from "../../src/protocol/limits.ts";
import { BODY, chain } from "./audit_body.ts";

function open(directory: string, more: Partial<AuditLogOptions> = {}) {
  const actor = { role: "orchestrator", pid: Deno.pid };
  return openAuditLog({ directory, policyVersion: 1, policyHash: "a".repeat(64), actor, ...more });
}

/** A folder with the log of `count` records, in the current file. */
function withLog(count: number, test: (directory: string, path: string) => void): void {
  const directory = Deno.makeTempDirSync({ prefix: "kato-audit-" });
  const path = join(directory, "security-audit.jsonl");
  try {
    Deno.writeTextFileSync(path, chain(count, "as it was").map((one) => `${recordLine(one)}\n`).join(""));
    Deno.chmodSync(path, 0o600);
    test(directory, path);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

/** Runs `step` while `path` seems to be another user's (`uid`), or another file than the one that is opened (`ino`). */
function whileOther(what: "uid" | "ino", path: string, step: () => void): void {
  const { lstatSync } = Deno;
  Deno.lstatSync = (looked) => {
    const info = lstatSync(looked);
    return looked === path ? { ...info, [what]: (info[what] ?? 0) + 1 } : info;
  };
  try {
    step();
  } finally {
    Deno.lstatSync = lstatSync;
  }
}

for (const name of ["security-audit.jsonl", "security-audit.lock"]) {
  Deno.test(`openAuditLog() refuses ${name} of another user`, () =>
    withLog(1, (directory) => {
      open(directory).close();
      whileOther("uid", join(directory, name), () =>
        assert.throws(
          () => open(directory),
          (error) =>
            error instanceof AuditLogError && error.refused &&
            error.message.includes(`belongs to user ${(Deno.uid() ?? 0) + 1}`),
        ));
    }));
}

Deno.test("openAuditLog() refuses a lock that is exchanged while it is made, and can be tried again otherwise", () =>
  withLog(1, (directory) => {
    const { lstatSync, openSync } = Deno;
    const lock = join(directory, "security-audit.lock");
    const before = Deno.umask(0o000);
    try {
      Deno.lstatSync = (looked) => {
        const info = lstatSync(looked);
        return looked === lock ? { ...info, ino: (info.ino ?? 0) + 1 } : info;
      };
      // The umask is such that the mode of the new file has to be set.
      Deno.openSync = (path, options) =>
        openSync(path, path === lock ? { ...options, mode: 0o644 } : options);
      assert.throws(
        () => open(directory),
        (error) => error instanceof AuditLogError && error.refused && /was exchanged/.test(error.message),
      );
      Deno.removeSync(lock);
      Deno.lstatSync = lstatSync;
      Deno.openSync = (path, options) => {
        if (path === lock) throw new Deno.errors.PermissionDenied("no");
        return openSync(path, options);
      };
      assert.throws(
        () => open(directory),
        (error) =>
          error instanceof AuditLogError && !error.refused && /Cannot open .*: no$/.test(error.message),
      );
    } finally {
      Deno.umask(before);
      Object.assign(Deno, { lstatSync, openSync });
    }
  }));

Deno.test("openAuditLog() leaves no file open when it refuses", () =>
  withLog(1, (directory, path) => {
    const countOpen = () => [...Deno.readDirSync("/proc/self/fd")].length;
    const refused = (because: RegExp) => assert.throws(() => open(directory), because);
    const tries = 20;
    const cases: readonly (readonly [why: RegExp, once: (refuse: () => void) => void])[] = [
      [/was exchanged/, (refuse) => whileOther("ino", path, refuse)],
      [/was exchanged/, (refuse) => {
        Deno.chmodSync(join(directory, "security-audit.lock"), 0o644);
        whileOther("ino", join(directory, "security-audit.lock"), refuse);
      }],
      [/belongs to user/, (refuse) => whileOther("uid", path, refuse)],
    ];
    for (const [why, once] of cases) {
      const before = countOpen();
      for (let n = 0; n < tries; n++) once(() => refused(why));
      assert.ok(countOpen() < before + tries, `${why} keeps files open`);
    }
  }));

Deno.test("openAuditLog() continues from no rotated file that is not kato's own", () =>
  withLog(3, (directory, path) => {
    Deno.renameSync(path, join(directory, "security-audit.1.jsonl"));
    const foreign = join(directory, "foreign");
    Deno.writeTextFileSync(
      foreign,
      chain(9, "of somebody else").map((one) => `${recordLine(one)}\n`).join(""),
    );
    Deno.symlinkSync(foreign, join(directory, "security-audit.7.jsonl"));
    const log = open(directory);
    assert.equal(log.append(BODY).sequence, 4);
    log.close();
  }));

Deno.test("openAuditLog() passes rotated files without a record", () =>
  withLog(3, (directory, path) => {
    Deno.renameSync(path, join(directory, "security-audit.1.jsonl"));
    Deno.writeTextFileSync(join(directory, "security-audit.4.jsonl"), "");
    const log = open(directory);
    assert.equal(log.append(BODY).sequence, 4);
    log.close();
  }));

Deno.test("openAuditLog() makes its files private from the first moment, and changes no mode that is right", () =>
  withLog(0, (directory, path) => {
    Deno.removeSync(path);
    const { chmodSync } = Deno;
    const before = Deno.umask(0o000);
    const changed: string[] = [];
    try {
      Deno.chmodSync = (path) => void changed.push(String(path));
      for (let n = 0; n < 2; n++) {
        const log = open(directory);
        log.append(BODY);
        log.close();
      }
      assert.deepEqual(changed, []);
    } finally {
      Deno.umask(before);
      Deno.chmodSync = chmodSync;
    }
  }));

Deno.test("listRotated() finds no files in a folder that is missing, and passes on every other error", () => {
  const file = Deno.makeTempFileSync();
  try {
    assert.deepEqual(listRotated(`${file}-missing`), []);
    assert.throws(() => listRotated(file), Deno.errors.NotADirectory);
  } finally {
    Deno.removeSync(file);
  }
});

Deno.test("listRotated() goes by the number in the name, and takes no other name", () =>
  withLog(3, (directory, path) => {
    const [one, two, three] = Deno.readTextFileSync(path).split("\n");
    Deno.writeTextFileSync(join(directory, "security-audit.9.jsonl"), `${one}\n`);
    Deno.writeTextFileSync(join(directory, "security-audit.10.jsonl"), `${two}\n`);
    Deno.writeTextFileSync(path, `${three}\n`);
    for (
      const name of [
        "security-audit.0.jsonl",
        "security-audit.01.jsonl",
        "security-audit..jsonl",
        "x.1.jsonl",
      ]
    ) {
      Deno.writeTextFileSync(join(directory, name), "no record\n");
    }
    assert.deepEqual([verifyAudit(directory).last, verifyAudit(directory).broken], [3, null]);
  }));

Deno.test("append() says that a record was altered after another process had rotated its file", () =>
  withLog(0, (directory, path) => {
    const changes: AuditRecord[] = [];
    const log = open(directory, { changed: (record) => void changes.push(record) });
    log.append(BODY);
    const other = open(directory, { rotateAt: 1 });
    other.append(BODY);
    other.append(BODY);
    log.append(BODY);
    assert.deepEqual(changes, [], "rotation alone changes nothing");
    other.append(BODY);
    const rotated = [...Deno.readDirSync(directory)].map(({ name }) => join(directory, name))
      .filter((name) => name !== path && name.endsWith(".jsonl"));
    for (const name of rotated) {
      Deno.writeTextFileSync(name, Deno.readTextFileSync(name).replaceAll("stopped", "skipped"));
    }
    log.append(BODY);
    assert.deepEqual(changes.map(({ reason }) => reason), ["log-altered"]);
    other.close();
    log.close();
  }));

/** The names of the rotated files. */
const rotatedIn = (directory: string) =>
  [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) => /\.[^.]*\.jsonl$/.test(name));

Deno.test("append() goes on from its own record when a full file was altered, and rotates it", () =>
  withLog(0, (directory, path) => {
    const changes: AuditRecord[] = [];
    const lineLength = recordLine(chain(1, "")[0] ?? assert.fail()).length;
    // Two records fill a file.
    const rotateAt = Math.round(1.5 * lineLength);
    const log = open(directory, { rotateAt, changed: (record) => void changes.push(record) });
    log.append(BODY);
    log.append(BODY);
    const head = log.head();
    const [one, two] = Deno.readTextFileSync(path).split("\n");
    Deno.writeTextFileSync(path, `${one}\n${two?.replace("stopped", "skipped")}\n`);
    const record = log.append(BODY, "parser:codex");
    log.close();
    assert.deepEqual(changes.map(({ reason, previous }) => [reason, previous]), [["log-altered", head]]);
    assert.equal(record.previous, changes[0]?.hash);
    // The change is no act of the role that the record is about.
    assert.deepEqual([changes[0]?.actor.worker, record.actor.worker], [null, "parser:codex"]);
    assert.deepEqual(rotatedIn(directory).sort(), ["security-audit.1.jsonl"]);
  }));

Deno.test("append() rotates a file of exactly the full size, and none that is a byte smaller", () =>
  withLog(1, (directory, path) => {
    const { size } = Deno.statSync(path);
    for (const [rotateAt, rotated] of [[size + 1, []], [size, ["security-audit.1.jsonl"]]] as const) {
      const text = Deno.readTextFileSync(path);
      const log = open(directory, { rotateAt });
      log.append(BODY);
      log.close();
      assert.deepEqual(rotatedIn(directory), rotated);
      Deno.writeTextFileSync(path, text);
    }
  }));

Deno.test("append() rotates no file without a record", () =>
  withLog(0, (directory, path) => {
    Deno.writeTextFileSync(path, '{"v":1,"sequence":1');
    const log = open(directory, { rotateAt: 1 });
    assert.equal(log.append(BODY).sequence, 1);
    log.close();
    assert.deepEqual(rotatedIn(directory), []);
  }));

Deno.test("append() keeps its file open while nobody exchanges it", () =>
  withLog(1, (directory) => {
    const log = open(directory);
    const { openSync } = Deno;
    let opened = 0;
    try {
      Deno.openSync = (path, options) => {
        opened += 1;
        return openSync(path, options);
      };
      for (let n = 0; n < 3; n++) log.append(BODY);
    } finally {
      Deno.openSync = openSync;
      log.close();
    }
    assert.equal(opened, 0);
  }));

Deno.test("append() takes a short write for a failure, and goes on behind the torn line", () =>
  withLog(1, (directory) => {
    const log = open(directory);
    const { writeSync } = Deno.FsFile.prototype;
    try {
      Deno.FsFile.prototype.writeSync = function (bytes) {
        return writeSync.call(this, bytes.subarray(0, 40));
      };
      assert.throws(() => log.append(BODY), /the disk took a part of the record only/);
    } finally {
      Deno.FsFile.prototype.writeSync = writeSync;
    }
    assert.deepEqual([log.append(BODY).sequence, log.append(BODY).sequence], [2, 3]);
    log.close();
    const { records, torn, broken } = verifyAudit(directory);
    assert.deepEqual({ records, torn, broken }, { records: 3, torn: 1, broken: null });
  }));

Deno.test("append() passes on an error that is a bug, and lets go of the lock", () =>
  withLog(1, (directory) => {
    const log = open(directory, { policyVersion: NaN });
    assert.throws(
      () => log.append(BODY),
      (error) =>
        !(error instanceof AuditLogError) && error instanceof Error && /^internal error/.test(error.message),
    );
    log.close();
    const other = open(directory);
    assert.equal(other.append(BODY).sequence, 2);
    other.close();
  }));

Deno.test("verifyAudit() says which file cannot be read, and why", () =>
  withLog(1, (directory, path) => {
    const { openSync } = Deno;
    try {
      Deno.openSync = (opened, options) => {
        if (opened === path) throw new Deno.errors.PermissionDenied("closed to you");
        return openSync(opened, options);
      };
      assert.throws(() => verifyAudit(directory), {
        message: `Cannot read the audit log ${path}: closed to you`,
      });
    } finally {
      Deno.openSync = openSync;
    }
  }));

Deno.test("verifyAudit() names the line after the last one, where the head is missing", () =>
  withLog(3, (directory, path) => {
    const head = "b".repeat(64);
    const placeOf = () => {
      const { broken } = verifyAudit(directory, { head });
      return [broken?.file, broken?.line, broken?.sequence];
    };
    assert.deepEqual(placeOf(), ["security-audit.jsonl", 4, 4]);
    Deno.renameSync(path, join(directory, "security-audit.1.jsonl"));
    assert.deepEqual(placeOf(), ["security-audit.1.jsonl", 4, 4]);
    Deno.removeSync(join(directory, "security-audit.1.jsonl"));
    assert.deepEqual(placeOf(), ["security-audit.jsonl", 1, 1]);
  }));

Deno.test("readLines() comes to an end with a file that has become shorter, and parts only lines that no record has", () => {
  const path = Deno.makeTempFileSync();
  try {
    const linesOf = (text: string, size = text.length) => {
      Deno.writeTextFileSync(path, text);
      using file = Deno.openSync(path);
      return [...readLines(file, size)].map(({ length }) => length);
    };
    assert.deepEqual(linesOf("a\nbb\n", 4_000), [1, 2]);
    assert.deepEqual(linesOf("a\nbb", 4_000), [1, 2]);
    assert.deepEqual(linesOf("a\nbb\nccc", 3), [1, 1]);
    assert.deepEqual(linesOf(""), []);
    const before = `${"x".repeat(READ_CHUNK - AUDIT_LINE_BYTES - 1)}\n`;
    const longest = "y".repeat(AUDIT_LINE_BYTES);
    assert.deepEqual(linesOf(`${before}${longest}\nz`), [before.length - 1, AUDIT_LINE_BYTES, 1]);
    assert.deepEqual(linesOf(`${before.slice(1)}${longest}yy\nz`), [
      before.length - 2,
      AUDIT_LINE_BYTES + 1,
      1,
      1,
    ]);
  } finally {
    Deno.removeSync(path);
  }
});
