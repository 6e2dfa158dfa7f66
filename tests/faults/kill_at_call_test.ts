/**
 * Exactly once, at every step: the daemon is killed before its first system call that changes a file, then before a later
 * one, and so on, while it starts, obeys commands and records. At the end each file is that of a run without a kill.
 * KATO_KILL_CALLS=all kills before each call; without it the kills are spread over them.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { verifyAudit } from "../../src/audit/verify.ts";
import { append, createRows } from "../daemon/stage/claude_rows.ts";
import { type Daemon, makeHome, startDaemon, type TestHome } from "../daemon/stage/harness.ts";
import { until } from "../daemon/stage/until.ts";
import { onlyWith } from "../needs.ts";
import { tried } from "../tried.ts";
import { createFaults, NEEDS } from "./injector.ts";

/** Kills of one run. */
const KILLS = Deno.env.get("KATO_KILL_CALLS") === "all" ? Infinity : 8;

const commandsOf = (round: number) => ["::stop", "::record notes.md", `::export round-${round}.md`];

/** Starts once, so that what comes later is no history. */
async function begin(home: TestHome): Promise<void> {
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  assert.equal(await daemon.stop(), 0);
}

async function finish(daemon: Daemon, rounds: number): Promise<void> {
  await daemon.whenRecording("notes.md", "stopped");
  for (let round = 0; round < rounds; round += 1) await daemon.whenRecording(`round-${round}.md`, "done");
  assert.equal(await daemon.stop(), 0);
}

function filesOf(home: TestHome): Record<string, string> {
  const names = [...Deno.readDirSync(home.exports)].map(({ name }) => name).sort();
  return Object.fromEntries(names.map((name) => [name, home.readExport(name)]));
}

async function runUndisturbed(session: string, texts: readonly string[], rounds: number) {
  await using home = await makeHome();
  await begin(home);
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  for (const text of texts) append(home.log(session), text);
  await finish(daemon, rounds);
  return filesOf(home);
}

/** Each command was carried out once. It may be on record twice, if a kill fell between record and effect. */
function checkCommands(home: TestHome, typed: readonly string[]): number {
  using database = new DatabaseSync(home.places.database, { readOnly: true });
  const count = (sql: string) => Number(database.prepare(sql).get()?.["n"]);
  assert.equal(count("SELECT count(*) AS n FROM commands WHERE place >= 0"), typed.length);
  assert.equal(count("SELECT count(*) AS n FROM deliveries"), 0);
  const records = home.audit().filter(({ event }) => event === "command");
  assert.ok(records.every(({ decision }) => decision === "allow"));
  for (const line of new Set(typed)) {
    const asked = typed.filter((other) => other === line).length;
    assert.ok(records.filter(({ command }) => command === line).length >= asked, line);
  }
  return records.length - typed.length;
}

Deno.test(
  onlyWith(
    "faults: a kill before any call that changes a file loses nothing, and does nothing twice",
    ...NEEDS,
  ),
  async () => {
    using faults = createFaults();
    await using home = await makeHome();
    await begin(home);
    const rows = createRows();
    const texts: string[] = [];
    const typed: string[] = [];
    function say(...more: readonly string[]): void {
      texts.push(...more);
      append(home.log(rows.session), ...more);
    }
    function command(line: string): void {
      typed.push(line);
      say(rows.user(`${line}\nand what I wrote with it`));
    }
    command("::capture notes.md");

    /** True when it was killed before call number `call`. */
    async function isKilled(round: number, call: number): Promise<boolean> {
      for (const line of commandsOf(round)) {
        say(rows.assistant(`answer ${round}, then ${line}`));
        command(line);
      }
      faults.arm({ folder: home.places.base, from: call, to: call, how: "kill" });
      await using daemon = startDaemon(home, { env: faults.env });
      let ended = false;
      void daemon.exit.then(() => ended = true);
      const isOver = () =>
        home.status()?.recordings.some(({ destination, state }) =>
          destination.endsWith(`/round-${round}.md`) && state === "done"
        );
      await until(`round ${round} is killed or over`, () => ended || isOver(), {
        saw: () => `${daemon.said()}\n${JSON.stringify(home.status(), null, 1)}\n${faults.count()}`,
      });
      return ended;
    }

    let rounds = 1;
    assert.ok(!await isKilled(0, 1_000_000));
    const total = faults.count();
    const killed = new Map<string, number>();
    for (let call = 1; call <= total; call += Math.max(1, Math.ceil(total / KILLS)), rounds += 1) {
      if (!await isKilled(rounds, call)) continue;
      const hit = faults.hit(home.path);
      killed.set(hit, (killed.get(hit) ?? 0) + 1);
    }
    assert.ok(killed.size > 1, "calls of several kinds");
    command("::stop");
    {
      await using daemon = startDaemon(home);
      await daemon.whenUp();
      await finish(daemon, rounds);
    }
    assert.deepEqual(filesOf(home), await runUndisturbed(rows.session, texts, rounds));
    const chain = verifyAudit(home.places.logs);
    assert.equal(chain.broken, null);
    const twice = checkCommands(home, typed);
    const calls = [...killed].sort().map(([what, times]) => `${what} ${times}`).join(", ");
    tried(
      `${
        rounds - 1
      } kills at a named call: ${calls}; ${typed.length} commands, ${twice} recorded twice, ${chain.torn} torn records`,
    );
  },
);
