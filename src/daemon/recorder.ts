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
  type Question,
  type RecorderEffect,
  type RecorderStep,
  restart,
  type Seen,
  type Step,
  takeBatch,
  takeOpened,
} from "./recorder_step.ts";
import type { RecordingSummary } from "./recording.ts";
import { WriterGone } from "./writer_client.ts";

export type Recorder = ReturnType<typeof createRecorder>;

export function createRecorder(recording: RecordingSummary, context: RecorderContext) {
  const { store } = context;
  const { id } = recording;
  let state = beginRecorder(recording.size);
  let opened: OpenedDestination | null = null;
  let work: Promise<void> = Promise.resolve();

  /** Each field is read when a step asks for it. */
  const seen: Seen = {
    get row() {
      return store.get(id);
    },
    get delivery() {
      return store.delivery(id);
    },
    get isOpen() {
      return opened !== null;
    },
    maxBytes: context.maxBytes,
  };

  /** Null: the task is over. A step that fails leaves the state as it was before, and blocks the recording. */
  function take(step: Step): Question | null {
    const before = state;
    try {
      return carryOut(step(state, seen));
    } catch (error) {
      return carryOut(fail(before, problemOf(error)));
    }
  }

  function carryOut(step: RecorderStep): Question | null {
    state = step.state;
    for (const effect of step.effects) perform(effect);
    return step.question;
  }

  function perform(effect: RecorderEffect): void {
    switch (effect.effect) {
      case "advance":
        return store.advance(id, effect.delivery);
      case "open-delivery":
        return store.openDelivery(id, effect.delivery);
      case "commit":
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
        return release();
      case "edited":
        return noteEdit(effect.size);
      case "blocked":
        return context.blocked(recording, effect.problem, effect.isNew);
      case "changed":
        return context.changed();
      case "stopped":
        return context.stopped(recording);
    }
  }

  /** Another recording may have written to a shared file. That is no edit. */
  function noteEdit(found: number): void {
    const row = store.get(id);
    if (row.file === null || !store.isAsLeft(row.destination, row.file, found, id)) {
      context.noteChange(row, "edited");
    }
  }

  function release(): void {
    opened?.writer.end();
    opened = null;
  }

  async function open(): Promise<OpenResult> {
    const row = store.get(id);
    if (opened !== null && context.unchanged(row)) return { ...opened, size: state.size };
    release();
    const result = await context.open(row);
    if (result !== null && "writer" in result) opened = result;
    return result;
  }

  /** The step that takes the answer. */
  async function answerTo(question: Question): Promise<Step> {
    try {
      if (question.question === "look") return question.then;
      if (question.question === "open") {
        const result = await open();
        return (state, seen) => takeOpened(state, seen, result, question.then);
      }
      if (opened === null) throw new Error("internal error: there is no writer to ask");
      const { message, payload } = await opened.writer.ask(question.message, question.payload);
      return (state, seen) => question.then(state, seen, message, payload);
    } catch (error) {
      return (state) => fail(state, problemOf(error));
    }
  }

  /** One task after another. An error blocks the recording, and nothing else. */
  function run(task: Step): Promise<boolean> {
    const done = work.then(async () => {
      if (state.closed) return false;
      opened?.place.work();
      let question = take(task);
      while (question !== null) question = take(await answerTo(question));
      offer();
      return state.closed;
    });
    work = done.then(() => {});
    return done;
  }

  /** Between two tasks the writer can be given back. The next batch opens it again. */
  function offer(): void {
    const resting = opened;
    resting?.place.rest(state.batches.length > 0, () => {
      if (opened === resting) release();
    });
  }

  return {
    /** As it was when the recorder was made. Only fields that never change may be read. */
    recording,
    problem: () => state.problem,
    /** Settles what a crash left, and starts the feed. Called again after a problem and for a new parser. */
    start() {
      take(restart);
      void run(goOn);
    },
    take(batch: FeedBatch) {
      take((state) => takeBatch(state, batch));
      void run(deliver);
    },
    /** The row says that it ends before `until`. */
    ended(until: number) {
      context.setUntil(until);
      const { kind, why } = state.problem ?? {};
      // Waiting mends none of these. It may mend a full disk.
      if (why !== undefined && (kind === "denied" || kind === "full" || kind === "no-log")) {
        void run((state) => letGo(state, why));
      }
    },
    /** Its feed cannot go on. */
    lost: (why: string) => void take((state) => block(state, { why, kind: "no-log" })),
    /** Ends a blocked recording that was to end, without what it lacks. False: there was nothing to give up. */
    giveUp: () => run(giveUp),
    /** Resolves when nothing is under way any more. */
    settled: () => work,
    async close() {
      await work;
      state = { ...state, closed: true };
      release();
    },
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof WriterGone) return { why: `its writer ended: ${error.message}`, kind: "machine" };
  const { why, bug } = describeFailure(error);
  return { why, kind: bug ? "bug" : "machine" };
}
