/** The small files beside the state: lock, marks, status and log, on disks that say no, and what they are told of it. */
import assert from "node:assert/strict";
import { describeProvider, describeRecording } from "../../src/daemon/describe.ts";
import { describeFailure, NotNow } from "../../src/daemon/failure.ts";
import { keepTrying } from "../../src/daemon/keep_trying.ts";
import { takeLock } from "../../src/daemon/lock.ts";
import { openLogFile } from "../../src/daemon/log_file.ts";
import { openMarks } from "../../src/daemon/marks.ts";
import type { RecordingSummary } from "../../src/daemon/recording.ts";
import { StateError } from "../../src/daemon/state.ts";
import { createStatusFile, type StatusSource } from "../../src/daemon/status_file.ts";
import { AuditLogError } from "../../src/audit/error.ts";
import { LOG_FILE_BYTES, LOG_FILE_GENERATIONS } from "../../src/protocol/limits.ts";
import { until } from "./stage/until.ts";

async function withFolder(play: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "kato-small-" });
  try {
    await play(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Replaces functions of the runtime while `play` runs. */
async function withDeno(fakes: Partial<typeof Deno>, play: () => void | Promise<void>): Promise<void> {
  const real = Object.fromEntries(Object.keys(fakes).map((name) => [name, Reflect.get(Deno, name)]));
  Object.assign(Deno, fakes);
  try {
    await play();
  } finally {
    Object.assign(Deno, real);
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code} (os error 28)`), { code });
}

const mode = (path: string) => (Deno.statSync(path).mode ?? 0) & 0o777;

Deno.test("failure: the machine's words are said as they are, a bug's are not", () => {
  for (const error of [new NotNow("n"), new StateError("n"), new AuditLogError("n", false)]) {
    assert.deepEqual(describeFailure(error), { why: "n", bug: false });
  }
  assert.deepEqual(describeFailure(systemError("ENOSPC")), { why: "ENOSPC", bug: false });
  assert.deepEqual(describeFailure("x"), { why: "internal error: what was thrown is no error", bug: true });
  const { why, bug } = describeFailure(new TypeError("quoted from a log"));
  assert.ok(bug);
  assert.match(why, /^internal error: TypeError at .*small_files_test/);
  const own = new Error("internal error: this one");
  assert.match(describeFailure(own).why, /^internal error: this one at /);
  own.stack = "none";
  assert.equal(describeFailure(own).why, "internal error: this one");
});

Deno.test("lock: one daemon has it, the next waits for a look and no longer", () =>
  withFolder(async (folder) => {
    const path = `${folder}/lock`;
    const lock = await takeLock(path);
    assert.equal(mode(path), 0o600);
    assert.ok(lock?.isThere());
    assert.equal(await takeLock(path), null);
    // `kato status` holds it for a moment, which is no daemon.
    const waiting = takeLock(path);
    lock?.release();
    const second = await waiting;
    assert.ok(second !== null);
    second.release();
  }));

Deno.test("lock: a file that is gone, or another one, is noticed; a disk that says no is not taken for that", () =>
  withFolder(async (folder) => {
    const path = `${folder}/lock`;
    Deno.writeTextFileSync(path, "", { mode: 0o644 });
    const lock = await takeLock(path);
    assert.equal(mode(path), 0o600);
    await withDeno({
      lstatSync: () => {
        throw systemError("EIO");
      },
    }, () => assert.equal(lock?.isThere(), true));
    Deno.renameSync(path, `${path}.old`);
    assert.equal(lock?.isThere(), false);
    Deno.writeTextFileSync(path, "");
    assert.equal(lock?.isThere(), false, "another inode");
    Deno.removeSync(path);
    const { dev, ino } = Deno.lstatSync(`${path}.old`);
    for (const other of [{ dev: dev + 1, ino }, { dev, ino: (ino ?? 0) + 1 }]) {
      await withDeno({ lstatSync: () => other as Deno.FileInfo }, () => assert.equal(lock?.isThere(), false));
    }
    lock?.release();
  }));

Deno.test("marks: what each parser had in its hands is found at the next start", () =>
  withFolder(async (folder) => {
    const reports: string[] = [];
    const log = {
      report: (event: string, fields?: object) => void reports.push(`${event} ${JSON.stringify(fields)}`),
      close: () => Promise.resolve(),
    };
    const open = () => openMarks({ state: folder } as never, log as never);
    const marks = open();
    assert.deepEqual(marks.left, []);
    marks.keep("codex", "s1");
    marks.keep("gemini", "s2");
    marks.keep("gemini", null);
    assert.equal(mode(`${folder}/parsing.codex`), 0o600);
    assert.deepEqual(open().left, [["codex", "s1"]]);
    // A disk that says no costs the name, is said once, and again after it worked.
    await withDeno({
      writeTextFileSync: () => {
        throw systemError("ENOSPC");
      },
    }, () => {
      marks.keep("codex", "s3");
      marks.keep("codex", "s4");
      marks.keep("gemini", "s4");
    });
    assert.deepEqual(reports.map((said) => JSON.parse(said.slice(12)).provider), ["codex", "gemini"]);
    marks.keep("codex", "s5");
    await withDeno({
      writeTextFileSync: () => {
        throw systemError("ENOSPC");
      },
    }, () => marks.keep("codex", "s6"));
    assert.equal(reports.length, 3);
    await withDeno({
      readTextFileSync: () => {
        throw systemError("EIO");
      },
    }, () => assert.deepEqual(open().left, []));
    await withDeno({
      readTextFileSync: () => {
        throw new TypeError("bug");
      },
    }, () => assert.throws(open, TypeError));
  }));

Deno.test("start: a step is tried again while the machine says no, each reason said once; a bug is thrown", async () => {
  const said: string[] = [];
  const log = {
    report: (_: string, fields?: { why?: string }) => void said.push(fields?.why ?? ""),
  } as never;
  const never = new Promise<number>(() => {});
  let tries = 0;
  const result = await keepTrying(
    () => {
      tries += 1;
      if (tries < 3) throw new NotNow(tries === 1 ? "a" : "a");
      return "done";
    },
    never,
    log,
  );
  assert.deepEqual([result, tries, said], [{ done: true, result: "done" }, 3, ["a"]]);
  const ended = await keepTrying(() => Promise.reject(new NotNow("b")), Promise.resolve(75), log);
  assert.deepEqual(ended, { done: false, status: 75 });
  await assert.rejects(keepTrying(() => Promise.reject(new TypeError("bug")), never, log), TypeError);
  const refused = new AuditLogError("somebody changed it", true);
  await assert.rejects(keepTrying(() => Promise.reject(refused), never, log), refused);
  const full = await keepTrying(
    () => Promise.reject(new AuditLogError("full", false)),
    Promise.resolve(0),
    log,
  );
  assert.deepEqual(full, { done: false, status: 0 });
});

interface LogScene {
  readonly path: string;
  readonly file: ReturnType<typeof openLogFile>;
  readonly reports: string[];
  text(generation?: number): string;
}

function withLogFile(play: (scene: LogScene) => void | Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const path = `${folder}/kato.log`;
    const reports: string[] = [];
    const file = openLogFile(path, {
      failed: (problem) => void reports.push(`failed: ${problem}`),
      works: (lost) => void reports.push(`works, ${lost} lost`),
    });
    const text = (generation = 0) => Deno.readTextFileSync(generation === 0 ? path : `${path}.${generation}`);
    await play({ path, file, reports, text });
  });
}

Deno.test("log file: lines are appended to whatever stands there by then, mode 0600", () =>
  withLogFile(({ path, file, reports, text }) => {
    file.append("one");
    assert.equal(mode(path), 0o600);
    Deno.chmodSync(path, 0o644);
    file.append("two");
    assert.equal(mode(path), 0o600);
    assert.equal(text(), "one\ntwo\n");
    // Another inode is there now, and the line goes into that one.
    Deno.renameSync(path, `${path}.moved`);
    file.append("three");
    assert.equal(text(), "three\n");
    assert.equal(Deno.readTextFileSync(`${path}.moved`), "one\ntwo\n");
    assert.deepEqual(reports, []);
  }));

Deno.test("log file: at its size it becomes the first generation, and the oldest is replaced", () =>
  withLogFile(({ path, file, text }) => {
    for (let n = 1; n < LOG_FILE_GENERATIONS + 2; n += 1) {
      Deno.writeTextFileSync(path, `file ${n}`);
      Deno.truncateSync(path, n === 1 ? LOG_FILE_BYTES - 1 : LOG_FILE_BYTES);
      file.append("last");
      if (n === 1) assert.ok(Deno.statSync(path).size > LOG_FILE_BYTES, "one byte less is not full");
    }
    assert.equal(text(), "last\n");
    const kept = [...Deno.readDirSync(path.slice(0, path.lastIndexOf("/")))].map(({ name }) => name).sort();
    assert.deepEqual(kept, ["kato.log", ...[1, 2, 3, 4].map((n) => `kato.log.${n}`)]);
    assert.ok(text(1).startsWith(`file ${LOG_FILE_GENERATIONS + 1}`));
    assert.ok(text(2).startsWith(`file ${LOG_FILE_GENERATIONS}`));
  }));

Deno.test("log file: what is no plain file of one name gets no byte", () =>
  withLogFile(({ path, file, reports }) => {
    const other = `${path}.other`;
    Deno.writeTextFileSync(other, "precious");
    for (
      const [make, remove] of [
        [() => Deno.symlinkSync(other, path), () => Deno.removeSync(path)],
        [() => Deno.linkSync(other, path), () => Deno.removeSync(path)],
        [() => Deno.mkdirSync(path), () => Deno.removeSync(path)],
      ] as const
    ) {
      make();
      file.append("lost");
      remove();
      file.append("kept");
      Deno.removeSync(path);
    }
    assert.equal(Deno.readTextFileSync(other), "precious");
    const failed = "failed: something that is no plain file of one name is there";
    assert.deepEqual(reports, Array.from({ length: 3 }, () => [failed, "works, 1 lost"]).flat());
  }));

Deno.test("log file: a disk that takes part of a line takes the rest; one that takes nothing costs the lines", () =>
  withLogFile(async ({ file, reports, text }) => {
    const { openSync } = Deno;
    const short = (path: string | URL, options?: Deno.OpenOptions) => {
      const real = openSync(path, options);
      return Object.assign(Object.create(real), {
        writeSync: (bytes: Uint8Array) => real.writeSync(bytes.subarray(0, 2)),
        [Symbol.dispose]: () => real.close(),
      }) as Deno.FsFile;
    };
    await withDeno({ openSync: short as never }, () => file.append("a long line"));
    assert.equal(text(), "a long line\n");
    await withDeno({
      openSync: () => {
        throw systemError("ENOSPC");
      },
    }, () => {
      file.append("lost");
      file.append("lost, too");
    });
    file.append("kept");
    assert.deepEqual(reports, ["failed: ENOSPC", "works, 2 lost"]);
    assert.equal(text(), "a long line\nkept\n");
    await withDeno({
      openSync: () => {
        throw new TypeError("bug");
      },
    }, () => assert.throws(() => file.append("x"), TypeError));
  }));

const SUMMARY: RecordingSummary = {
  id: 1,
  provider: "codex",
  session: "s",
  kind: "record",
  rule: null,
  redacted: {},
  destination: "/exports/a.md",
  active: true,
  whole: true,
  next: 3,
  readTo: 10,
  until: null,
  file: null,
  size: 7,
  events: 3,
  written: "then",
  goesOn: "next",
  isFollowed: false,
  inherits: null,
  follows: null,
};

Deno.test("status: what is said of a recording", () => {
  const table: [Partial<RecordingSummary>, string | null, string, number][] = [
    [{}, null, "active", 5],
    [{ until: 4 }, null, "stopping", 5],
    [{ follows: 2 }, null, "waiting", 5],
    [{ follows: 2, until: 4 }, "full", "blocked", 5],
    [{}, "full", "blocked", 5],
    [{ active: false }, "full", "stopped", 0],
    [{ active: false, kind: "export" }, null, "done", 0],
    [{ kind: "automatic", rule: 2 }, null, "active", 5],
    [{ redacted: { jwt: 2 } }, null, "active", 5],
    // Its log is gone.
    [{ events: 0 }, null, "active", 5],
  ];
  for (const [own, problem, state, lag] of table) {
    assert.deepEqual(
      describeRecording({ ...SUMMARY, ...own }, problem, { behind: () => 5, isGone: () => own.events === 0 }),
      {
        provider: "codex",
        session: "s",
        destination: "/exports/a.md",
        kind: own.kind ?? "record",
        rule: own.rule ?? null,
        state,
        problem,
        events: own.events ?? 3,
        bytes: 7,
        lag,
        written: "then",
        goesOn: "next",
        redacted: own.redacted ?? {},
        ...(own.events === 0 ? { gone: true } : {}),
      },
    );
  }
});

Deno.test("status: what is said of a provider", () => {
  const described = describeProvider({
    plan: { provider: "codex", roots: ["/logs"] },
    follow: { counts: () => ({ sessions: 3, followed: 2, quarantined: ["s"] }) },
    sources: { quarantined: () => ["/logs/bad"] },
    state: "polling",
    missing: ["/gone"],
  }, [{ kind: "k", what: "w", count: 1 }]);
  assert.deepEqual(described, {
    provider: "codex",
    roots: ["/logs"],
    missing: ["/gone"],
    state: "polling",
    sessions: 3,
    followed: 2,
    quarantined: ["s", "/logs/bad"],
    troubles: [{ kind: "k", what: "w", count: 1 }],
  });
});

const FIXED: StatusSource["fixed"] = {
  version: "1",
  pid: 1,
  started: "then",
  host: "threads",
  kernelSandbox: false,
  kernelMissing: [],
  policy: { version: 1, hash: "h" },
};

Deno.test("status file: changes are gathered, the latest few are shown, and a disk that says no is tried again", () =>
  withFolder(async (folder) => {
    const path = `${folder}/status.json`;
    const failures: string[] = [];
    let writes = 0;
    const waiting = Array.from({ length: 30 }, (_, n) => ({
      provider: "codex" as const,
      session: `s${n}`,
      since: "then",
      why: "full",
    }));
    const status = createStatusFile(path, {
      fixed: FIXED,
      providers: () => {
        writes += 1;
        return [];
      },
      recordings: () => [],
      waiting: () => waiting,
      failed: (problem) => void failures.push(problem),
    });
    const read = () => JSON.parse(Deno.readTextFileSync(path));
    status.write("running");
    assert.equal(read().state, "running");
    for (let n = 0; n < 25; n += 1) {
      status.error(`e${n}`);
      status.deny({ session: null, command: null, reason: "r", message: `d${n}` });
    }
    assert.equal(writes, 1, "not at each change");
    await until("it is written", () => writes === 2);
    const { errors, denials, state, waiting: shown } = read();
    assert.deepEqual([
      errors.length,
      errors[0].message,
      denials.length,
      denials[0].message,
      state,
      shown.length,
    ], [
      20,
      "e24",
      20,
      "d24",
      "running",
      20,
    ]);
    await withDeno({
      renameSync: () => {
        throw systemError("EROFS");
      },
    }, () => {
      status.write("stopping");
      status.write();
      assert.deepEqual(failures, ["EROFS"]);
    });
    await until("it is tried again", () => read().state === "stopping");
    await withDeno({
      renameSync: () => {
        throw systemError("EROFS");
      },
    }, () => status.write());
    assert.equal(failures.length, 2, "it had worked in between");
    status.close();
    status.touch();
    status.write("stopped");
    assert.equal(read().state, "stopped");
  }));

Deno.test("status file: troubles are counted by kind and name, a provider's beside another's", () =>
  withFolder((folder) => {
    const status = createStatusFile(`${folder}/status.json`, {
      fixed: FIXED,
      providers: () => [],
      recordings: () => [],
      waiting: () => [],
      failed: () => {},
    });
    status.trouble("codex", "unknown-record", "a", 2);
    status.trouble("codex", "unknown-record", "a", 3);
    status.trouble("codex", "malformed-line", "a", 1);
    status.trouble("gemini", "unknown-record", "a", 7);
    status.close();
    assert.deepEqual(status.troubles("codex"), [
      { kind: "unknown-record", what: "a", count: 5 },
      { kind: "malformed-line", what: "a", count: 1 },
    ]);
    assert.deepEqual(status.troubles("gemini"), [{ kind: "unknown-record", what: "a", count: 7 }]);
    assert.deepEqual(status.troubles("claude-code"), []);
  }));
