/**
 * Exactly once, whatever ends the daemon: it is killed hundreds of times, at random moments of starting, reading and
 * writing, while logs of every client grow and commands are typed; at the end every file is byte for byte that of a run without a
 * kill, and every command was carried out once. Scenario 2. KATO_KILL_ROUNDS says how often the first clients' homes are
 * killed together (200).
 */
import assert from "node:assert/strict";
import { dirname } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { verifyAudit } from "../../src/audit/verify.ts";
import {
  CLAUDE,
  type Client,
  CLIENTS,
  CODEX,
  commandWith,
  GEMINI,
  GEMINI_DOCUMENT,
} from "./stage/clients.ts";
import { feedDocument, feedLines, isDocument } from "./stage/fed_logs.ts";
import { type Daemon, makeHome, startDaemon, type TestHome } from "./stage/harness.ts";
import { createRandom, type Random } from "./stage/random.ts";
import { pause } from "./stage/until.ts";
import { tried } from "../tried.ts";

const ROUNDS = Number(Deno.env.get("KATO_KILL_ROUNDS") ?? "200");

/** A home that is tormented beside the others. */
interface World {
  readonly seed: number;
  readonly clients: readonly Client[];
  readonly kills: number;
}

const FIRST: readonly Client[] = [CLAUDE, CODEX, GEMINI, GEMINI_DOCUMENT];
const FURTHER = CLIENTS.filter((client) => !FIRST.includes(client));

/** The further clients take the same ways through the daemon, so fewer kills try them. */
const WORLDS: readonly World[] = [
  { seed: 101, clients: FIRST, kills: Math.ceil(ROUNDS / 2) },
  { seed: 102, clients: FIRST, kills: Math.ceil(ROUNDS / 2) },
  { seed: 103, clients: FURTHER, kills: Math.ceil(ROUNDS / 5) },
];
const KILLS = WORLDS.reduce((sum, { kills }) => sum + kills, 0);

interface Session {
  readonly session: string;
  /** Its logs, one after another. */
  readonly logs: readonly { readonly path: (home: string) => string; readonly text: string }[];
  /** Every command line in it. */
  readonly commands: readonly string[];
  /** The files that it is recorded into. */
  readonly files: readonly string[];
}

/** A talk with tools, in which the person starts, stops, resumes, exports, and goes back. */
function writeSession(client: Client, name: string, turns: number, random: Random): Session {
  let rows = client.createRows();
  const { session } = rows;
  let path = (home: string) => client.pathOf(home, session);
  let texts: string[] = [];
  const logs: { path: (home: string) => string; text: string }[] = [];
  const commands: string[] = [];
  const files = new Set<string>();
  function command(line: string, file: string): void {
    commands.push(line);
    files.add(file);
    texts.push(...commandWith(client, rows, line, "and what I wrote with it"));
  }
  function goBack(): void {
    const back = client.goBack?.(rows);
    if (back === undefined) return;
    rows = back.rows;
    texts.push(back.text);
    const { file } = back;
    if (file === undefined) return;
    logs.push({ path, text: client.join(texts) });
    texts = [];
    path = (home) => `${dirname(client.pathOf(home, session))}/${file}`;
  }
  command(`::capture ${name}.md`, `${name}.md`);
  for (let turn = 0; turn < turns; turn += 1) {
    texts.push(rows.user(`question ${turn}\n\n${"why ".repeat(random.between(1, 40))}`));
    if (random.next() < 0.5) {
      texts.push(rows.call(`${name}-${turn}`, "Bash", { command: `ls ${turn}` }));
      texts.push(rows.result(`${name}-${turn}`, "file\n".repeat(random.between(1, 60))));
    }
    texts.push(rows.assistant(`answer ${turn}\n\n${"because ".repeat(random.between(1, 300))}`));
    if (turn % 8 === 3) command(`::export ${name}-${turn}.md`, `${name}-${turn}.md`);
    if (turn % 8 === 5) command("::stop", `${name}.md`);
    if (turn % 8 === 7) command(`::record ${name}.md`, `${name}.md`);
    if (turn % 32 === 20) goBack();
  }
  command("::stop", `${name}.md`);
  logs.push({ path, text: client.join(texts) });
  return { session, logs, commands, files: [...files] };
}

/** One session of each client; a document, which is written whole each time, is shorter. */
function writeSessions(clients: readonly Client[], turns: number, random: Random): Session[] {
  return clients.map((client, index) =>
    writeSession(client, `s${index}`, client === GEMINI_DOCUMENT ? turns >> 2 : turns, random)
  );
}

/** Takes the steps of all sessions in an order that chance decides, one at each call. */
function createFeeder(home: TestHome, sessions: readonly Session[], pieces: number, random: Random) {
  const queues = sessions.map(({ logs }) =>
    logs.flatMap(({ path, text }) => {
      const log = isDocument(text) ? feedDocument(path(home.path), text) : feedLines(path(home.path), text);
      return log.steps(Math.ceil(pieces / logs.length), random);
    })
  );
  return {
    left: () => queues.reduce((sum, steps) => sum + steps.length, 0),
    feed() {
      const open = queues.filter((steps) => steps.length > 0);
      if (open.length > 0) random.pick(open).shift()?.();
    },
  };
}

