/**
 * Tool calls that wait for their results. A recording only grows at its end, so a call is written when its result is
 * known, or when the conversation goes on without it.
 */
import { WAITING_CALLS, WAITING_CHARS } from "../protocol/limits.ts";
import { type Answer, answerOf, isAnswered, type Questions, showQuestions } from "./questions.ts";
import { hasFailed, type Outcome, type Page, type ResultState, withOutcome } from "./page.ts";
import type { Result } from "./result_text.ts";
import { isSaidBy, type Step } from "./scripts.ts";
import type { CallKind } from "./tool_view.ts";

/** What a document shows of results: `isShown` is false where results are left out. */
export interface Setting {
  readonly page: Page;
  /** The words of an image, and its bytes in base64, if they are to be kept. */
  readonly image: (words: string, data?: string) => string;
  readonly isShown: boolean;
}

interface Shown {
  readonly call: string;
  readonly agent: string;
  readonly summary: string;
  readonly prose: boolean;
  /** Missing in the state of a kato that knew no kinds. */
  readonly kind?: CallKind;
}

export interface WaitingCall extends Shown {
  readonly waits: "call";
  /** As the page wrote it. */
  readonly input: string;
  result: {
    readonly body: string;
    readonly error: boolean;
    readonly state?: ResultState;
    /** The body is the plan that the person approved, which is another one than the call's, or the only one. */
    readonly isPlan?: true;
    /** The words of a rejection. */
    readonly said?: string;
  } | null;
  /** Of a script: its tool's name, the places where it calls a tool, and what it did and printed so far. */
  readonly script?: {
    readonly name: string;
    readonly calls: number;
    readonly steps: Step[];
    printed: string;
  };
  /** Of questions. `isOver`: no answer follows any more. */
  readonly questions?: Questions;
  /** The text of a plan. */
  readonly plan?: string;
}

/** A result that came before its call: clients write the two in either order. */
export interface WaitingResult extends Result {
  readonly waits: "result";
}

/** Something complete that must stay behind an earlier call. */
export interface WaitingBlock {
  readonly waits: "turn";
  readonly text: string;
}

/** A call that was written without its result. */
export type LateCall = Shown;

type Waiting = WaitingCall | WaitingResult | WaitingBlock;

/** Plain JSON, part of the renderer's state. `queue` is in the order of the conversation. */
export interface Calls {
  queue: Waiting[];
  late: LateCall[];
}

export function beginCalls(): Calls {
  return { queue: [], late: [] };
}

/** Adds a call, or a block that must stay behind the waiting ones. Returns the text that can be written now. */
export function enqueue(to: Setting, calls: Calls, item: WaitingCall | WaitingBlock): string {
  if (item.waits === "call") {
    const isSame = ({ call, agent }: LateCall | WaitingResult) => call === item.call && agent === item.agent;
    // A service may reuse an id: from now on it means this call.
    calls.late = calls.late.filter((late) => !isSame(late));
    const early = calls.queue.findIndex((other) => other.waits === "result" && isSame(other));
    const result = calls.queue[early];
    if (result?.waits === "result") {
      receive(to, item, result);
      calls.queue.splice(early, 1);
    }
  }
  calls.queue.push(item);
  return settle(to, calls);
}

/** Gives a result to the latest open call with its id. Returns the text that can be written now. */
export function addResult(to: Setting, calls: Calls, result: Result): string {
  const isOwn = ({ call, agent }: Shown) => call === result.call && agent === result.agent;
  const waiting = calls.queue.findLast((item) =>
    item.waits === "call" && isOwn(item) && item.result === null
  );
  if (waiting?.waits === "call") {
    receive(to, waiting, result);
    return settle(to, calls);
  }
  const at = calls.late.findIndex(isOwn);
  const [late] = at < 0 ? [] : calls.late.splice(at, 1);
  if (late !== undefined) return showLate(to, late, result);
  if (!to.isShown) return "";
  calls.queue.push({ waits: "result", ...withPictures(to, result) });
  return settle(to, calls);
}

