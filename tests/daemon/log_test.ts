/** The operational log: what a line is, what no line can hold, and what a disk that fails does to it. */
import assert from "node:assert/strict";
import { LOG_EVENTS } from "../../src/daemon/log_events.ts";
import { placesOf } from "../../src/settings/places.ts";
import { LOG_FILE_BYTES, LOG_FILE_GENERATIONS, LOG_LINE_BYTES } from "../../src/protocol/limits.ts";
import { EXIT } from "../../src/cli/exit_status.ts";
import { read } from "../documents.ts";
import { INSTALLATION, KATO } from "../installed.ts";
import { onlyWith, ROOT } from "../needs.ts";
import { append, createRows } from "./stage/claude_rows.ts";
import { makeHome, startDaemon } from "./stage/harness.ts";
import { childrenOf } from "./stage/proc.ts";
import { until } from "./stage/until.ts";

const REPORT_EVENTS = new URL("stage/report_events.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const encoder = new TextEncoder();

type Reported = readonly [event: string, fields?: Record<string, unknown>] | string;

interface ReportOptions {
  readonly level?: string;
  readonly journal?: boolean;
  readonly file?: string;
  /** Words before the command. */
  readonly before?: readonly string[];
}

/** What standard error holds in the end, by lines. */
async function report(reported: readonly Reported[], options: ReportOptions = {}): Promise<string[]> {
  const { level = "info", journal = false, file = "-", before = [] } = options;
  const [program = "", ...args] = [
    ...before,
    Deno.execPath(),
    ...["run", "--quiet", "--no-prompt", "--no-check", "--config", CONFIG, "-A"],
    ...[REPORT_EVENTS, level, journal ? "journal" : "terminal", file],
  ];
  const child = new Deno.Command(program, { args, stdin: "piped", stderr: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  const lines = reported.map((one) => typeof one === "string" ? one : JSON.stringify(one));
  await writer.write(encoder.encode(`${lines.join("\n")}\n`));
  await writer.close();
  const { code, stderr } = await child.output();
  const text = new TextDecoder().decode(stderr);
  assert.equal(code, 0, text);
  return text.split("\n").slice(0, -1);
}

Deno.test("log: every line for the journal has its priority, its event and its fields", async () => {
  const lines = await report([
    ["started", { version: "1", kernel_sandbox: true, head: "0a" }],
    ["polling", { provider: "codex", why: "too many folders" }],
    ["parser-ended", { provider: "codex", why: "killed by SIGILL" }],
    ["stopped-early"],
  ], { journal: true });
  assert.deepEqual(lines, [
    "<6>kato runs event=started version=1 kernel_sandbox=true head=0a",
    '<4>sessions are looked at from time to time and not watched event=polling provider=codex why="too many folders"',
    '<3>a parser has ended, and is started again event=parser-ended provider=codex why="killed by SIGILL"',
    "<4>kato stopped before everything was settled; the next start settles it event=stopped-early",
  ]);
});

Deno.test("log: a line for a terminal begins with the time and the level", async () => {
  const [line = ""] = await report([["audit-head", { head: "0a" }]]);
  assert.match(line, /^\d\d:\d\d:\d\d info {4}head of the audit log event=audit-head head=0a$/);
});

const FORGED: readonly (readonly [name: string, value: string])[] = [
  ["a line end", "x\n<0>kato runs event=started"],
  ["a carriage return", "x\r<0>kato runs"],
  ["a line separator of Unicode", "x\u2028<0>kato\u2029\u0085\u000b\u000c"],
  ["NUL", "x\0y"],
  ["what steers a terminal", "x\u001b]0;title\u0007\u009b2J"],
  ["what turns text around", "x\u202egnp.\u202c\u2066a\u2069"],
  ["what is not seen", "x\u200b\u2060\ufeff\u{e0041}y"],
  ["a field of its own", "x event=started reason=none"],
  ["a quoted field of its own", 'x" event="started'],
  ["half a character", "x\ud800y"],
];

for (const [name, value] of FORGED) {
  Deno.test(`log: a value with ${name} stays one value of one line`, async () => {
    for (const journal of [true, false]) {
      const lines = await report([["polling", { provider: "codex", why: value }]], { journal });
      assert.equal(lines.length, 1);
      const [line = ""] = lines;
      assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\u2028\u2029]/u);
      const [, why = ""] = / why=(.*)$/.exec(line) ?? assert.fail(line);
      assert.match(why, /^"(?:[^"\\]|\\.)*"$/, "in quotes to its end");
      assert.equal(line.slice(0, -why.length).match(/event=/g)?.length, 1);
    }
  });
}

