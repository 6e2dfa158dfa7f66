/**
 * The orchestrator's side of one writer: one question, one answer at a time. A writer that answers out of turn or too late is
 * ended.
 */
import { afterAwake } from "../hosts/timers.ts";
import { receive } from "../protocol/channel.ts";
import { HEARTBEAT_MS } from "../protocol/limits.ts";
import type { Role } from "../protocol/port.ts";
import { type FromWriter, fromWriter, type ToWriter } from "../protocol/writer_messages.ts";

export interface WriterAnswer {
  readonly message: FromWriter;
  readonly payload: Uint8Array<ArrayBuffer> | null;
}

export interface WriterClient {
  /** Rejects with a WriterGone when the writer ends, hangs, or breaks the protocol. */
  ask(message: ToWriter, payload?: Uint8Array<ArrayBuffer>): Promise<WriterAnswer>;
  end(): void;
}

/** The answers to each question. Any other one breaks the protocol. */
const ANSWERS: Readonly<Record<ToWriter["type"], readonly FromWriter["type"][]>> = {
  open: ["opened", "failed"],
  prepare: ["prepared", "failed"],
  image: ["image", "failed"],
  "prepare-bytes": ["prepared", "failed"],
  append: ["appended", "changed", "failed"],
  truncate: ["truncated", "failed"],
  close: ["closed", "failed"],
};

export class WriterGone extends Error {
  override readonly name = "WriterGone";
}

/** `violation` hears what the writer did before it is ended. */
export function askWriter(
  role: Role,
  violation: (why: string) => void,
  limit: typeof afterAwake = afterAwake,
): WriterClient {
  let waiting:
    | { type: ToWriter["type"]; resolve(answer: WriterAnswer): void; reject(error: Error): void }
    | null = null;
  let gone: string | null = null;

  function fail(why: string): void {
    gone ??= why;
    role.end();
    waiting?.reject(new WriterGone(why));
    waiting = null;
  }

  receive(role.port, fromWriter, (message, payload) => {
    if (waiting === null || !ANSWERS[waiting.type].includes(message.type)) {
      violation(`${message.type} out of turn`);
      return fail("it broke the protocol");
    }
    const { resolve } = waiting;
    waiting = null;
    resolve({ message, payload });
  }, (why) => {
    violation(why);
    fail("it broke the protocol");
  });
  void role.ended.then((end) => fail(end.reason === "failed" ? end.message : "it was ended"));

  return {
    async ask(message, payload) {
      if (gone !== null) throw new WriterGone(gone);
      if (waiting !== null) throw new Error("internal error: a writer was asked twice at once");
      const answer = new Promise<WriterAnswer>((resolve, reject) => {
        waiting = { type: message.type, resolve, reject };
      });
      const cancel = limit(HEARTBEAT_MS, () => fail("it did not answer"));
      role.port.send({ header: message, payload: payload ?? null });
      try {
        return await answer;
      } finally {
        cancel();
      }
    },
    end: () => fail("it was ended"),
  };
}
