/** Asks a provider's parser which logs are not there any more. The orchestrator itself may not look at the roots. */
import { after } from "../hosts/timers.ts";
import type { FromParser, ToParser } from "../protocol/parser_messages.ts";

/** A parser that reads much answers after its slice. Milliseconds. */
const LOOK_MS = 3_000;

type Question = Extract<ToParser, { type: "find-absent" }>;
type Reply = Extract<FromParser, { type: "absent" }>;

export interface AbsentLogsOptions {
  readonly send: (question: Question) => void;
  /** The parser watches this session no longer. */
  readonly letGo: (session: string) => void;
  /** A test has its own. */
  readonly after?: typeof after;
}

export type AbsentLogs = ReturnType<typeof createAbsentLogs>;

export function createAbsentLogs({ send, letGo, after: limit = after }: AbsentLogsOptions) {
  const asked = new Map<
    number,
    { question: Question; resolve: (paths: ReadonlySet<string> | null) => void }
  >();
  let last = 0;
  return {
    /** The paths of those that are not there. Null: the parser did not answer in time. */
    find(logs: Question["logs"], isLetGo: boolean): Promise<ReadonlySet<string> | null> {
      last += 1;
      const question: Question = { type: "find-absent", n: last, logs, letGo: isLetGo };
      return new Promise((resolve) => {
        const callOff = limit(LOOK_MS, () => resolve(null));
        asked.set(question.n, {
          question,
          resolve(paths) {
            callOff();
            resolve(paths);
          },
        });
        send(question);
      });
    },
    /** At once, before any later message: an answer that comes too late has let go, too. */
    answered({ n, paths }: Reply): void {
      const known = asked.get(n);
      if (known === undefined) return;
      asked.delete(n);
      const absent = new Set(paths);
      for (const { session, path } of known.question.letGo ? known.question.logs : []) {
        if (session !== null && absent.has(path)) letGo(session);
      }
      known.resolve(absent);
    },
    /** The parser ended. */
    lost(): void {
      for (const { resolve } of asked.values()) resolve(null);
      asked.clear();
    },
  };
}