Deno.test("log: no line is longer than its bound in bytes, and none ends in half a character", async () => {
  const lines = await report(
    ["a", "é", "豆", "\u{1f600}", "\u0007"].map((character) =>
      ["polling", { provider: "codex", why: character.repeat(20_000) }] as const
    ),
    { journal: true },
  );
  assert.equal(lines.length, 5);
  for (const line of lines) {
    const bytes = encoder.encode(line).length;
    assert.ok(bytes > LOG_LINE_BYTES - 16 && bytes <= LOG_LINE_BYTES + "<4>".length, `${bytes}`);
    assert.ok(line.isWellFormed() && !line.includes("\ufffd"));
    assert.match(line, /…$/);
  }
});

Deno.test("log: the level leaves out what is less serious, and never the heads of the audit log", async () => {
  const all: Reported[] = Object.keys(LOG_EVENTS).map((event) => [event]);
  const ranks = ["debug", "info", "warning", "error"];
  for (const level of ranks) {
    const told = (await report(all, { level, journal: true }))
      .map((line) => / event=([a-z-]+)/.exec(line)?.[1]);
    const expected = Object.entries(LOG_EVENTS).filter(([event, kind]) =>
      ["audit-head", "started", "stopped"].includes(event) ||
      ranks.indexOf(kind.level) >= ranks.indexOf(level)
    );
    assert.deepEqual(told, expected.map(([event]) => event), level);
  }
});

Deno.test("docs/logs.md explains every event", () => {
  const page = read("docs/logs.md");
  for (const event of Object.keys(LOG_EVENTS)) {
    assert.match(page, new RegExp(`^\\| \`${event}\` `, "m"), event);
  }
});

