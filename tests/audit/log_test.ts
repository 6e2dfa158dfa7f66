import assert from "node:assert/strict";
import { AuditLogError } from "../../src/audit/error.ts";
import { basename, join } from "@std/path";
import { type AuditLog, openAuditLog } from "../../src/audit/log.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import { makeRecord, recordLine, START } from "../../src/audit/chain.ts";
import { BODY } from "./audit_body.ts";

function open(directory: string, rotateAt?: number): AuditLog {
  const actor = { role: "orchestrator", pid: Deno.pid };
  const options = { directory, policyVersion: 1, policyHash: "a".repeat(64), actor };
  return openAuditLog(rotateAt === undefined ? options : { ...options, rotateAt });
}

const logOf = (directory: string) => join(directory, "security-audit.jsonl");
const read = (directory: string) => Deno.readTextFileSync(logOf(directory));

/** A folder with `count` records, and the log closed. */
async function withLog(
  count: number,
  test: (directory: string) => void | Promise<void>,
  rotateAt?: number,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    const log = open(directory, rotateAt);
    for (let n = 1; n <= count; n++) log.append({ ...BODY, detail: `record ${n}` });
    log.close();
    await test(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function appendOne(directory: string, rotateAt?: number): void {
  const log = open(directory, rotateAt);
  try {
    log.append(BODY);
  } finally {
    log.close();
  }
}

Deno.test("openAuditLog() appends records that verify", () =>
  withLog(3, (directory) => {
    const records = read(directory).trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(records.map(({ sequence }) => sequence), [1, 2, 3]);
    assert.equal(records[1].previous, records[0].hash);
    const { hash } = records[2];
    assert.deepEqual(verifyAudit(directory), {
      records: 3,
      first: 1,
      last: 3,
      head: hash,
      torn: 0,
      broken: null,
    });
  }));

Deno.test("openAuditLog() makes files with mode 0600 under any umask", () =>
  withLog(0, (directory) => {
    for (const umask of [0o000, 0o777]) {
      for (const { name } of [...Deno.readDirSync(directory)]) Deno.removeSync(join(directory, name));
      const before = Deno.umask(umask);
      try {
        appendOne(directory);
      } finally {
        Deno.umask(before);
      }
      const modes = [...Deno.readDirSync(directory)].map(({ name }) =>
        Deno.statSync(join(directory, name)).mode ?? 0
      );
      assert.deepEqual(modes.map((mode) => mode & 0o777), [0o600, 0o600]);
    }
  }));

Deno.test("openAuditLog() continues the chain, and knows its head", () =>
  withLog(2, (directory) => {
    const log = open(directory);
    assert.equal(log.head(), verifyAudit(directory).head);
    const record = log.append(BODY, "parser:codex");
    assert.equal(record.sequence, 3);
    assert.deepEqual(record.actor, { role: "orchestrator", worker: "parser:codex", pid: Deno.pid });
    assert.equal(log.head(), record.hash);
    log.close();
    assert.equal(verifyAudit(directory).last, 3);
  }));

Deno.test("append() rotates, and the chain runs over the files", () =>
  withLog(10, (directory) => {
    const files = [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
    assert.deepEqual(files, [
      "security-audit.1.jsonl",
      "security-audit.4.jsonl",
      "security-audit.7.jsonl",
      "security-audit.jsonl",
      "security-audit.lock",
    ]);
    const { records, first, last, broken } = verifyAudit(directory);
    assert.deepEqual({ records, first, last, broken }, { records: 10, first: 1, last: 10, broken: null });
  }, 1200));

Deno.test("openAuditLog() goes on after a crash between rotating and writing", () =>
  withLog(3, (directory) => {
    Deno.renameSync(logOf(directory), join(directory, "security-audit.1.jsonl"));
    appendOne(directory);
    assert.equal(verifyAudit(directory).last, 4);
    // The new file was made, and nothing came into it.
    Deno.renameSync(logOf(directory), join(directory, "security-audit.4.jsonl"));
    Deno.writeTextFileSync(logOf(directory), "");
    appendOne(directory);
    assert.deepEqual([verifyAudit(directory).last, verifyAudit(directory).broken], [5, null]);
  }));

Deno.test("openAuditLog() keeps a torn line as evidence and continues from the last whole record", async (t) => {
  const whole = (text: string) => text.trimEnd().split("\n");
  const cases: [name: string, cut: (text: string) => string, torn: number, last: number][] = [
    ["half a record", (text) => text.slice(0, -200), 1, 3],
    ["only the line's end is missing", (text) => text.slice(0, -1), 0, 4],
    ["one byte of a record", (text) => `${text}{`, 1, 4],
    ["zeros of a block that was never filled", (text) => `${text}${"\0".repeat(512)}`, 1, 4],
    ["the first record, half", (text) => (whole(text)[0] ?? "").slice(0, 90), 1, 1],
  ];
  for (const [name, cut, torn, last] of cases) {
    await t.step(name, () =>
      withLog(3, (directory) => {
        const left = cut(read(directory));
        Deno.writeTextFileSync(logOf(directory), left);
        assert.equal(verifyAudit(directory).torn, torn);
        assert.equal(verifyAudit(directory).broken, null);
        appendOne(directory);
        assert.ok(read(directory).startsWith(left), "nothing was removed");
        const verified = verifyAudit(directory);
        assert.deepEqual([verified.torn, verified.last, verified.broken], [torn, last, null]);
      }));
  }
});

Deno.test("verifyAudit() finds the first place where the chain does not hold", async (t) => {
  type Edit = (lines: string[]) => string[];
  const cases: [name: string, edit: Edit, line: number, sequence: number, why: RegExp][] = [
    ["edited", (l) => l.with(2, (l[2] ?? "").replace("record 3", "record X")), 3, 3, /record 3 was changed/],
    ["removed", (l) => l.toSpliced(2, 1), 3, 3, /record 3 is missing here: record 4 follows/],
    ["two removed", (l) => l.toSpliced(1, 2), 2, 2, /records 2 to 3 are missing here/],
    ["the first removed", (l) => l.slice(1), 1, 1, /record 1 is missing/],
    ["swapped", (l) => l.with(1, l[2] ?? "").with(2, l[1] ?? ""), 2, 2, /record 2 is missing here: record 3/],
    ["repeated", (l) => l.toSpliced(2, 0, l[1] ?? ""), 3, 3, /record 2 stands where record 3 belongs/],
    ["emptied", (l) => l.with(2, ""), 3, 3, /no audit record/],
    ["replaced by text", (l) => l.with(2, "gone"), 3, 3, /no audit record/],
    ["cut inside", (l) => l.with(2, (l[2] ?? "").slice(0, 40)), 4, 3, /record 3 is missing/],
    [
      "forged, with its own hash right",
      (l) => l.with(2, forge(l[2] ?? "")),
      4,
      4,
      /record 4 does not continue/,
    ],
    ["a line slipped in", (l) => l.toSpliced(1, 0, "{}"), 2, 2, /no audit record/],
    ["a byte-order mark put in front", (l) => l.with(0, `\ufeff${l[0]}`), 1, 1, /no audit record/],
    ["a line without end", (l) => l.with(3, "x".repeat(2_000_000)), 4, 4, /no audit record/],
  ];
  for (const [name, edit, line, sequence, why] of cases) {
    await t.step(name, () =>
      withLog(5, (directory) => {
        const lines = edit(read(directory).trimEnd().split("\n"));
        Deno.writeTextFileSync(logOf(directory), lines.join("\n") + "\n");
        const { broken, records } = verifyAudit(directory);
        assert.ok(broken !== null);
        assert.match(broken.why, why);
        assert.deepEqual(
          { file: broken.file, line: broken.line, sequence: broken.sequence },
          { file: "security-audit.jsonl", line, sequence },
        );
        assert.equal(records, sequence - 1);
        appendOne(directory);
        assert.deepEqual(verifyAudit(directory).broken, broken, "appending does not hide it");
      }));
  }
});

/** The record with other content, and the hash that this content has: only the next record knows better. */
function forge(line: string): string {
  const { sequence, previous, hash: _, ...rest } = JSON.parse(line);
  const { actor, time, policyVersion, policyHash, ...body } = { ...rest, detail: "forged" };
  const stamp = { actor, time, policyVersion, policyHash };
  return recordLine(makeRecord({ sequence: sequence - 1, hash: previous }, body, stamp));
}

Deno.test("verifyAudit() finds a file that is missing between two others", () =>
  withLog(10, (directory) => {
    Deno.removeSync(join(directory, "security-audit.4.jsonl"));
    const { broken } = verifyAudit(directory);
    assert.deepEqual([broken?.file, broken?.line, broken?.sequence], ["security-audit.7.jsonl", 1, 4]);
  }, 1200));

Deno.test("verifyAudit() allows a later beginning only when told that the oldest were archived", () =>
  withLog(10, (directory) => {
    Deno.removeSync(join(directory, "security-audit.1.jsonl"));
    assert.equal(verifyAudit(directory).broken?.sequence, 1);
    const { first, last, broken } = verifyAudit(directory, { archived: true });
    assert.deepEqual([first, last, broken], [4, 10, null]);
  }, 1200));

Deno.test("verifyAudit() with the journal's head finds that the last records were removed", () =>
  withLog(5, (directory) => {
    const { head } = verifyAudit(directory);
    assert.equal(verifyAudit(directory, { head }).broken, null);
    const lines = read(directory).split("\n");
    Deno.writeTextFileSync(logOf(directory), lines.slice(0, 3).join("\n") + "\n");
    assert.equal(verifyAudit(directory).broken, null);
    const { broken } = verifyAudit(directory, { head });
    assert.deepEqual([broken?.line, broken?.sequence], [4, 4]);
    assert.match(broken?.why ?? "", /records were removed/);
  }));

Deno.test("verifyAudit() of an empty folder has nothing to say against", () =>
  withLog(0, (directory) => {
    const nothing = { records: 0, first: null, last: null, head: START.hash, torn: 0, broken: null };
    assert.deepEqual(verifyAudit(directory), nothing);
    Deno.removeSync(logOf(directory));
    assert.deepEqual(verifyAudit(directory), nothing);
  }));

Deno.test("openAuditLog() refuses a log that is not a plain file of its own", async (t) => {
  const cases: [name: string, prepare: (path: string, elsewhere: string) => void, why: RegExp][] = [
    ["symbolic link", (path, elsewhere) => Deno.symlinkSync(elsewhere, path), /is a symbolic link/],
    ["dangling link", (path) => Deno.symlinkSync("nowhere", path), /is a symbolic link/],
    ["hard link", (path, elsewhere) => Deno.linkSync(elsewhere, path), /has several names/],
    ["folder", (path) => Deno.mkdirSync(path), /is not a regular file/],
  ];
  for (const name of ["security-audit.jsonl", "security-audit.lock"]) {
    for (const [kind, prepare, why] of cases) {
      await t.step(`${kind} for ${name}`, () =>
        withLog(0, (directory) => {
          const elsewhere = join(directory, "elsewhere");
          Deno.writeTextFileSync(elsewhere, "mine\n");
          Deno.removeSync(join(directory, name));
          prepare(join(directory, name), elsewhere);
          assert.throws(
            () => open(directory),
            (error) => error instanceof AuditLogError && error.refused && why.test(error.message),
          );
          assert.equal(Deno.readTextFileSync(elsewhere), "mine\n");
        }));
    }
  }
});

Deno.test("append() notices that its file was moved away, or exchanged for a link", () =>
  withLog(2, (directory) => {
    const log = open(directory);
    try {
      Deno.renameSync(logOf(directory), join(directory, "kept"));
      log.append(BODY);
      assert.notEqual(verifyAudit(directory).last, null);
      Deno.removeSync(logOf(directory));
      Deno.symlinkSync("kept", logOf(directory));
      const kept = Deno.readTextFileSync(join(directory, "kept"));
      assert.throws(() => log.append(BODY), /Cannot append to the audit log .* is a symbolic link/);
      assert.equal(Deno.readTextFileSync(join(directory, "kept")), kept);
    } finally {
      log.close();
    }
  }));

Deno.test("append() throws when the disk takes nothing, and goes on when it does again", () =>
  withLog(1, (directory) => {
    const log = open(directory);
    try {
      Deno.removeSync(logOf(directory));
      Deno.mkdirSync(logOf(directory));
      assert.throws(() => log.append(BODY), /Cannot append to the audit log/);
      Deno.removeSync(logOf(directory));
      log.append(BODY);
    } finally {
      log.close();
    }
  }));

Deno.test("two processes append at once, over rotations, and the chain holds", () =>
  withLog(0, async (directory) => {
    const script = new URL("append_audit.ts", import.meta.url).pathname;
    const source = new URL("../../", import.meta.url).pathname;
    const run = (role: string) =>
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--quiet",
          "--no-prompt",
          "--config",
          join(source, "deno.json"),
          `--allow-read=${directory},${source}`,
          `--allow-write=${directory}`,
          "--allow-sys=uid",
          script,
          directory,
          role,
          "200",
        ],
      }).output();
    const results = await Promise.all([run("orchestrator"), run("export")]);
    for (const { stderr } of results) assert.equal(new TextDecoder().decode(stderr), "");
    const { records, broken, torn } = verifyAudit(directory);
    assert.deepEqual({ records, broken, torn }, { records: 400, broken: null, torn: 0 });
    assert.ok([...Deno.readDirSync(directory)].length > 3, "it was rotated");
    const roles = [...Deno.readDirSync(directory)].filter(({ name }) => name.endsWith(".jsonl"))
      .flatMap(({ name }) => Deno.readTextFileSync(join(directory, basename(name))).trimEnd().split("\n"))
      .map((line) => JSON.parse(line).actor.role);
    assert.equal(roles.filter((role) => role === "export").length, 200);
  }));
