/** A running daemon and one session that nobody has written to yet. Most tests of recording begin here. */
import assert from "node:assert/strict";
import type { ClaudeRows } from "./claude_rows.ts";
import { CLAUDE, type Client, CLIENTS, findLogs, logOf, type TalkRows } from "./clients.ts";
import { type Daemon, type DaemonOptions, makeHome, startDaemon, type TestHome } from "./harness.ts";
import type { SessionLogs } from "./one_shot.ts";
import { until } from "./until.ts";

/** A session that nobody has written to yet. */
export interface Talk<Rows extends TalkRows = ClaudeRows> {
  readonly rows: Rows;
  readonly log: string;
  /** All of the session's logs. */
  readonly logs: SessionLogs;
  /** Writes to the session's log. */
  say(...texts: readonly string[]): void;
}

export interface Stage<Rows extends TalkRows = ClaudeRows> extends Talk<Rows>, AsyncDisposable {
  readonly home: TestHome;
  /** The last daemon that was started. */
  daemon: Daemon;
}

/** Where a talk is recorded. */
type Recorded = Pick<Stage<TalkRows>, "home" | "daemon">;

export function openTalk<Rows extends TalkRows>(client: Client<Rows>, home: TestHome): Talk<Rows> {
  const rows = client.createRows();
  const log = logOf(client, home, rows.session);
  return {
    rows,
    log,
    logs: findLogs(client.provider, home, rows.session),
    say: (...texts) => client.put(log, ...texts),
  };
}

/** A talk with each client, and the file that it is to be recorded into. */
export function openTalks(home: TestHome) {
  return CLIENTS.map((client, index) => ({ client, file: `notes-${index}.md`, ...openTalk(client, home) }));
}

export function setStage(policy = ""): Promise<Stage<ClaudeRows>> {
  return setStageFor(CLAUDE, policy);
}

export async function setStageFor<Rows extends TalkRows>(
  client: Client<Rows>,
  policy = "",
  options: DaemonOptions = {},
): Promise<Stage<Rows>> {
  const home = await makeHome(policy);
  const daemon = startDaemon(home, options);
  await daemon.whenUp();
  const stage: Stage<Rows> = {
    home,
    daemon,
    ...openTalk(client, home),
    async [Symbol.asyncDispose]() {
      await stage.daemon[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
  return stage;
}

const policyOf = (...roots: readonly string[]) => `[destinations]\nroots = ${JSON.stringify(roots)}\n`;

/** A policy that names a second folder, the vault. */
export const WITH_VAULT = policyOf("~/.kato/exports", "~/vault");

/** Captures the session into a file of the vault, and gives its path. */
export async function captureIntoVault(stage: Stage): Promise<string> {
  const { rows, say, home } = stage;
  const file = `${home.path}/vault/notes.md`;
  Deno.mkdirSync(`${home.path}/vault`, { mode: 0o700 });
  await startAgain(stage);
  say(rows.user(`::capture ${file}`), rows.assistant("while it was allowed"));
  await whenHolds(stage, "../../vault/notes.md", "while it was allowed");
  return file;
}

/** Takes the vault out of the policy. */
export async function denyVault(stage: Stage): Promise<void> {
  await startAgain(
    stage,
    () => Deno.writeTextFileSync(stage.home.places.policyFile, policyOf("~/.kato/exports")),
  );
}

async function startAgain(stage: Stage, between = () => {}): Promise<void> {
  await stage.daemon.stop();
  between();
  stage.daemon = startDaemon(stage.home);
  await stage.daemon.whenUp();
}

/** The content of the export `file`; empty when there is no such file. */
export function readExport(home: TestHome, file: string): string {
  try {
    return home.readExport(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** Waits until the recording holds exactly `text`. */
export async function whenText({ home, daemon }: Recorded, file: string, text: string): Promise<void> {
  try {
    await until(`${file} holds what it should`, () => readExport(home, file) === text, { saw: daemon.said });
  } catch (error) {
    assert.equal(readExport(home, file), text, error instanceof Error ? error.message : "");
  }
}

/** Waits until the recording holds `part`. */
export async function whenHolds(
  { home, daemon }: Recorded,
  file: string,
  part: string,
): Promise<void> {
  await until(`${file} holds ${part}`, () => readExport(home, file).includes(part), { saw: daemon.said });
}

/** Waits for `count` decisions on the session's commands. Gives them in order. */
export async function decisionsOf(
  { home, rows }: Pick<Stage<TalkRows>, "home" | "rows">,
  count: number,
): Promise<string[]> {
  const read = () =>
    home.audit().filter(({ event, session }) => session === rows.session && event === "command")
      .map(({ command, decision, reason }) => `${decision} ${command}: ${reason}`);
  const saw = () => read().join("\n");
  await until(`${count} commands are on record`, () => read().length >= count, { saw });
  return read();
}
