/**
 * Drives one recording: takes the batches of its feed, has its writer render and append them, and keeps the state so that
 * every event is in the file exactly once, however kato ends. Content passes through unread.
 */
import { describeFailure } from "./failure.ts";
import type {
  FeedBatch,
  OpenedDestination,
  OpenResult,
  Problem,
  RecorderContext,
} from "./recorder_context.ts";
import {
  beginRecorder,
  block,
  deliver,
  fail,
  giveUp,
  goOn,
  letGo,
  restart,
  takeBatch,
  takeOpened,
} from "./recorder_step.ts";
import type { Question, RecorderEffect, RecorderState, RecorderStep, Seen, Step } from "./recorder_types.ts";
import { addCounts } from "../protocol/redaction.ts";
import type { Delivery, RecordingSummary } from "./recording.ts";
import { type WriterClient, WriterGone } from "./writer_client.ts";

export type Recorder = ReturnType<typeof createRecorder>;

/** A recorder between two steps. */
interface Own {
  readonly recording: RecordingSummary;
  readonly context: RecorderContext;
  readonly seen: Seen;
  state: RecorderState;
  opened: OpenedDestination | null;
  work: Promise<void>;
}

export function createRecorder(recording: RecordingSummary, context: RecorderContext) {
  const { store, maxBytes, redaction } = context;
  const { id } = recording;
  /** Each field is read when a step asks for it. */
  const seen: Seen = {
    get row() {
      return store.get(id);
    },
    get delivery() {
      return store.delivery(id);
    },
    get isOpen() {
      return own.opened !== null;
    },
    maxBytes,
    redaction,
  };
  const state = beginRecorder(recording.size);
  const own: Own = { recording, context, seen, state, opened: null, work: Promise.resolve() };

  return {
    /** As it was when the recorder was made. Only fields that never change may be read. */
    recording,
    problem: () => own.state.problem,
    /** Settles what a crash left, and starts the feed. Called again after a problem and for a new parser. */
    start() {
      take(own, restart);
      void run(own, goOn);
    },
    take(batch: FeedBatch) {
      take(own, (state) => takeBatch(state, batch));
      void run(own, deliver);
    },
    /** The row says that it ends before `until`. */
    ended(until: number) {
      context.setUntil(until);
      const { kind, why } = own.state.problem ?? {};
      // Waiting mends none of these. It may mend a full disk.
      if (why !== undefined && (kind === "denied" || kind === "full" || kind === "no-log")) {
        void run(own, (state) => letGo(state, why));
      }
    },
    /** Its feed cannot go on. */
    lost: (why: string) => void take(own, (state) => block(state, { why, kind: "no-log" })),
    /** Ends a blocked recording that was to end, without what it lacks. False: there was nothing to give up. */
    giveUp: () => run(own, giveUp),
    /** Resolves when nothing is under way any more. */
    settled: () => own.work,
    async close() {
      await own.work;
      own.state = { ...own.state, closed: true };
      release(own);
    },
  };
}

/** Null: the task is over. A step that fails leaves the state as it was before, and blocks the recording. */
function take(own: Own, step: Step): Question | null {
  const before = own.state;
  try {
    return carryOut(own, step(own.state, own.seen));
  } catch (error) {
    return carryOut(own, fail(before, problemOf(error)));
  }
}

function carryOut(own: Own, step: RecorderStep): Question | null {
  own.state = step.state;
  for (const effect of step.effects) perform(own, effect);
  return step.question;
}

