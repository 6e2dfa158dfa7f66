/**
 * A recording does not depend on when and in which portions a log grew: logs of every client, written in random
 * fragments, several sessions at once, with sub-agents' files and later segments among them, give exactly the text of a
 * one-shot export. Scenarios 1, 9, 16, 20.
 */
import assert from "node:assert/strict";
import type { Provider } from "../../src/providers/provider.ts";
import { providers } from "../../src/providers/registry.ts";
import { corpusOf } from "../providers/corpus.ts";
import { onlyWith } from "../needs.ts";
import type { Step } from "./stage/fed_logs.ts";
import { corpusSessions, type FedSession, fixtureSessions, STOP } from "./stage/fed_sessions.ts";
import { type Daemon, makeHome, startDaemon, type TestHome } from "./stage/harness.ts";
import { renderCapture } from "./stage/one_shot.ts";
import { createRandom, type Random } from "./stage/random.ts";
import { pause } from "./stage/until.ts";

/** Takes the steps of all sessions in an order that chance decides; those of one chain in their own. */
async function feed(sessions: readonly FedSession[], pieces: number, random: Random): Promise<void> {
  let open: Step[][] = sessions.flatMap(({ chains }) =>
    chains.map((logs) => logs.flatMap((log) => log.steps(pieces, random)))
  );
  while (open.length > 0) {
    const steps = random.pick(open);
    steps.shift()?.();
    if (steps.length === 0) open = open.filter((other) => other !== steps);
    // Now and then the daemon gets the time to see what is there so far.
    if (random.next() < 0.3) await pause(random.between(0, 3));
  }
}

async function compare(home: TestHome, daemon: Daemon, sessions: readonly FedSession[]): Promise<void> {
  for (const { destination, logs, begin } of sessions) {
    await daemon.whenRecording(destination, "stopped");
    assert.equal(home.readExport(destination), renderCapture(logs, begin, STOP), destination);
  }
}

/** Some of the sessions are those of a client that was started for one prompt. */
const POLICY = '[recording]\ncommands = "prompts"\n';

/** One daemon, fed by chance from `seed`. */
async function feedOne(
  seed: number,
  pieces: number,
  sessionsIn: (home: TestHome) => readonly FedSession[],
): Promise<void> {
  await using home = await makeHome(POLICY);
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  const sessions = sessionsIn(home);
  assert.ok(sessions.length > 0);
  await feed(sessions, pieces, createRandom(seed));
  await compare(home, daemon, sessions);
  assert.equal(await daemon.stop(), 0);
}

/** All of it for each seed, at the same time. */
async function feedAll(
  seeds: readonly number[],
  pieces: number,
  sessionsIn: (home: TestHome) => readonly FedSession[],
): Promise<void> {
  const results = await Promise.allSettled(seeds.map((seed) => feedOne(seed, pieces, sessionsIn)));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/** Fixtures of every client, and what feeding them in fragments costs: three times is enough for the small ones. */
const SEEDS = [1, 2, 3];

function testProvider(provider: Provider): void {
  const { id } = provider;
  Deno.test(`live: every own fixture of ${id}, in random fragments, gives the one-shot text`, () =>
    feedAll(SEEDS, 12, fixtureSessions(provider)));

  Deno.test({
    ...onlyWith(
      `live: every session of the corpus of ${id}, its files in any order, gives the one-shot text`,
      corpusOf(id),
    ),
    fn: () => feedAll([11, 12], 8, corpusSessions(provider)),
  });
}

for (const provider of providers) testProvider(provider);
