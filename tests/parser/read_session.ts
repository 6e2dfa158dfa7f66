/** Reads a session as the parser does, from an index over real files. */
import assert from "node:assert/strict";
import { indexSessions, type SessionIndex } from "../../src/parser/session_index.ts";
import { readSession, type SessionReader } from "../../src/parser/session_reader.ts";
import { type Checkpoint, checkpoint } from "../../src/protocol/cursor.ts";
import { makeProvider, type Stage } from "./stage.ts";

const provider = makeProvider();
export const SESSION = "s1";

export interface Read {
  readonly texts: string[];
  readonly seqs: number[];
  readonly ids: string[];
  readonly troubles: string[];
  readonly end: string;
}

export interface Followed {
  readonly index: SessionIndex;
  reader: SessionReader;
  /** Reads all that is there. */
  read(): Read;
  /** What a checkpoint keeps is all that goes on. */
  restart(): void;
}

export function indexStage({ root }: Stage): SessionIndex {
  const index = indexSessions(provider, [root]);
  for (const _ of index.scan(root));
  return index;
}

export function follow(stage: Stage, whole = false): Followed {
  const troubles: string[] = [];
  const open = (from: Checkpoint | null) =>
    readSession({
      provider,
      session: SESSION,
      locate: () => index.files(SESSION) ?? assert.fail("no log"),
      from,
      whole,
      report: ({ kind, what }) => void troubles.push(`${kind}: ${what}`),
    });
  const index = indexStage(stage);
  const followed: Followed = {
    index,
    reader: open(null),
    read() {
      for (const _ of index.scan(stage.root));
      const texts: string[] = [];
      const seqs: number[] = [];
      const ids: string[] = [];
      for (;;) {
        const advance = followed.reader.advance();
        if (advance === "more") continue;
        if (typeof advance === "string") return { texts, seqs, ids, troubles, end: advance };
        for (const { event } of advance.events) {
          texts.push("text" in event ? event.text : "");
          seqs.push(event.seq);
          ids.push(event.id);
        }
      }
    },
    restart() {
      followed.reader = open(checkpoint.parse(JSON.parse(JSON.stringify(followed.reader.checkpoint()))));
    },
  };
  return followed;
}

export function readWhole(stage: Stage): Read {
  return follow(stage, true).read();
}

/** What `act` gives when this many more milliseconds have passed. */
export function later<T>(milliseconds: number, act: () => T): T {
  const { now } = performance;
  performance.now = () => now.call(performance) + milliseconds;
  try {
    return act();
  } finally {
    performance.now = now;
  }
}