/** Images are shown at once: what waits is kept between deliveries, and must not be megabytes. */
function withPictures({ image }: Setting, result: Result): Result {
  const { images, imageData, ...rest } = result;
  if (images === undefined) return rest;
  return { ...rest, pictures: images.map((words, index) => image(words, imageData?.[index])).join("") };
}

function receive(to: Setting, item: WaitingCall, result: Result): void {
  const { script } = item;
  if (to.isShown && script !== undefined && result.text.trim() !== "") {
    script.printed += `${script.printed === "" ? "" : "\n"}${result.text}`;
  }
  if (script !== undefined && result.isPartial === true) return;
  const approved = result.error ? undefined : result.approved?.trim();
  const isPlan = approved !== undefined && (item.plan !== undefined || approved !== "");
  if (!isPlan) {
    const said = result.said === undefined ? {} : { said: result.said };
    item.result = { body: bodyOf(to, item, result), ...stateOf(result), ...said };
    return;
  }
  // A person may have changed the plan, and the call need not hold it.
  const isSame = approved === "" || approved === item.plan?.trim();
  const label = item.plan === undefined ? "Plan · approved" : "Plan · as approved";
  const body = isSame ? "" : to.page.plan(label, approved);
  item.result = { body, ...stateOf(result), ...(isSame ? {} : { isPlan: true }) };
}

function stateOf({ error, state }: Result): { error: boolean; state?: ResultState } {
  return { error, ...(state === undefined ? {} : { state }) };
}

/** A person's words are never left out, nor folded away with the call. */
function showSaid(page: Page, said: string | undefined): string {
  return said === undefined ? "" : page.remark("User", said);
}

function bodyOf(setting: Setting, { kind, prose }: Shown, result: Result): string {
  const { page, isShown } = setting;
  const isSaid = !isShown || result.isEmpty === true || (kind === "agent" && result.isReported === true) ||
    kind === "script";
  const { pictures = withPictures(setting, result).pictures ?? "" } = isShown ? result : { pictures: "" };
  return (isSaid ? "" : page.result(result.text, prose)) + pictures;
}

/** The only open script of an agent gets the step. Returns whether there is one. */
export function addStep(calls: Calls, agent: string, step: Step): boolean {
  const open = calls.queue.filter((item) =>
    item.waits === "call" && item.agent === agent && item.script !== undefined && item.result === null
  );
  const [only] = open;
  if (open.length !== 1 || only?.waits !== "call") return false;
  only.script?.steps.push(step);
  return true;
}

/** Gives an answer to the call that asked. Null where no call waits for it. */
export function addAnswer(to: Setting, calls: Calls, agent: string, answer: Answer): string | null {
  for (const item of calls.queue) {
    if (item.waits !== "call" || item.agent !== agent || item.questions === undefined) continue;
    if (answerOf(item.questions, answer)) return settle(to, calls);
  }
  return null;
}

/** No answer follows the results so far. Returns the text that can be written now. */
export function endQuestions(to: Setting, calls: Calls): string {
  let isOver = false;
  for (const item of calls.queue) {
    if (item.waits !== "call" || item.questions === undefined || item.result === null) continue;
    item.questions.isOver = true;
    isOver = true;
  }
  return isOver ? settle(to, calls) : "";
}

/** Writes everything that waits: the conversation goes on, or ends. */
export function flush(to: Setting, calls: Calls, missing: "later" | "none"): string {
  let text = "";
  for (const item of calls.queue) text += show(to, calls, item, missing);
  calls.queue = [];
  return text;
}

/** Writes complete items from the front, and incomplete ones when too much waits. */
function settle(to: Setting, calls: Calls): string {
  let text = "";
  let done = 0;
  let held = calls.queue.reduce((sum, item) => sum + sizeOf(item), 0);
  for (const item of calls.queue) {
    if (!isComplete(item) && calls.queue.length - done <= WAITING_CALLS && held <= WAITING_CHARS) break;
    text += show(to, calls, item, "later");
    held -= sizeOf(item);
    done++;
  }
  calls.queue.splice(0, done);
  return text;
}