/** Deliveries that a kill left open, seen in a copy of the state, which stays as the kill left it. */
function countOpenDeliveries(home: TestHome): number {
  const copy = Deno.makeTempDirSync();
  try {
    for (const end of ["", "-wal"]) {
      Deno.copyFileSync(`${home.places.database}${end}`, `${copy}/kato.db${end}`);
    }
    const database = new DatabaseSync(`${copy}/kato.db`);
    try {
      return Number(database.prepare("SELECT count(*) AS n FROM deliveries").get()?.["n"]);
    } finally {
      database.close();
    }
  } catch {
    // Killed before there was a state.
    return 0;
  } finally {
    Deno.removeSync(copy, { recursive: true });
  }
}

async function finish(daemon: Daemon, sessions: readonly Session[]): Promise<void> {
  await daemon.whenUp();
  const files = sessions.flatMap((session) => session.files);
  await daemon.whenStatus(
    "every recording is over",
    ({ recordings }) =>
      files.every((file) =>
        recordings.some(({ destination, state }) =>
          destination.endsWith(`/${file}`) && (state === "stopped" || state === "done")
        )
      ),
  );
  assert.equal(await daemon.stop(), 0);
}

/** The files of a run that nothing disturbs. */
async function runUndisturbed(sessions: readonly Session[], seed: number): Promise<Map<string, string>> {
  await using home = await makeHome();
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  const feeder = createFeeder(home, sessions, 40, createRandom(seed));
  while (feeder.left() > 0) feeder.feed();
  await finish(daemon, sessions);
  return new Map(sessions.flatMap(({ files }) => files.map((file) => [file, home.readExport(file)])));
}

/** When to kill: now and then while it starts, mostly while it works. */
async function killAtRandom(daemon: Daemon, feed: () => void, random: Random): Promise<void> {
  let wait = random.between(5, 120);
  if (random.next() < 0.25) wait = random.between(20, 450);
  else await daemon.whenUp();
  const until = performance.now() + wait;
  while (performance.now() < until) {
    feed();
    await pause(random.between(0, 12));
  }
  // An installed daemon has a monitor too: either may be the one that dies.
  await (random.next() < 0.5 ? daemon.kill() : daemon.killOrchestrator());
}

async function torment({ seed, clients, kills: rounds }: World): Promise<string> {
  const random = createRandom(seed);
  const sessions = writeSessions(clients, 20 + rounds, random);
  const expected = await runUndisturbed(sessions, seed);

  await using home = await makeHome();
  {
    // What was there before the first start is history: let it be nothing.
    await using daemon = startDaemon(home);
    await daemon.whenUp();
  }
  const feeder = createFeeder(home, sessions, rounds * 3, random);
  let inDelivery = 0;
  for (let round = 0; round < rounds; round += 1) {
    await using daemon = startDaemon(home);
    // What is left is spread over the rounds that are left; some of it comes while nobody listens.
    let share = Math.ceil(feeder.left() / (rounds - round));
    if (random.next() < 0.3) feeder.feed();
    await killAtRandom(daemon, () => {
      if (share > 0) feeder.feed();
      share -= 1;
    }, random);
    inDelivery += countOpenDeliveries(home);
  }
  while (feeder.left() > 0) feeder.feed();
  await using daemon = startDaemon(home);
  await finish(daemon, sessions);

  for (const [file, text] of expected) assert.equal(home.readExport(file), text, `seed ${seed}: ${file}`);
  const written = [...Deno.readDirSync(home.exports)].map(({ name }) => name).sort();
  assert.deepEqual(written, [...expected.keys()].sort());
  const chain = verifyAudit(home.places.logs);
  assert.equal(chain.broken, null);
  return checkCommands(home, sessions) +
    `, ${inDelivery} of ${rounds} kills inside a delivery, ${chain.records} audit records (${chain.torn} torn)`;
}

/** Each command was carried out once; its record may stand twice, if a kill fell between record and effect. */
function checkCommands(home: TestHome, sessions: readonly Session[]): string {
  const database = new DatabaseSync(home.places.database, { readOnly: true });
  const count = (sql: string) => Number(database.prepare(sql).get()?.["n"]);
  const typed = sessions.reduce((sum, { commands }) => sum + commands.length, 0);
  const files = sessions.reduce((sum, session) => sum + session.files.length, 0);
  try {
    assert.equal(count("SELECT count(*) AS n FROM commands WHERE place >= 0"), typed);
    assert.equal(count("SELECT count(*) AS n FROM recordings"), files);
    assert.equal(count("SELECT count(*) AS n FROM deliveries"), 0);
  } finally {
    database.close();
  }
  const records = home.audit().filter(({ event }) => event === "command");
  assert.ok(records.every(({ decision }) => decision === "allow"), JSON.stringify(records));
  for (const { session, commands } of sessions) {
    for (const line of new Set(commands)) {
      const found = records.filter((record) => record.session === session && record.command === line).length;
      const asked = commands.filter((other) => other === line).length;
      assert.ok(found >= asked, `${line} was typed ${asked} times and is on record ${found} times`);
    }
  }
  return `${typed} commands, ${records.length - typed} recorded twice`;
}

Deno.test(`daemon: after ${KILLS} kill -9 every recording is that of a run without`, async () => {
  // All of them, also when one has failed: none may go on behind the tests that follow.
  for (const result of await Promise.allSettled(WORLDS.map(torment))) {
    if (result.status === "rejected") throw result.reason;
    tried(result.value);
  }
});
