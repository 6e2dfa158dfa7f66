/** What only an installed daemon has: a monitor, and roles as processes that the kernel confines. */
import assert from "node:assert/strict";
import { INSTALLATION } from "../installed.ts";
import { onlyWith } from "../needs.ts";
import { CLIENTS, CODEX, findLogs, logOf } from "./stage/clients.ts";
import { startDaemon } from "./stage/harness.ts";
import { renderCapture } from "./stage/one_shot.ts";
import { childrenOf, parentOf, readProc } from "./stage/proc.ts";
import { readExport, setStage, type Stage, whenText } from "./stage/stage.ts";
import { until } from "./stage/until.ts";

const CAPTURE = "::capture notes.md";

/** The monitor, and every process that it started: by its script, and for a parser by what it may read. */
async function processesOf({ daemon }: Stage): Promise<ReadonlyMap<number, string>> {
  const { pid } = await daemon.whenStatus("it runs", ({ state }) => state === "running");
  const monitor = parentOf(pid);
  const lineOf = (pid: number) => readProc(`${pid}/cmdline`) ?? "";
  // A copy of the monitor looks through the installation, and ends soon.
  const roles = childrenOf(monitor).filter((child) => lineOf(child) !== lineOf(monitor));
  return new Map([monitor, ...roles].map((one) => [one, lineOf(one)]));
}

function pidOf(processes: ReadonlyMap<number, string>, ...words: readonly string[]): number {
  const found = [...processes].filter(([, line]) => words.every((word) => line.includes(word)));
  assert.equal(found.length, 1, `${words.join(" and ")}: ${found.length} processes`);
  return found[0]?.[0] ?? assert.fail();
}

Deno.test(
  onlyWith(
    "installed: every process of a running daemon is confined, and the status says what by",
    INSTALLATION,
  ),
  async () => {
    await using stage = await setStage();
    const { rows, say, log, daemon } = stage;
    say(rows.user(CAPTURE), rows.assistant("one"));
    await whenText(stage, "notes.md", renderCapture(log, CAPTURE));
    const { host, kernelSandbox, kernelMissing } = await daemon.whenStatus("it runs", () => true);
    assert.equal(host, "processes");
    assert.equal(kernelSandbox, !kernelMissing.includes("landlock") && !kernelMissing.includes("seccomp"));
    const processes = await processesOf(stage);
    assert.equal(processes.size, 4, "monitor, orchestrator, the parser of the one client in use, a writer");
    for (const [pid, line] of processes) {
      const status = readProc(`${pid}/status`) ?? "";
      assert.match(status, /^NoNewPrivs:\t1$/m, line);
      assert.match(status, /^CapEff:\t0+$/m, line);
      if (!kernelMissing.includes("seccomp")) assert.match(status, /^Seccomp:\t2$/m, line);
    }
    assert.equal(await daemon.stop(), 0);
  },
);

Deno.test(
  onlyWith(
    "installed: a client without a session has no process; one that comes later has its first command obeyed",
    INSTALLATION,
  ),
  async () => {
    await using stage = await setStage();
    const { home, daemon } = stage;
    const { providers } = await daemon.whenUp();
    assert.deepEqual(new Set(providers.map(({ state }) => state)), new Set(["unused"]));
    assert.equal((await processesOf(stage)).size, 2, "monitor and orchestrator");
    for (const [index, client] of CLIENTS.entries()) {
      const rows = client.createRows();
      const log = logOf(client, home, rows.session);
      const name = `${index}.md`;
      const capture = `::capture ${name}`;
      client.put(log, rows.user(capture));
      client.put(log, rows.assistant("one"));
      const logs = findLogs(client.provider, home, rows.session);
      const whole = () => readExport(home, name) === renderCapture(logs, capture);
      await until(`${client.name} is recorded`, whole, { saw: daemon.said });
    }
    assert.equal(await daemon.stop(), 0);
  },
);

Deno.test(
  onlyWith(
    "installed: a parser that is killed is started again; another provider's recording has no gap",
    INSTALLATION,
  ),
  async () => {
    await using stage = await setStage();
    const { rows, say, log, home, daemon } = stage;
    const thread = CODEX.createRows();
    const threadLog = logOf(CODEX, home, thread.session);
    const threadLogs = findLogs(CODEX.provider, home, thread.session);
    say(rows.user(CAPTURE));
    CODEX.put(threadLog, thread.user("::capture thread.md"));
    await daemon.whenRecording("notes.md");
    await daemon.whenRecording("thread.md");
    const before = await processesOf(stage);
    const killed = pidOf(before, "parser.js", ".codex/sessions");
    for (let count = 0; count < 20; count += 1) {
      if (count === 5) Deno.kill(killed, "SIGKILL");
      say(rows.assistant(`answer ${count}`));
      CODEX.put(threadLog, thread.assistant(`reply ${count}`));
    }
    await whenText(stage, "notes.md", renderCapture(log, CAPTURE));
    const whole = () => readExport(home, "thread.md") === renderCapture(threadLogs, "::capture thread.md");
    await until("the other recording is whole as well", whole, { saw: daemon.said });
    const after = await processesOf(stage);
    assert.notEqual(pidOf(after, "parser.js", ".codex/sessions"), killed);
    for (const words of [["orchestrator.js"], ["parser.js", ".claude/projects"]]) {
      assert.equal(pidOf(after, ...words), pidOf(before, ...words), `${words.join(" of ")} was left alone`);
    }
    const ended = home.audit().filter(({ event }) => event === "role-ended");
    assert.deepEqual(ended.map(({ provider }) => provider), ["codex"]);
    assert.match(ended[0]?.detail ?? "", /SIGKILL/);
    assert.equal(await daemon.stop(), 0);
  },
);

