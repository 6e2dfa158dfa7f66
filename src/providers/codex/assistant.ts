/** Answers of the model. Pure. */
import { listOf, type Row, rowOf, textOf, typeName } from "../unknown_value.ts";
import type { AnswerPage } from "../../protocol/event.ts";
import type { Reading } from "../provider.ts";
import { findNew, isSecondCopy, keyOf } from "./copies.ts";
import type { Family, Fold, Phase, Waiting } from "./fold.ts";
import { ownId, placeId } from "./ids.ts";
import { messageOf } from "./shape.ts";
import type { LineEvents } from "./line_events.ts";
import { findWaiting, mayWait, reportUpTo, wait } from "./waiting.ts";

type WaitingAnswer = Extract<Waiting, { kind: "answer" }>;

interface Answer {
  readonly id: string;
  readonly parts: readonly string[];
  readonly phase: Phase;
  readonly family: Family;
}

/** An `AgentMessage` item. */
export function readAgentItem(item: Row, events: LineEvents): Reading {
  const id = ownId(item["id"], events.fold, events.line);
  const parts = textsOf(item["content"] ?? item["text"]);
  return readShown({ id, parts, phase: phaseOf(item["phase"]), family: "item" }, events);
}

/** The client's own words after a compaction, in the model's place: until late 2025. */
const COMPACTED = "Compact task completed";

/** An `agent_message` event. */
export function readAgentEvent(payload: Row, events: LineEvents): Reading {
  const text = messageOf(payload);
  if (events.fold.compacted && text === COMPACTED) return events.reading("repeat");
  const id = placeId(events.fold, events.line);
  return readShown({ id, parts: [text], phase: phaseOf(payload["phase"]), family: "event" }, events);
}

/** The answer of a review's own thread is an object, or repeats its last answer. Its session has the review in words. */
const FINDINGS = /"findings"\s*:[^]*"overall_(?:correctness|explanation)"\s*:/;

function isReviewOutput({ parts, phase }: Answer, fold: Fold): boolean {
  return fold.isReview && (phase === "final" || FINDINGS.test(parts.join("")));
}

/** An answer as the client shows it. */
function readShown(answer: Answer, events: LineEvents): Reading {
  const { fold } = events;
  if (isReviewOutput(answer, fold)) return readFindings(answer.id, events);
  if (fold.planning && mayWait(answer.parts.join(""))) return readPlanned(answer, events);
  const { parts, keys } = findNew(fold, answer.family, "answer", answer.parts, "");
  noteShown(answer, keys[0] ?? "", fold);
  const text = parts.join("");
  if (text.trim() === "") return reportCopy(answer, keys, events);
  if (answer.phase !== null || fold.answersAlone || !mayWait(text)) {
    say({ ...answer, text, time: events.time }, events);
  } else wait({ kind: "answer", keys, text, isPlan: false, time: events.time, ...placeOf(answer) }, events);
  return events.reading("assistant-text");
}

/** So many first characters of an item show whether a raw form belongs to it. */
const START_CHARS = 64;

function noteShown({ id, parts, family }: Answer, key: string, fold: Fold): void {
  const start = (parts[0] ?? "").trim().slice(0, START_CHARS);
  fold.turn.shown = family === "item" && start !== "" ? { id, start, key } : null;
}

/** The key of the item just before its raw form; null for another item. */
function keyOfShown({ id, parts }: Answer, fold: Fold): string | null {
  const { shown } = fold.turn;
  fold.turn.shown = null;
  return shown?.id === id && parts.join("").trimStart().startsWith(shown.start) ? shown.key : null;
}

function placeOf({ id, phase, family }: Answer): Pick<WaitingAnswer, "id" | "phase" | "family"> {
  return { id, phase, family };
}

/** In plan mode a message lacks its plan. The next line has the raw form, with the plan. */
function readPlanned(answer: Answer, events: LineEvents): Reading {
  const { fold } = events;
  const before = fold.waiting.at(-1);
  const plan = before?.kind === "answer" && before.isPlan ? before.text : "";
  if (plan !== "") fold.waiting.pop();
  const shown = answer.parts.join("");
  const keys = [keyOf("answer", shown)];
  for (const key of keys) isSecondCopy(fold, answer.family, key);
  const text = shown + plan;
  wait({ kind: "answer", keys, text, isPlan: true, time: events.time, ...placeOf(answer) }, events);
  return events.reading("assistant-text");
}

/** A `Plan` item: its message follows. */
export function readPlan(item: Row, events: LineEvents): Reading {
  const { fold } = events;
  events.settle();
  const plan = textOf(item["text"]);
  const text = `<proposed_plan>\n${plan}${plan.endsWith("\n") ? "" : "\n"}</proposed_plan>`;
  const id = ownId(item["id"], fold, events.line);
  wait(
    { kind: "answer", id, time: events.time, family: "item", keys: [], text, phase: null, isPlan: true },
    events,
  );
  return events.reading("assistant-text");
}

