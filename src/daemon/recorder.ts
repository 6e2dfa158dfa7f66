/**
 * Drives one recording: takes batches of its feed, has its writer render and append them, and keeps the state so
 * that every event is in the file exactly once whatever ends kato, and when. Content passes through unread.
 * Room: daemon; no authority of its own.
 */
import { type FromWriter, preparePayload } from "../protocol/writer_messages.ts";
import { settleDelivery } from "../session/settle.ts";
import { describeFailure } from "./failure.ts";
import type { FeedBatch, OpenedDestination, Problem, RecorderContext } from "./recorder_context.ts";
import type { Delivery, RecordingSummary } from "./recording.ts";
import { WriterGone } from "./writer_client.ts";

export interface Recorder {
  /** As it was when it was started last: what cannot change of it is true for ever. */
  readonly recording: RecordingSummary;
  problem(): Problem | null;
  /** Settles what a crash left, and starts reading; again after a problem, or after the parser was restarted. */
  start(): void;
  take(batch: FeedBatch): void;
  /** The row says where it ends now: before `until`. */
  ended(until: number): void;
  /** Its feed cannot go on. */
  lost(why: string): void;
  /** Ends one that was told to end and is blocked, without what it lacks; whether it did. */
  giveUp(): Promise<boolean>;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const encoder = new TextEncoder();

export function createRecorder(recording: RecordingSummary, context: RecorderContext): Recorder {
  const { store } = context;
  const { id } = recording;
  let opened: OpenedDestination | null = null;
  let size = recording.size;
  let problem: Problem | null = null;
  /** What was told last; not told again until something was written. */
  let shown: string | null = null;
  let queue: FeedBatch[] = [];
  let work: Promise<void> = Promise.resolve();
  let deliveries = 0;
  /** Nothing is to be done any more: kato ends, or the recording is over and this was told. */
  let closed = false;

  /** One step after another. Whatever a step throws blocks the recording, and nothing else. */
  function run(step: () => void | Promise<void>): Promise<void> {
    work = work.then(async () => {
      if (closed) return;
      opened?.place.work();
      try {
        await step();
      } catch (error) {
        release();
        const { why, bug } = describeFailure(error);
        if (error instanceof WriterGone) {
          block({ why: `its writer ended: ${error.message}`, kind: "machine" });
        } else block({ why, kind: bug ? "bug" : "machine" });
      } finally {
        offer();
      }
    });
    return work;
  }

  /** Between two steps nothing is under way, and its writer can be given back; the next batch opens it again. */
  function offer(): void {
    const resting = opened;
    resting?.place.rest(queue.length > 0, () => {
      if (opened === resting) release();
    });
  }

  function release(): void {
    opened?.writer.end();
    opened = null;
  }

  function block(found: Problem): void {
    problem = found;
    queue = [];
    context.stopFeed(id);
    const isNew = shown !== found.why;
    shown = found.why;
    context.blocked(recording, found, isNew);
  }

  /** Blocks one that is to go on; one that was told to end is let go where only policy could mend it. */
  function halt(found: Problem): void {
    const isOver = store.get(id).until !== null;
    if (isOver && (found.kind === "denied" || found.kind === "full")) return letGo(found.why);
    block(found);
  }

  function letGo(why: string): void {
    release();
    context.stopFeed(id);
    context.givenUp(store.get(id), why);
    store.giveUp(id);
    closed = true;
    context.stopped(recording);
  }

  async function ensureOpen(): Promise<OpenedDestination | null> {
    const now = store.get(id);
    if (opened !== null && context.unchanged(now)) return opened;
    release();
    const result = await context.open(now);
    // Nothing has changed: the next run reads on from here.
    if (result === null) return null;
    if ("problem" in result) {
      halt(result.problem);
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
    const now = store.get(id);
    if (problem !== null || !now.active) return;
    // A batch of a feed that was given up.
    if (batch.first !== now.next) return;
    const next = batch.first + batch.count + batch.skipped;
    const reading = { checkpoint: batch.checkpoint, next, events: batch.count, last: batch.end };
    if (batch.count === 0 && (now.render === null || !batch.end)) {
      const render = now.render ?? encoder.encode("null");
      store.advance(id, { ...reading, before: size, length: 0, render });
      return finish(batch);
    }
    const destination = await ensureOpen();
    if (destination === null) return;
    deliveries += 1;
    const { message, payload } = await destination.writer.ask({
      type: "prepare",
      delivery: deliveries,
      head: now.head,
      finish: batch.end,
    }, preparePayload(now.render, batch.payload));
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
      return halt({
        why: "it has reached the largest size that policy allows; record into another file",
        kind: "full",
      });
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
    release();
    block({ why: `cannot ${message.action} ${recording.destination}: ${message.message}`, kind: "machine" });
    return false;
  }

  async function finish(batch: FeedBatch): Promise<void> {
    shown = null;
    context.changed();
    if (!batch.end) return context.giveCredit();
    await leave();
  }

  /**
   * The writer of a recording that is over is ended when it has said that its file is closed. Nobody else knows of it:
   * left running, it would keep a later recording into this file waiting for ever.
   */
  async function leave(): Promise<void> {
    if (opened !== null) {
      await opened.writer.ask({ type: "close" });
      release();
    }
    // Resumed while its writer closed: whoever did that has asked for a start, which is next.
    if (store.get(id).active) return;
    closed = true;
    context.stopped(recording);
  }

  /** Settles what was left half done, and reads on; what was left may have been the end. */
  async function goOn(): Promise<void> {
    if (!await settle()) return;
    const now = store.get(id);
    if (now.active) context.startFeed(now);
    else await leave();
  }

  return {
    recording,
    problem: () => problem,
    start() {
      problem = null;
      queue = [];
      void run(goOn);
    },
    take(batch) {
      queue.push(batch);
      void run(async () => {
        const next = queue.shift();
        if (next !== undefined) await deliver(next);
      });
    },
    ended(until) {
      context.setUntil(until);
      const { kind, why } = problem ?? {};
      // What no wait would mend is not waited for; what a full disk keeps from the file is.
      if (why !== undefined && (kind === "denied" || kind === "full" || kind === "no-log")) {
        void run(() => letGo(why));
      }
    },
    lost: (why) => block({ why, kind: "no-log" }),
    async giveUp() {
      let given = false;
      await run(() => {
        if (problem === null || store.get(id).until === null) return;
        letGo(problem.why);
        given = true;
      });
      return given;
    },
    settled: () => work,
    async close() {
      await work;
      closed = true;
      release();
    },
  };
}
