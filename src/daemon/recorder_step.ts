/**
 * The steps of a recorder as pure functions. A recorder's state and the daemon's state go in. A new state, effects and a
 * question come out. If an effect fails, the step did not happen: the recorder goes on from the state before it.
 */
import type { RedactedCounts } from "../protocol/redaction.ts";
import { basename } from "@std/path";
import { imageFolderOf } from "../destination/image_folder.ts";
import {
  type FromWriter,
  type PreparedImage,
  preparePayload,
  type ToWriter,
} from "../protocol/writer_messages.ts";
import { settleDelivery } from "../session/settle.ts";
import type { FeedBatch, OpenedDestination, Problem } from "./recorder_context.ts";
import type {
  Question,
  RecorderEffect,
  RecorderState,
  RecorderStep,
  Seen,
  Step,
  TakeAnswer,
} from "./recorder_types.ts";
import type { Delivery } from "./recording.ts";

/** The renderer's state before it has one. */
const NO_RENDER = new TextEncoder().encode("null");

export function beginRecorder(size: number): RecorderState {
  return { size, problem: null, reported: null, batches: [], deliveries: 0, closed: false };
}

function over(state: RecorderState, ...effects: RecorderEffect[]): RecorderStep {
  return { state, effects, question: null };
}

/** It starts, or is tried again. */
export function restart(state: RecorderState): RecorderStep {
  return over({ ...state, problem: null, batches: [] });
}

export function takeBatch(state: RecorderState, batch: FeedBatch): RecorderStep {
  return over({ ...state, batches: [...state.batches, batch] });
}

export function block(state: RecorderState, problem: Problem): RecorderStep {
  const isNew = state.reported !== problem.why;
  return over(
    { ...state, problem, batches: [], reported: problem.why },
    { effect: "stop-feed" },
    { effect: "blocked", problem, isNew },
  );
}

/** A step or its question failed. The next opening settles half-written bytes. */
export function fail(state: RecorderState, problem: Problem): RecorderStep {
  const blocked = block(state, problem);
  return { ...blocked, effects: [{ effect: "end-writer" }, ...blocked.effects] };
}

/** Ends the recording without what it lacks. */
export function letGo(state: RecorderState, why: string): RecorderStep {
  return over(
    { ...state, closed: true },
    { effect: "end-writer" },
    { effect: "stop-feed" },
    { effect: "give-up", why },
    { effect: "stopped" },
  );
}

/** A person gives up what a blocked recording lacks. */
export function giveUp(state: RecorderState, { row }: Seen): RecorderStep {
  return state.problem === null || row.until === null ? over(state) : letGo(state, state.problem.why);
}

/** Blocks the recording. If it was to end and only policy could mend the problem, it is let go instead. */
function halt(state: RecorderState, { row }: Pick<Seen, "row">, problem: Problem): RecorderStep {
  const isDenied = problem.kind === "denied" || problem.kind === "full";
  return isDenied && row.until !== null ? letGo(state, problem.why) : block(state, problem);
}

/** Settles a delivery that was left half done, and reads on. That delivery may have been the last. */
export function goOn(state: RecorderState, seen: Seen): RecorderStep {
  const { delivery } = seen;
  if (delivery !== null) return open(state, (state, _, isSame) => settle(state, delivery, isSame));
  return seen.row.active ? over(state, { effect: "start-feed" }) : leave(state, seen);
}

/** The file's real length shows how much of the delivery was written. */
function settle(state: RecorderState, { before, length }: Delivery, isSame: boolean): RecorderStep {
  const { size } = state;
  switch (settleDelivery(before, length, size, isSame)) {
    case "written":
      return look(state, { effect: "commit", size });
    case "not-written":
      return look(state, { effect: "drop", size });
    case "edited":
      return look(state, { effect: "edited", size }, { effect: "drop", size });
    case "torn":
      return ask(
        state,
        { type: "truncate", length: before },
        (state) => look({ ...state, size: before }, { effect: "drop", size: before }),
      );
  }
}

/** Delivers the next batch. */
export function deliver(before: RecorderState, seen: Seen): RecorderStep {
  const [batch, ...batches] = before.batches;
  const state = { ...before, batches };
  if (batch === undefined || state.problem !== null) return over(state);
  const { active, next, render } = seen.row;
  // The batch may be stale: from a feed that was given up.
  if (!active || batch.first !== next) return over(state);
  if (batch.count === 0 && (render === null || !batch.end)) {
    return advance(state, seen, batch, render ?? NO_RENDER);
  }
  return open(state, (opened) => {
    return prepare({ ...opened, deliveries: opened.deliveries + 1 }, seen, batch, {});
  });
}

/** `refused`: the images that cannot be files, by name, each with the reason. */
function prepare(
  state: RecorderState,
  { row: { head, render, destination }, redaction }: Seen,
  batch: FeedBatch,
  refused: Readonly<Record<string, string>>,
): RecorderStep {
  const order = { delivery: state.deliveries, head, finish: batch.end, redaction };
  const images = head.images === "files"
    ? { images: { folder: basename(imageFolderOf(destination)), refused: { ...refused } } }
    : {};
  const take: TakeAnswer = (state, seen, message, rendered) => {
    if (message.type !== "prepared") throw unexpected(message);
    const then = prepared(batch, message.length, rendered ?? NO_RENDER, message.redacted ?? {});
    if (message.images === undefined) return then(state, seen);
    return keepImages(
      state,
      message.images,
      (state, seen, others) =>
        Object.keys(others).length === 0
          ? then(state, seen)
          // The text links none that has no file.
          : prepare(state, seen, batch, { ...refused, ...others }),
    );
  };
  return ask(state, { type: "prepare", ...order, ...images }, take, preparePayload(render, batch.payload));
}