/** A `response_item` of the model. */
export function readRawMessage(item: Row, events: LineEvents): Reading {
  const { fold } = events;
  const id = ownId(item["id"], fold, events.line);
  const answer: Answer = { id, parts: rawParts(item, events), phase: phaseOf(item["phase"]), family: "raw" };
  if (isReviewOutput(answer, fold)) return readFindings(id, events);
  const plan = fold.waiting.findIndex((entry) => entry.kind === "answer" && entry.isPlan);
  if (plan !== -1) return reportPlanned(plan, answer, events);
  const shown = keyOfShown(answer, fold);
  if (shown !== null && isSecondCopy(fold, "raw", shown)) return reportCopy(answer, [shown], events);
  const { parts, keys } = findNew(fold, "raw", "answer", answer.parts, "");
  const text = parts.join("");
  if (text.trim() === "") return reportCopy(answer, keys, events);
  // The summary of a compaction has no phase, and stands in front of the compaction.
  if (fold.bare || answer.phase !== null || !mayWait(text)) {
    say({ ...answer, text, time: events.time }, events);
  } else wait({ kind: "answer", keys, text, isPlan: false, time: events.time, ...placeOf(answer) }, events);
  return events.reading("assistant-text");
}

/** Only the raw form of a message with a plan has the whole text. */
function reportPlanned(index: number, answer: Answer, events: LineEvents): Reading {
  const { fold } = events;
  const waiting = fold.waiting[index] as WaitingAnswer;
  const text = answer.parts.join("");
  isSecondCopy(fold, "raw", keyOf("answer", text));
  reportUpTo(index, { ...waiting, text, phase: waiting.phase ?? answer.phase }, events);
  return events.reading("assistant-text");
}

/** A text that another family reported, or that waits for its phase in this form. */
function reportCopy({ phase, family }: Answer, keys: readonly string[], events: LineEvents): Reading {
  const { fold } = events;
  let told = false;
  for (
    let index = findWaiting(fold, "answer", keys);
    index !== -1;
    index = findWaiting(fold, "answer", keys)
  ) {
    const entry = fold.waiting[index] as WaitingAnswer;
    reportUpTo(index, { ...entry, phase: entry.phase ?? phase }, events);
    told = true;
  }
  if (family === "raw") fold.answersAlone = false;
  return events.reading(told ? "assistant-text" : "repeat");
}

/** Reports an answer that has waited. */
export function reportAnswer(entry: WaitingAnswer, events: LineEvents): void {
  if (entry.family !== "raw" && !entry.isPlan) events.fold.answersAlone = true;
  say(entry, events);
}

function readFindings(id: string, events: LineEvents): Reading {
  if (!events.fold.turn.answered) {
    events.addNotice("info", "The review is told by its session.", `${id}:review`);
  }
  events.fold.turn.answered = true;
  return events.reading("repeat");
}

function rawParts(item: Row, events: LineEvents): string[] {
  const content = item["content"];
  if (typeof content === "string") return [textOf(content)];
  const texts: string[] = [];
  for (const part of listOf(content).map(rowOf)) {
    const type = textOf(part["type"]);
    if (type === "refusal") texts.push(textOf(part["refusal"]));
    else if (type === "" || TEXT_PARTS.has(type)) texts.push(textOf(part["text"]));
    else events.addUnknown(`assistant/${typeName(type)}`);
  }
  return texts;
}

const TEXT_PARTS: ReadonlySet<string> = new Set(["input_text", "output_text", "text", "Text"]);

/** The texts of a message's parts. A message may also be one text. */
function textsOf(content: unknown): string[] {
  if (typeof content === "string") return [textOf(content)];
  return listOf(content).map((part) => textOf(rowOf(part)["text"]));
}

/** The model's answer in the end of a turn, where no other line has it. */
export function readLastAnswer(text: string, events: LineEvents): void {
  if (text.trim() === "" || events.fold.turn.answered) return;
  const id = placeId(events.fold, events.line);
  say({ id, text, phase: "final", time: events.time }, events);
}

interface Said {
  readonly id: string;
  readonly text: string;
  readonly phase: Phase;
  readonly time: string | null;
}

function say({ id, text, phase, time }: Said, events: LineEvents): void {
  const { fold } = events;
  fold.turn.answered = true;
  const page = fold.planning ? planIn(text) : null;
  events.addAt(id, time, {
    type: "assistant",
    text,
    model: fold.model,
    phase,
    ...(page === null ? {} : { page }),
  });
}

/** In plan mode the client takes these lines, and only these, for the frame of a plan. */
const PLAN = /^<proposed_plan>\n([^]*?)(?:\n)?^<\/proposed_plan>[ \t]*$/m;

function planIn(text: string): AnswerPage | null {
  const found = PLAN.exec(text);
  if (found === null) return null;
  const from = found.index + "<proposed_plan>\n".length;
  const plan = (found[1] ?? "").length;
  return { before: found.index, from, to: from + plan, after: found.index + found[0].length };
}

function phaseOf(phase: unknown): Phase {
  if (phase === "final_answer") return "final";
  return phase === "commentary" ? "commentary" : null;
}