Deno.test(
  onlyWith(
    "installed: a monitor that was halted goes on where it was; each command is obeyed once, nothing is lost",
    INSTALLATION,
  ),
  async () => {
    await using stage = await setStage();
    const { rows, say, log, home, daemon } = stage;
    say(rows.user(CAPTURE), rows.assistant("one"));
    await whenText(stage, "notes.md", renderCapture(log, CAPTURE));
    const before = await processesOf(stage);
    const monitor = parentOf(pidOf(before, "orchestrator.js"));
    for (const turn of [1, 2, 3]) {
      // A writer that still writes what came before would go on without the monitor.
      await whenText(stage, "notes.md", renderCapture(log, CAPTURE));
      Deno.kill(monitor, "SIGSTOP");
      const held = readExport(home, "notes.md");
      say(rows.user(`::export all-${turn}.md`), rows.assistant(`turn ${turn} ${"x".repeat(200_000)}`));
      assert.equal(readExport(home, "notes.md"), held);
      Deno.kill(monitor, "SIGCONT");
      await daemon.whenRecording(`all-${turn}.md`, "done");
    }
    await whenText(stage, "notes.md", renderCapture(log, CAPTURE));
    const after = await processesOf(stage);
    for (const words of [["orchestrator.js"], ["parser.js"]]) {
      assert.equal(pidOf(after, ...words), pidOf(before, ...words), `${words.join()} was left alone`);
    }
    const obeyed = home.audit().filter(({ event }) => event === "command").map(({ command }) => command);
    assert.deepEqual(obeyed, [CAPTURE, ...[1, 2, 3].map((turn) => `::export all-${turn}.md`)]);
    assert.deepEqual(home.audit().filter(({ event }) => event === "role-ended"), []);
    assert.equal(await daemon.stop(), 0);
  },
);

Deno.test(
  onlyWith(
    "installed: a policy that is broken under a running daemon ends nothing before the next start, and loses nothing",
    INSTALLATION,
  ),
  async () => {
    await using stage = await setStage();
    const { rows, say, log, home } = stage;
    const { policyFile } = home.places;
    say(rows.user(CAPTURE), rows.assistant("one"));
    await whenText(stage, "notes.md", renderCapture(log, CAPTURE));
    Deno.writeTextFileSync(policyFile, "[destinations\nroots = 7\n", { mode: 0o600 });
    say(rows.assistant("the policy of the start holds"));
    await whenText(stage, "notes.md", renderCapture(log, CAPTURE));
    const written = home.readExport("notes.md");
    stage.daemon.signal("SIGHUP");
    assert.equal((await stage.daemon.exit).code, 75);
    say(rows.user("::export all.md"), rows.assistant("while it is broken"));
    {
      await using refused = startDaemon(home);
      assert.equal((await refused.exit).code, 78);
      await until("it names file and line", () => refused.said().includes(`${policyFile}:1`), {
        saw: refused.said,
      });
    }
    assert.equal(home.readExport("notes.md"), written);
    Deno.writeTextFileSync(policyFile, '[destinations]\nroots = ["~/.kato/exports"]\n');
    stage.daemon = startDaemon(home);
    await stage.daemon.whenRecording("all.md", "done");
    await whenText(stage, "notes.md", renderCapture(log, CAPTURE));
    const obeyed = home.audit().filter(({ event }) => event === "command").map(({ command }) => command);
    assert.deepEqual(obeyed, [CAPTURE, "::export all.md"]);
    assert.equal(await stage.daemon.stop(), 0);
  },
);

Deno.test(
  onlyWith(
    "installed: logs that were replaced end the daemon, to be started again with the new folder",
    INSTALLATION,
  ),
  async () => {
    await using stage = await setStage();
    const { rows, say, home, daemon } = stage;
    const { pid, kernelSandbox } = await daemon.whenStatus("it runs", ({ state }) => state === "running");
    if (!kernelSandbox) return;
    say(rows.user(CAPTURE), rows.assistant("one"));
    await daemon.whenRecording("notes.md");
    Deno.renameSync(home.places.logs, `${home.places.logs}.away`);
    Deno.mkdirSync(home.places.logs, { mode: 0o700 });
    say(rows.user("::stop\nenough"), rows.user("SECRET"));
    // As systemd starts it again.
    await daemon.whenRecording("notes.md", "stopped");
    await daemon.whenStatus("it is another process", (status) => status.pid !== pid);
    assert.ok(!readExport(home, "notes.md").includes("SECRET"));
    assert.ok(home.audit().some(({ command }) => command === "::stop"));
  },
);