function perform(own: Own, effect: RecorderEffect): void {
  const { recording, context } = own;
  const { store } = context;
  const { id } = recording;
  switch (effect.effect) {
    case "advance":
      noteRedacted(own, effect.delivery);
      return store.advance(id, effect.delivery);
    case "open-delivery":
      return store.openDelivery(id, effect.delivery);
    case "commit":
      noteRedacted(own, store.delivery(id));
      return store.commitDelivery(id, effect.size);
    case "drop":
      return store.dropDelivery(id, effect.size);
    case "give-up":
      context.givenUp(store.get(id), effect.why);
      return store.giveUp(id);
    case "start-feed":
      return context.startFeed(store.get(id));
    case "stop-feed":
      return context.stopFeed();
    case "give-credit":
      return context.giveCredit();
    case "end-writer":
      return release(own);
    case "edited":
      return noteEdit(own, effect.size);
    case "blocked":
      return context.blocked(recording, effect.problem, effect.isNew);
    case "changed":
      return context.changed();
    case "stopped":
      return context.stopped(recording);
  }
}

/** Before the delivery counts as written: a crash in between records it twice, and never not at all. */
function noteRedacted({ recording: { id }, context }: Own, delivery: Delivery | null): void {
  const redacted = delivery?.redacted ?? {};
  if (delivery === null || (Object.keys(redacted).length === 0 && !delivery.last)) return;
  const row = context.store.get(id);
  const isNew = Object.keys(redacted).some((rule) => !Object.hasOwn(row.redacted, rule));
  const all = addCounts(row.redacted, redacted);
  if (isNew || (delivery.last && Object.keys(all).length > 0)) context.noteRedacted(row, all);
}

/** Another recording may have written to a shared file. That is no edit. */
function noteEdit({ recording: { id }, context }: Own, found: number): void {
  const { store } = context;
  const row = store.get(id);
  if (row.file === null || !store.isAsLeft(row.destination, row.file, found, id)) {
    context.noteChange(row, "edited");
  }
}

function release(own: Own): void {
  own.opened?.writer.end();
  own.opened = null;
}

async function open(own: Own): Promise<OpenResult> {
  const { recording, context, opened, state } = own;
  const row = context.store.get(recording.id);
  if (opened !== null && context.unchanged(row)) return { ...opened, size: state.size };
  release(own);
  const result = await context.open(row);
  if (result !== null && "writer" in result) own.opened = result;
  return result;
}

/** The step that takes the answer. */
async function answerTo(own: Own, question: Question): Promise<Step> {
  try {
    if (question.question === "look") return question.then;
    if (question.question === "open") {
      const result = await open(own);
      return (state, seen) => takeOpened(state, seen, result, question.then);
    }
    if (own.opened === null) throw new Error("internal error: there is no writer to ask");
    const { writer } = own.opened;
    if (question.question === "images") {
      const { delivery, images } = question;
      const row = own.context.store.get(own.recording.id);
      const kept = await own.context.keepImages(row, images, (name) => askForImage(writer, delivery, name));
      return (state, seen) => question.then(state, seen, kept);
    }
    const { message, payload } = await writer.ask(question.message, question.payload);
    return (state, seen) => question.then(state, seen, message, payload);
  } catch (error) {
    return (state) => fail(state, problemOf(error));
  }
}

async function askForImage(
  writer: WriterClient,
  delivery: number,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { message, payload } = await writer.ask({ type: "image", delivery, name });
  if (message.type !== "image" || message.name !== name) throw new WriterGone("it gave another image");
  return payload ?? new Uint8Array(0);
}

/** One task after another. An error blocks the recording, and nothing else. */
function run(own: Own, task: Step): Promise<boolean> {
  const done = own.work.then(async () => {
    if (own.state.closed) return false;
    own.opened?.place.work();
    let question = take(own, task);
    while (question !== null) question = take(own, await answerTo(own, question));
    offer(own);
    return own.state.closed;
  });
  own.work = done.then(() => {});
  return done;
}

/** Between two tasks the writer can be given back. The next batch opens it again. */
function offer(own: Own): void {
  const resting = own.opened;
  resting?.place.rest(own.state.batches.length > 0, () => {
    if (own.opened === resting) release(own);
  });
}

function problemOf(error: unknown): Problem {
  if (error instanceof WriterGone) return { why: `its writer ended: ${error.message}`, kind: "machine" };
  const { why, bug } = describeFailure(error);
  return { why, kind: bug ? "bug" : "machine" };
}