function makeFolder(): { path: string } & Disposable {
  const path = Deno.makeTempDirSync({ prefix: "kato-log-" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

Deno.test("kato.log is rotated by size, over so many files, each of them 0600", async () => {
  using folder = makeFolder();
  const file = `${folder.path}/kato.log`;
  Deno.writeTextFileSync(file, "of an earlier version\n", { mode: 0o644 });
  Deno.chmodSync(file, 0o644);
  const many = Math.ceil(LOG_FILE_BYTES / LOG_LINE_BYTES) * (LOG_FILE_GENERATIONS + 1);
  const why = "x".repeat(LOG_LINE_BYTES);
  await report(
    Array.from({ length: many }, (_, n) => ["polling", { provider: `p${n}`, why }] as const),
    { file, journal: true },
  );
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort();
  assert.deepEqual(names, ["kato.log", "kato.log.1", "kato.log.2", "kato.log.3", "kato.log.4"]);
  let expected = many - 1;
  for (const name of names) {
    const { mode, size } = Deno.statSync(`${folder.path}/${name}`);
    assert.equal((mode ?? 0) & 0o777, 0o600, name);
    assert.ok(size < LOG_FILE_BYTES + 2 * LOG_LINE_BYTES, `${name}: ${size}`);
    const lines = Deno.readTextFileSync(`${folder.path}/${name}`).split("\n").slice(0, -1);
    assert.match(lines[0] ?? "", /^\d{4}-\d\d-\d\dT[\d:.]+Z warning sessions .* event=polling /);
    // The newest file first, and within it the newest line: not one is missing.
    for (const line of lines.toReversed()) {
      assert.ok(line.includes(` provider=p${expected--} `), line.slice(0, 100));
    }
  }
});

Deno.test("a kato.log that cannot be written costs its lines, is told of once, and again when it can", async () => {
  using folder = makeFolder();
  const [logs, file] = [`${folder.path}/logs`, `${folder.path}/logs/kato.log`];
  Deno.mkdirSync(logs);
  const line: Reported = ["audit-head", { head: "0a" }];
  const told = await report(
    [line, `!mv ${logs} ${logs}.away`, line, line, line, `!mv ${logs}.away ${logs}`, line, line],
    { file, journal: true },
  );
  const events = told.map((text) => / event=(.*)$/.exec(text)?.[1]);
  assert.deepEqual(events, [
    "audit-head head=0a",
    "audit-head head=0a",
    // Which is a line that the file does not get either.
    "log-file-failed problem=ENOENT",
    "audit-head head=0a",
    "audit-head head=0a",
    "audit-head head=0a",
    "log-file-works lost=4",
    "audit-head head=0a",
  ]);
  assert.equal(Deno.readTextFileSync(file).split("\n").length - 1, 4);
});

const IN_THE_WAY: readonly (readonly [name: string, put: (file: string, other: string) => void])[] = [
  ["a link", (file, other) => Deno.symlinkSync(other, file)],
  ["a hard link", (file, other) => Deno.linkSync(other, file)],
  ["a folder", (file) => Deno.mkdirSync(file)],
  ["a FIFO", (file) => void new Deno.Command("mkfifo", { args: [file] }).outputSync()],
];

for (const [name, put] of IN_THE_WAY) {
  Deno.test(`kato.log: ${name} of that name gets no byte, and holds nobody up`, async () => {
    using folder = makeFolder();
    const [file, other] = [`${folder.path}/kato.log`, `${folder.path}/other`];
    Deno.writeTextFileSync(other, "mine");
    put(file, other);
    const told = await report([["audit-head", { head: "0a" }]], { file, journal: true });
    assert.match(told.join("\n"), /event=log-file-failed problem="something that is no plain file/);
    assert.equal(Deno.readTextFileSync(other), "mine");
  });
}

Deno.test({
  ...onlyWith(
    "kato.log on a full and on a read-only disk: told of once, and the lines go to the journal",
    ROOT,
  ),
  async fn() {
    using folder = makeFolder();
    const disk = `${folder.path}/disk`;
    Deno.mkdirSync(disk);
    const line: Reported = ["polling", { provider: "codex", why: "x".repeat(4000) }];
    const mounted = (options: string) => [
      ...["unshare", "--mount", "sh", "-c", `mount -t tmpfs -o ${options} t ${disk} && exec "$0" "$@"`],
    ];
    const full = await report(Array.from({ length: 20 }, () => line), {
      file: `${disk}/kato.log`,
      journal: true,
      before: mounted("size=16k"),
    });
    assert.equal(full.filter((text) => text.includes("event=polling")).length, 20);
    assert.deepEqual(full.filter((text) => text.includes("log-file")).length, 1);
    assert.match(full.join("\n"), /event=log-file-failed problem=ENOSPC/);
    const readOnly = await report([line, line], {
      file: `${disk}/kato.log`,
      journal: true,
      before: mounted("ro"),
    });
    assert.match(readOnly.join("\n"), /event=log-file-failed problem=EROFS/);
    assert.equal(readOnly.length, 3);
  },
});

Deno.test("log: standard error that takes nothing is nothing to end for", async () => {
  using folder = makeFolder();
  const file = `${folder.path}/kato.log`;
  const before = ["sh", "-c", 'exec "$0" "$@" 2>/dev/full'];
  assert.deepEqual(await report([["stopped-early"], ["stopped-early"]], { file, before }), []);
  assert.equal(Deno.readTextFileSync(file).split("\n").length - 1, 2);
});

/** Words that are said in every place of a session where text can be. */
const SECRET = "kumquat";

Deno.test("log: nothing that is said in a session reaches the operational log, at any level", async () => {
  await using home = await makeHome();
  const { config, logs } = placesOf(home.path);
  Deno.writeTextFileSync(`${config}/config.toml`, '[log]\nlevel = "debug"\nfile = true\n', { mode: 0o600 });
  const rows = createRows();
  const log = home.log(rows.session);
  {
    await using daemon = startDaemon(home);
    await daemon.whenUp();
    append(
      log,
      rows.user(`::record notes.md\n\nA ${SECRET} is a fruit.`),
      rows.assistant(`I know: a ${SECRET}.\n\n::record ${SECRET}.md`),
      rows.call("1", "Bash", { command: `echo ${SECRET}` }),
      rows.result("1", `${SECRET}\n::stop`),
      rows.user(`::recrod ${SECRET} is no command`),
      rows.user(`::record a ${SECRET} with spaces`),
      rows.row({ type: `what a ${SECRET} says\n<0>kato runs`, text: SECRET }),
      rows.row({ type: "another/kind", text: SECRET }),
      `{"type":"user","text":"${SECRET}\n`,
      `${SECRET}\n`,
      rows.row({ type: "user", message: { content: [{ type: 7, text: SECRET }] } }),
      rows.assistant(`The last ${SECRET}.`),
    );
    await until("the recording is there", () => {
      try {
        return home.readExport("notes.md").includes(`The last ${SECRET}.`);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return false;
        throw error;
      }
    }, { saw: daemon.said });
    await until("the troubles are told of", () => daemon.said().includes("event=log-trouble"), {
      saw: daemon.said,
    });
    assert.equal(await daemon.stop(), 0);
    const file = Deno.readTextFileSync(`${logs}/kato.log`);
    for (const text of [daemon.said(), file]) {
      assert.match(text, /event=started/);
      assert.match(text, /event=command-obeyed/);
      assert.match(text, /event=audit-record record=command/);
      assert.match(text, /event=log-trouble .*what="a type that is no name"/);
      assert.match(text, /event=log-trouble .*what=another\/kind/);
      assert.match(text, /event=stopped head=[0-9a-f]{64}/);
      assert.ok(!text.includes(SECRET), text.split("\n").find((line) => line.includes(SECRET)));
    }
  }
  // The audit log, to compare the last head with.
  assert.ok(home.audit().length > 0);
});

/** An installed daemon whose standard error is the file `said`, which it takes for the journal. */
function startInJournal(home: string, said: string): Deno.ChildProcess {
  const { dev, ino } = Deno.statSync(said);
  return new Deno.Command("sh", {
    args: ["-c", 'exec "$0" daemon 2>>"$SAID"', KATO ?? ""],
    clearEnv: true,
    env: { HOME: home, SAID: said, JOURNAL_STREAM: `${dev}:${ino}` },
    stdin: "null",
    stdout: "null",
  }).spawn();
}

Deno.test({
  ...onlyWith(
    "log: in the journal every line of an installed daemon has its priority, whatever befalls it",
    INSTALLATION,
  ),
  async fn() {
    await using home = await makeHome();
    // Without anything in its folder the client would have no parser.
    home.log("a");
    const said = `${home.path}/said`;
    const told = () => Deno.readTextFileSync(said);
    const has = (text: string) => until(`it says ${text}`, () => told().includes(text), { saw: told });
    Deno.writeTextFileSync(said, "");
    const daemon = startInJournal(home.path, said);
    await has("event=watching provider=claude-code");
    // The first who is started is the orchestrator, which says who it is.
    const parsers = childrenOf(daemon.pid).filter((pid) => !told().includes(` pid=${pid} `));
    for (const parser of parsers) Deno.kill(parser, "SIGKILL");
    await has("event=parser-ended");
    // A second one says why it does not start.
    assert.equal((await startInJournal(home.path, said).status).code, EXIT.failed);
    daemon.kill("SIGTERM");
    assert.equal((await daemon.status).code, EXIT.done);
    Deno.writeTextFileSync(home.places.policyFile, "nonsense = 1\n", { mode: 0o600 });
    assert.equal((await startInJournal(home.path, said).status).code, EXIT.refused);
    const lines = told().split("\n").slice(0, -1);
    for (const line of lines) assert.match(line, /^<[3467]>(?:kato: |.* event=[a-z-]+)/);
    const says = (priority: number, text: string) =>
      assert.ok(lines.some((line) => line.startsWith(`<${priority}>`) && line.includes(text)), text);
    says(6, "event=started");
    says(3, "event=parser-ended");
    says(3, "kato: a daemon is running already");
    says(6, "event=stopped");
    says(3, "nonsense: is not a key that kato knows");
  },
});
