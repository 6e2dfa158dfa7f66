/**
 * Drives one recording: takes batches of its feed, has its writer render and append them, and keeps the state so
 * that every event is in the file exactly once whatever ends kato, and when. Content passes through unread.
 * Room: daemon; no authority of its own.
 */
import type { Checkpoint } from "../protocol/cursor.ts";
import { type FromWriter, preparePayload } from "../protocol/writer_messages.ts";
import { settleDelivery } from "../session/settle.ts";
import type { Delivery, Recording } from "./recording.ts";
import type { RecordingsStore } from "./recordings_store.ts";
import { type WriterClient, WriterGone } from "./writer_client.ts";

/** A batch of the feed, its payload opaque. */
export interface FeedBatch {
  readonly first: number;
  readonly count: number;
  readonly checkpoint: Checkpoint;
  readonly end: boolean;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** The destination, opened and found to be what was decided. */
export interface OpenedDestination {
  readonly writer: WriterClient;
  readonly size: number;
  /** It is the file that the recording had before, if it had one; not another in its place. */
  readonly isSame: boolean;
}

export type OpenResult = OpenedDestination | { readonly problem: string };

export interface RecorderContext {
  readonly store: RecordingsStore;
  /** Decides again, starts a writer, opens, compares, audits. */
  readonly open: (recording: Recording) => Promise<OpenResult>;
  /** Whether the file at the destination is still the one that is open. */
  readonly unchanged: (recording: Recording) => boolean;
  /** Asks the parser for the recording's events from its `next` on; any feed before it is over. */
  readonly startFeed: (recording: Recording) => void;
  readonly setUntil: (recording: Recording) => void;
  readonly stopFeed: (recording: number) => void;
  readonly giveCredit: (recording: number) => void;
  readonly maxBytes: number;
  /** Something that a person should see in the audit log: the file was changed by somebody else. */
  readonly noteChange: (recording: Recording, reason: string) => void;
  /** State, events or size of the recording changed. */
  readonly changed: () => void;
  readonly stopped: (recording: Recording) => void;
}

export interface Recorder {
  readonly id: number;
  problem(): string | null;
  /** Whether all that is wrong is that its session's log is not there: it may come at any moment. */
  isLost(): boolean;
  /** Settles what a crash left, and starts reading. */
  start(): Promise<void>;
  take(batch: FeedBatch): void;
  /** The row says where it ends now. */
  ended(): void;
  /** Its feed cannot go on. */
  lost(why: string): void;
  /** Tries again after a problem, or after the parser was restarted. */
  restart(): void;
  /** Gives up the writer of a recording that is quiet; the next batch opens it again. */
  rest(idleMs: number): void;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const encoder = new TextEncoder();

export function createRecorder(id: number, context: RecorderContext): Recorder {
  const { store } = context;
  let opened: OpenedDestination | null = null;
  let size = store.get(id).size;
  let problem: string | null = null;
  let isLost = false;
  let queue: FeedBatch[] = [];
  let work: Promise<void> = Promise.resolve();
  let busy = false;
  let lastUsed = performance.now();
  let deliveries = 0;
  /** Nothing is to be done any more: kato ends, or the recording is over and this was told. */
  let closed = false;

  /** Serialises everything that touches the writer. A writer that went away blocks the recording, nothing else. */
  function run(step: () => Promise<void>): Promise<void> {
    work = work.then(async () => {
      if (closed) return;
      busy = true;
      try {
        await step();
      } catch (error) {
        if (!(error instanceof WriterGone)) throw error;
        opened = null;
        block(`its writer ended: ${error.message}`);
      } finally {
        busy = false;
        lastUsed = performance.now();
      }
    });
    return work;
  }

  function block(why: string): void {
    problem = why;
    queue = [];
    context.stopFeed(id);
    context.changed();
  }

  async function ensureOpen(): Promise<OpenedDestination | null> {
    const recording = store.get(id);
    if (opened !== null && context.unchanged(recording)) return opened;
    opened?.writer.end();
    opened = null;
    const result = await context.open(recording);
    if ("problem" in result) {
      block(result.problem);
      return null;
    }
    opened = result;
    size = result.size;
    return opened;
  }

  /** Where policy lets recordings share a file, another one may have written to it: that is no edit. */
  function noteEdit(found: number): void {
    const recording = store.get(id);
    const { destination, file } = recording;
    if (file === null || !store.isAsLeft(destination, file, found, id)) {
      context.noteChange(recording, "edited");
    }
  }

  /** A crash between recording a delivery and its end is settled by the file's real length. */
  async function settle(): Promise<boolean> {
    const open = store.delivery(id);
    if (open === null) return true;
    const destination = await ensureOpen();
    if (destination === null) return false;
    switch (settleDelivery(open.before, open.length, size, destination.isSame)) {
      case "written":
        store.commitDelivery(id, size);
        break;
      case "torn": {
        const { message } = await destination.writer.ask({ type: "truncate", length: open.before });
        if (message.type === "failed") return failed(message);
        size = open.before;
        store.dropDelivery(id, size);
        break;
      }
      case "edited":
        noteEdit(size);
        store.dropDelivery(id, size);
        break;
      case "not-written":
        store.dropDelivery(id, size);
    }
    return true;
  }

  async function deliver(batch: FeedBatch): Promise<void> {
    const recording = store.get(id);
    if (problem !== null || !recording.active) return;
    // A batch of a feed that was given up.
    if (batch.first !== recording.next) return;
    const next = batch.first + batch.count;
    const reading = { checkpoint: batch.checkpoint, next, events: batch.count, last: batch.end };
    if (batch.count === 0 && recording.render === null) {
      store.advance(id, { ...reading, before: size, length: 0, render: encoder.encode("null") });
      return finish(batch);
    }
    const destination = await ensureOpen();
    if (destination === null) return;
    deliveries += 1;
    const { message, payload } = await destination.writer.ask({
      type: "prepare",
      delivery: deliveries,
      head: recording.head,
      finish: batch.end,
    }, preparePayload(recording.render, batch.payload));
    if (message.type !== "prepared") return void failed(message);
    const delivery: Delivery = {
      ...reading,
      before: size,
      length: message.length,
      render: payload ?? encoder.encode("null"),
    };
    if (message.length === 0) {
      store.advance(id, delivery);
      return finish(batch);
    }
    if (size + message.length > context.maxBytes) {
      return block("it has reached the largest size that policy allows; record into another file");
    }
    if (await append(destination, delivery)) await finish(batch);
  }

  /** Commits the delivery to the state, then has it appended; the file's length decides after a crash. */
  async function append(destination: OpenedDestination, delivery: Delivery): Promise<boolean> {
    for (;;) {
      store.openDelivery(id, { ...delivery, before: size });
      const { message } = await destination.writer.ask({ type: "append", delivery: deliveries, size });
      switch (message.type) {
        case "appended":
          // What we wrote, not what the file measures: an edit in this very moment is then noticed at the next append.
          size += delivery.length;
          store.commitDelivery(id, size);
          return true;
        case "changed":
          // The person edited the file: nothing of theirs is touched, we go on at its end.
          noteEdit(message.size);
          size = message.size;
          continue;
        default:
          return failed(message);
      }
    }
  }

  function failed(message: FromWriter): boolean {
    if (message.type !== "failed") throw new Error(`internal error: unexpected ${message.type}`);
    // Whatever was half written is settled when it is opened again.
    opened?.writer.end();
    opened = null;
    block(`cannot ${message.action} ${store.get(id).destination}: ${message.message}`);
    return false;
  }

  async function finish(batch: FeedBatch): Promise<void> {
    context.changed();
    if (!batch.end) return context.giveCredit(id);
    await leave();
  }

  /**
   * The writer of a recording that is over is ended when it has said that its file is closed. Nobody else knows of it:
   * left running, it would keep a later recording into this file waiting for ever.
   */
  async function leave(): Promise<void> {
    if (opened !== null) {
      await opened.writer.ask({ type: "close" });
      opened.writer.end();
      opened = null;
    }
    const recording = store.get(id);
    // Resumed while its writer closed: whoever did that has asked for a restart, which is next.
    if (recording.active) return;
    closed = true;
    context.stopped(recording);
  }

  /** Settles what was left half done, and reads on; what was left may have been the end. */
  async function goOn(): Promise<void> {
    if (!await settle()) return;
    const recording = store.get(id);
    if (recording.active) context.startFeed(recording);
    else await leave();
  }

  return {
    id,
    problem: () => problem,
    isLost: () => isLost && problem !== null,
    start: () => run(goOn),
    take(batch) {
      queue.push(batch);
      void run(async () => {
        const next = queue.shift();
        if (next !== undefined) await deliver(next);
      });
    },
    ended: () => context.setUntil(store.get(id)),
    lost(why) {
      isLost = true;
      block(why);
    },
    restart() {
      isLost = false;
      problem = null;
      queue = [];
      void run(goOn);
    },
    rest(idleMs) {
      if (busy || opened === null || performance.now() - lastUsed < idleMs) return;
      opened.writer.end();
      opened = null;
    },
    settled: () => work,
    async close() {
      await work;
      closed = true;
      opened?.writer.end();
    },
  };
}
