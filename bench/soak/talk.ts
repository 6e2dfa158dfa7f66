/** Sessions that people and agents work in at a steady rate, and each of them is recorded. */
import { join } from "@std/path";
import type { BenchClient } from "../client.ts";
import { CLIENTS } from "../client.ts";
import type { RunningDaemon } from "../daemon.ts";
import { generateLog } from "../generate.ts";
import { append, look, sizeOf, waitForMore } from "../live.ts";
import { pause } from "../measure.ts";

/** In turn. */
export const PLAYED = [CLIENTS["claude-code"], CLIENTS.codex, CLIENTS.gemini] as const;

/** Hundreds of rows, so that a session's latest ids are as many as kato keeps before anything is measured. */
const TALKED_BYTES = 300_000;
/** Rows of this number and later have the time at which they are made. */
const FIRST_ROW = 3_000_000;
/** A loaded machine may take long, and the run is not about how long. Milliseconds. */
const PATIENCE_MS = 120_000;

export interface Talk {
  /** An answer in each of the next `count` sessions, at once. For each, milliseconds until it stands in its file. */
  answer(count: number): number[];
  /** The person ends the next session's recording and begins another one. */
  command(): void;
}

interface Session {
  readonly client: BenchClient;
  readonly index: number;
  readonly log: string;
  destination: string;
}

/** `count` sessions with numbers from `first` on, each of them being recorded. */
export async function beginTalk(
  home: string,
  daemon: RunningDaemon,
  first: number,
  count: number,
): Promise<Talk> {
  let row = FIRST_ROW;
  let [answered, commanded] = [0, 0];
  const sessions: Session[] = [];
  for (let number = 0; number < count; number += 1) {
    const client = PLAYED[number % PLAYED.length] ?? PLAYED[0];
    const index = first + number;
    const root = client.root(home);
    await generateLog(client, root, index, TALKED_BYTES, "talk");
    const session = { client, index, log: client.logPath(root, index), destination: "" };
    sessions.push(session);
    record(session, "");
    // The files are looked at in turn, and other work of the event loop may come between.
    await pause(0);
  }

  function record(session: Session, before: string): void {
    const name = `soak-${session.index}-${row}.md`;
    session.destination = join(daemon.exports, name);
    const start = performance.now();
    append(
      session.log,
      session.client.prompt(session.index, row, `${before}::record ${name}\n\nLet us go on.`),
    );
    row += 1;
    waitForMore(session.destination, 0, start, PATIENCE_MS);
  }

  function sessionAt(number: number): Session {
    const session = sessions[number % sessions.length];
    if (session === undefined) throw new Error("internal error: no sessions");
    return session;
  }

  return {
    answer(count) {
      const waiting = new Map<string, { readonly before: number; readonly start: number }>();
      for (let one = 0; one < count; one += 1, answered += 1, row += 1) {
        const { client, index, log, destination } = sessionAt(answered);
        const before = sizeOf(destination);
        append(log, client.answer(index, row, `Answer ${row}: ünïcödé and **bold**.`));
        waiting.set(destination, { before, start: performance.now() });
      }
      const latencies: number[] = [];
      while (waiting.size > 0) {
        for (const [destination, { before, start }] of waiting) {
          if (sizeOf(destination) > before) {
            latencies.push(performance.now() - start);
            waiting.delete(destination);
          } else look(destination, start, PATIENCE_MS);
        }
      }
      return latencies;
    },
    command() {
      record(sessionAt(commanded), "::stop\n");
      commanded += 1;
    },
  };
}