/** The images are files before the text that links them is appended. */
function keepImages(
  state: RecorderState,
  images: readonly PreparedImage[],
  then: (...of: [...Parameters<Step>, refused: Readonly<Record<string, string>>]) => RecorderStep,
): RecorderStep {
  const take: Extract<Question, { question: "images" }>["then"] = (state, seen, kept) => {
    // Kato ends first, and the next run reads on from here.
    if (kept === null) return over(state);
    return "problem" in kept ? fail(state, kept.problem) : then(state, seen, kept.refused);
  };
  return { ...over(state), question: { question: "images", delivery: state.deliveries, images, then: take } };
}

function prepared(batch: FeedBatch, length: number, render: Uint8Array, redacted: RedactedCounts): Step {
  return (state, seen) => {
    if (length === 0) return advance(state, seen, batch, render, redacted);
    if (state.size + length > seen.maxBytes) {
      const why = "it has reached the largest size that policy allows; record into another file";
      return halt(state, seen, { why, kind: "full" });
    }
    return append(state, batch, deliveryOf(batch, state.size, length, render, redacted));
  };
}

function deliveryOf(
  { checkpoint, first, count, skipped, end }: FeedBatch,
  before: number,
  length: number,
  render: Uint8Array,
  redacted: RedactedCounts,
): Delivery {
  const next = first + count + skipped;
  const counted = Object.keys(redacted).length === 0 ? {} : { redacted };
  return { before, length, checkpoint, next, events: count, last: end, render, ...counted };
}

/** The delivery goes into the state before it goes into the file: after a crash, the file's length settles it. */
function append(
  state: RecorderState,
  batch: FeedBatch,
  planned: Delivery,
  ...before: RecorderEffect[]
): RecorderStep {
  const delivery = { ...planned, before: state.size };
  const asking = ask(
    state,
    { type: "append", delivery: state.deliveries, size: state.size },
    (state, seen, message) => {
      if (message.type === "appended") {
        // The bytes that kato wrote, not the file's size: the next append then notices an edit of this moment.
        const size = state.size + delivery.length;
        return finish({ ...state, size }, seen, batch, { effect: "commit", size });
      }
      if (message.type !== "changed") throw unexpected(message);
      // The person edited the file. Their text stays, and kato goes on at its end.
      const { size } = message;
      return append({ ...state, size }, batch, delivery, { effect: "edited", size });
    },
  );
  return { ...asking, effects: [...before, { effect: "open-delivery", delivery }] };
}

/** Nothing is to be appended. */
function advance(
  state: RecorderState,
  seen: Seen,
  batch: FeedBatch,
  render: Uint8Array,
  redacted: RedactedCounts = {},
): RecorderStep {
  const delivery = deliveryOf(batch, state.size, 0, render, redacted);
  return finish(state, seen, batch, { effect: "advance", delivery });
}

/** The batch was handled. */
function finish(state: RecorderState, seen: Seen, batch: FeedBatch, kept: RecorderEffect): RecorderStep {
  const next = batch.end ? leave(state, seen) : over(state, { effect: "give-credit" });
  return {
    ...next,
    state: { ...next.state, reported: null },
    effects: [kept, { effect: "changed" }, ...next.effects],
  };
}

/**
 * The recording is over. Its writer must end, after it has closed its file: nobody else knows this writer, and it would
 * block later recordings into the file for ever.
 */
function leave(state: RecorderState, { isOpen }: Seen): RecorderStep {
  if (!isOpen) return over({ ...state, closed: true }, { effect: "stopped" });
  const then: Step = (state, { row }) => {
    const end = { effect: "end-writer" } as const;
    // It was resumed while its writer closed, and its start comes next.
    return row.active ? over(state, end) : over({ ...state, closed: true }, end, { effect: "stopped" });
  };
  return {
    ...over(state),
    question: { question: "writer", message: { type: "close" }, payload: undefined, then },
  };
}

function look(state: RecorderState, ...effects: RecorderEffect[]): RecorderStep {
  return { state, effects, question: { question: "look", then: goOn } };
}

function open(state: RecorderState, then: Extract<Question, { question: "open" }>["then"]): RecorderStep {
  return { ...over(state), question: { question: "open", then } };
}

/** Takes the result of an opening. Null: kato ends first, and the next run reads on from here. */
export function takeOpened(
  state: RecorderState,
  seen: Seen,
  opened: Pick<OpenedDestination, "size" | "isSame"> | { readonly problem: Problem } | null,
  then: Extract<Question, { question: "open" }>["then"],
): RecorderStep {
  if (opened === null) return over(state);
  if ("problem" in opened) return halt(state, seen, opened.problem);
  return then({ ...state, size: opened.size }, seen, opened.isSame);
}

function ask(
  state: RecorderState,
  message: ToWriter,
  then: TakeAnswer,
  payload?: Uint8Array<ArrayBuffer>,
): RecorderStep {
  const take: TakeAnswer = (state, seen, answer, render) => {
    if (answer.type !== "failed") return then(state, seen, answer, render);
    const why = `cannot ${answer.action} ${seen.row.destination}: ${answer.message}`;
    return fail(state, { why, kind: "machine" });
  };
  return { ...over(state), question: { question: "writer", message, payload, then: take } };
}

function unexpected({ type }: FromWriter): Error {
  return new Error(`internal error: unexpected ${type}`);
}
