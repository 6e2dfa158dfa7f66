import assert from "node:assert/strict";
import { type DaemonState, readDaemonState } from "../../src/cli/daemon_state.ts";
import { placesOf } from "../../src/settings/places.ts";
import { until } from "../daemon/stage/until.ts";
import { checkoutOnly, KATO } from "../installed.ts";
import { onlyWith } from "../needs.ts";
import { conversation, keepLog, SESSION_A } from "./stage/logs.ts";
import { makeHome, type Place } from "./stage/run_line.ts";
import { runProcess, startProcess } from "./stage/run_process.ts";

/** The daemon as `deno task kato daemon` or an installed `kato daemon` runs it. */
interface Service extends AsyncDisposable {
  readonly runner: Deno.ChildProcess;
  readonly err: Promise<string>;
  /** null while no daemon is ready. */
  pid(): number | null;
  /** The runner's exit status. */
  stop(): Promise<number>;
}

async function startDaemon(place: Place): Promise<Service> {
  const runner = startProcess(["daemon"], place);
  const err = new Response(runner.stderr).text();
  void runner.stdout.cancel();
  const service: Service = {
    runner,
    err,
    pid: () => readyPid(readDaemonState(place.home)),
    async stop() {
      runner.kill("SIGTERM");
      return (await runner.status).code;
    },
    async [Symbol.asyncDispose]() {
      try {
        runner.kill("SIGTERM");
      } catch {
        // It has ended.
      }
      await runner.status;
    },
  };
  await until("the daemon is ready", service.pid);
  return service;
}

function readyPid({ running, status }: DaemonState): number | null {
  return running && status?.state === "running" ? status.pid : null;
}

Deno.test("kato record, stop and status speak with the daemon that deno task kato daemon runs", async () => {
  using home = makeHome();
  keepLog(home.home, SESSION_A, conversation(SESSION_A));
  await using daemon = await startDaemon(home);

  const captured = await runProcess("capture 5d8 beans.md", home);
  assert.deepEqual([captured.status, captured.err], [0, ""]);
  const path = `${placesOf(home.home).exports}/beans.md`;
  await until(
    "the session so far is written",
    () => exists(path) && Deno.readTextFileSync(path).includes("They are planted."),
  );

  const denied = await runProcess("capture 5d8 ~/beans.md", home);
  assert.equal(denied.status, 77);
  assert.match(denied.err, /^kato: Denied \(outside-roots\): /);

  await until("the denial is told", () => readDaemonState(home.home).status?.denials.length === 1);
  const status = await runProcess("status", home);
  assert.equal(status.status, 0);
  assert.match(status.out, /is running[^]*5d8aa099 {2}active .*beans\.md[^]*Latest denials[^]*outside-roots/);
  assert.match((await runProcess("sessions", home)).out, /^● 5d8aa099/m);

  assert.equal((await runProcess("stop 5d8", home)).status, 0);
  await until(
    "the recording is over",
    () => readDaemonState(home.home).status?.recordings.every(({ state }) => state === "stopped"),
  );
  assert.equal(await daemon.stop(), 0);
  assert.equal((await runProcess("status", home)).status, 69);
  assert.match(
    await daemon.err,
    KATO === null ? /^kato: a checkout has no kernel sandbox[^]*stopped/ : /stopped/,
  );
});

const RESTARTED = "deno task kato daemon starts the daemon again when its runtime dies";
const BY_SYSTEMD = checkoutOnly("an installed daemon that dies is started again by systemd");

Deno.test(onlyWith(RESTARTED, BY_SYSTEMD), async () => {
  using home = makeHome();
  await using daemon = await startDaemon(home);
  const first = daemon.pid() ?? assert.fail();
  Deno.kill(first, "SIGABRT");
  await until("another daemon is ready", () => ![null, first].includes(daemon.pid()));
  assert.equal(await daemon.stop(), 0);
});

Deno.test("a second daemon is refused", async () => {
  using home = makeHome();
  await using _daemon = await startDaemon(home);
  const second = await runProcess("daemon", home);
  assert.equal(second.status, 1);
  assert.match(second.err, /a daemon is running already/);
});

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
