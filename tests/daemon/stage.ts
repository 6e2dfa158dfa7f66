/** A running daemon and one session that nobody has written to yet: where most tests of recording begin. */
import assert from "node:assert/strict";
import { append, type ClaudeRows, createRows } from "./claude_rows.ts";
import { type Daemon, makeHome, startDaemon, type TestHome } from "./harness.ts";
import { until } from "./until.ts";

export interface Stage extends AsyncDisposable {
  readonly home: TestHome;
  /** The daemon that was started last. */
  daemon: Daemon;
  readonly rows: ClaudeRows;
  readonly log: string;
  /** Appends to the session's log. */
  say(...lines: readonly string[]): void;
}

export async function setStage(policy = ""): Promise<Stage> {
  const home = await makeHome(policy);
  const daemon = startDaemon(home);
  await daemon.whenUp();
  const rows = createRows();
  const log = home.log(rows.session);
  const stage: Stage = {
    home,
    daemon,
    rows,
    log,
    say: (...lines) => append(log, ...lines),
    async [Symbol.asyncDispose]() {
      await stage.daemon[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
  return stage;
}

/** What the export `file` holds; nothing when it is not there. */
export function readExport(home: TestHome, file: string): string {
  try {
    return home.readExport(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** The recording comes to hold `text`, and nothing else. */
export async function whenText({ home, daemon }: Stage, file: string, text: string): Promise<void> {
  try {
    await until(`${file} holds what it should`, () => readExport(home, file) === text, { saw: daemon.said });
  } catch (error) {
    assert.equal(readExport(home, file), text, error instanceof Error ? error.message : "");
  }
}

/** The recording comes to hold `part`. */
export async function whenHolds({ home, daemon }: Stage, file: string, part: string): Promise<void> {
  await until(`${file} holds ${part}`, () => readExport(home, file).includes(part), { saw: daemon.said });
}

/** What was decided about the session's commands, in order, once there are `count` of them. */
export async function decisionsOf({ home, rows }: Stage, count: number): Promise<string[]> {
  const read = () =>
    home.audit().filter(({ event, session }) => session === rows.session && event === "command")
      .map(({ command, decision, reason }) => `${decision} ${command}: ${reason}`);
  const saw = () => read().join("\n");
  await until(`${count} commands are on record`, () => read().length >= count, { saw });
  return read();
}