function isComplete(item: Waiting): boolean {
  if (item.waits !== "call") return item.waits === "turn";
  return item.result !== null &&
    (item.questions === undefined || item.result.error || isAnswered(item.questions));
}

function show(to: Setting, calls: Calls, item: Waiting, missing: "later" | "none"): string {
  const { page } = to;
  if (item.waits === "turn") return item.text;
  if (item.waits === "result") return showLate(to, null, item);
  const { call, agent, summary, prose, kind, result } = item;
  if (result === null) {
    calls.late.push({ call, agent, summary, prose, ...(kind === undefined ? {} : { kind }) });
    if (calls.late.length > WAITING_CALLS) calls.late.shift();
  }
  const outcome = outcomeOf(to, item, missing);
  return showCall(page, item, outcome) + showSaid(page, result?.said);
}

function showCall(page: Page, item: WaitingCall, outcome: Outcome): string {
  const { summary, input, questions, script, plan, result } = item;
  if (questions !== undefined) return showQuestions(page, questions, summary, outcome);
  if (script !== undefined) return showScript(page, item, script, outcome);
  if (plan !== undefined || result?.isPlan === true) return showPlan(page, item, outcome);
  return page.call(summary, input, outcome);
}

function outcomeOf(to: Setting, { kind, result }: WaitingCall, missing: "later" | "none"): Outcome {
  if (result !== null) return { outcome: "result", ...result };
  // A sub-agent's section follows its call, and the report stands there.
  return { outcome: to.isShown && kind !== "agent" ? missing : "hidden" };
}

/** The steps stand for the program, where they are all that it calls. */
function showScript(
  page: Page,
  { summary, input }: WaitingCall,
  { name, calls, steps, printed }: NonNullable<WaitingCall["script"]>,
  outcome: Outcome,
): string {
  const shown = steps.map((step) => step.shown).join("");
  const images = outcome.outcome === "result" ? outcome.body : "";
  const isSaid = outcome.outcome !== "result" || isSaidBy(steps, printed);
  const rest = (isSaid ? "" : page.result(printed, false)) + images;
  const full = outcome.outcome === "result" ? { ...outcome, body: rest } : outcome;
  if (steps.length === 0 || steps.length < calls) return page.call(summary, input, full) + shown;
  const isTold = rest === "" &&
    (outcome.outcome !== "result" || (!outcome.error && outcome.state === undefined));
  return isTold ? shown : shown + page.call(name, "", full);
}

function showPlan(page: Page, { summary, result, plan = "" }: WaitingCall, outcome: Outcome): string {
  if (result?.isPlan === true) return (plan === "" ? "" : page.plan("Plan", plan)) + result.body;
  const isApproved = outcome.outcome === "result" && !hasFailed(outcome);
  const label = isApproved ? "Plan · approved" : withOutcome("Plan", outcome);
  if (outcome.outcome !== "result" || outcome.body === "") return page.plan(label, plan);
  return page.plan(label, plan) + page.lateResult(summary, outcome);
}

function showLate(to: Setting, late: LateCall | null, result: Result): string {
  const body = bodyOf(to, late ?? { call: "", agent: "", summary: "", prose: false }, result);
  const script = late?.kind === "script" && result.text.trim() !== "" && to.isShown;
  const shown = script ? to.page.result(result.text, false) + body : body;
  const said = showSaid(to.page, result.said);
  if (shown === "" && !result.error && result.state === undefined) return said;
  return to.page.lateResult(late?.summary ?? "", { outcome: "result", body: shown, ...stateOf(result) }) +
    said;
}

function sizeOf(item: Waiting): number {
  if (item.waits === "turn") return item.text.length;
  if (item.waits === "result") {
    return item.text.length + (item.pictures?.length ?? 0);
  }
  const { script } = item;
  const steps = script?.steps.reduce((sum, step) => sum + step.shown.length + step.output.length, 0) ?? 0;
  return item.summary.length + item.input.length + (item.result?.body.length ?? 0) + steps +
    (script?.printed.length ?? 0);
}
