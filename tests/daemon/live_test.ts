/**
 * A recording does not depend on when and in which portions a log grew: logs appended in random fragments, several
 * sessions at once and sub-agents' files among them, give exactly the text of a one-shot export. Scenarios 1, 9, 16.
 */
import assert from "node:assert/strict";
import { dirname } from "@std/path";
import { corpusCases, filesBelow } from "../providers/corpus.ts";
import { createRows } from "./claude_rows.ts";
import { type Daemon, makeHome, startDaemon, type TestHome } from "./harness.ts";
import { renderCapture } from "./one_shot.ts";
import { createRandom, cutAtRandom, type Random } from "./random.ts";
import { pause } from "./until.ts";

const FIXTURES = new URL("../../fixtures/claude-code/", import.meta.url).pathname;
const STOP = "::stop\nthat is all";
const encoder = new TextEncoder();

/** A session to be fed: its logs and their bytes. */
interface Session {
  readonly name: string;
  readonly main: string;
  readonly begin: string;
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}

/** Puts a `::capture` in front of a log and a `::stop` behind it. */
function surround(home: TestHome, name: string, session: string, slug: string, log: Uint8Array): Session {
  const rows = createRows(session);
  const begin = `::capture ${name}.md`;
  const main = home.log(session, slug);
  return {
    name,
    main,
    begin,
    files: [{
      path: main,
      bytes: join([encoder.encode(rows.user(begin)), disarm(log), encoder.encode(rows.user(STOP))]),
    }],
  };
}

/** A log's own `::stop`, `::record x.md` … would change what is recorded here; other tests are about those. */
function disarm(log: Uint8Array): Uint8Array {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(log);
  return encoder.encode(text.replaceAll(/::(?=stop|record|capture|init|export)/gi, ":-"));
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function ownFixtures(home: TestHome): Session[] {
  return [...Deno.readDirSync(FIXTURES)].filter((entry) => entry.isDirectory).flatMap(({ name }) => {
    const folder = `${FIXTURES}${name}`;
    if (!filesBelow(folder).includes("in.jsonl")) return [];
    const log = Deno.readFileSync(`${folder}/in.jsonl`);
    return surround(home, name, crypto.randomUUID(), `-fixture-${name}`, log);
  });
}

/** A case of the corpus, as the client left it, sub-agents' logs and all. */
function corpusSession(home: TestHome, { name, path }: { name: string; path: string }): Session[] {
  const projects = `${path}/.claude/projects`;
  const files = filesBelow(projects);
  return files.filter((file) => /^[^/]+\/[^/]+\.jsonl$/.test(file)).map((file) => {
    const session = file.slice(file.indexOf("/") + 1).replace(".jsonl", "");
    const slug = dirname(file);
    const own = surround(
      home,
      `${name}-${session.slice(0, 4)}`,
      session,
      slug,
      Deno.readFileSync(`${projects}/${file}`),
    );
    const others = files.filter((other) => other.startsWith(`${slug}/${session}/subagents/`));
    return {
      ...own,
      files: [
        ...own.files,
        ...others.map((other) => ({
          path: `${home.root}/${other}`,
          bytes: Deno.readFileSync(`${projects}/${other}`),
        })),
      ],
    };
  });
}

/** Appends every file of every session in up to `pieces` pieces, in an order that chance decides. */
async function feed(sessions: readonly Session[], pieces: number, random: Random): Promise<void> {
  const queues = sessions.flatMap(({ files }) =>
    files.map(({ path, bytes }) => ({ path, rest: cutAtRandom(bytes, pieces, random) }))
  );
  for (const { path } of queues) Deno.mkdirSync(dirname(path), { recursive: true });
  for (;;) {
    const open = queues.filter(({ rest }) => rest.length > 0);
    if (open.length === 0) return;
    const { path, rest } = random.pick(open);
    Deno.writeFileSync(path, rest.shift() ?? new Uint8Array(0), { append: true, create: true });
    // Now and then the daemon gets the time to see what is there so far.
    if (random.next() < 0.3) await pause(random.between(0, 3));
  }
}

async function compare(home: TestHome, daemon: Daemon, sessions: readonly Session[]): Promise<void> {
  for (const { name, main, begin } of sessions) {
    await daemon.whenRecording(`${name}.md`, "stopped");
    assert.equal(home.readExport(`${name}.md`), renderCapture(main, begin, STOP), name);
  }
}

/** One daemon, fed by chance from `seed`. */
async function feedOne(
  seed: number,
  pieces: number,
  sessionsIn: (home: TestHome) => readonly Session[],
): Promise<void> {
  await using home = await makeHome();
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  const sessions = sessionsIn(home);
  await feed(sessions, pieces, createRandom(seed));
  await compare(home, daemon, sessions);
  assert.equal(await daemon.stop(), 0);
}

Deno.test("live: every own fixture, in random fragments and all at once, gives the one-shot text", async () => {
  await Promise.all([1, 2, 3].map((seed) => feedOne(seed, 12, ownFixtures)));
});

const CASES = corpusCases("claude-code");

Deno.test({
  name: "live: every session of the corpus, sub-agents' files in any order, gives the one-shot text",
  ignore: CASES.length === 0,
  async fn() {
    const all = (home: TestHome) => CASES.flatMap((one) => corpusSession(home, one));
    await Promise.all([11, 12].map((seed) => feedOne(seed, 8, all)));
  },
});
