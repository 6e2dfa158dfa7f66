/**
 * Tool calls that wait for their results. A recording only grows at its end, so a call is written when its result is
 * known, or when the conversation goes on without it.
 */
import { WAITING_CALLS, WAITING_CHARS } from "../protocol/limits.ts";
import type { Outcome, Page } from "./page.ts";
import { resultText } from "./result_text.ts";

export interface WaitingCall {
  readonly waits: "call";
  readonly call: string;
  readonly agent: string;
  readonly summary: string;
  readonly prose: boolean;
  /** As the page wrote it. */
  readonly input: string;
  result: { readonly body: string; readonly error: boolean } | null;
}

/** A result that came before its call: clients write the two in either order. */
export interface WaitingResult {
  readonly waits: "result";
  readonly call: string;
  readonly agent: string;
  readonly text: string;
  readonly error: boolean;
}

/** Something complete that must stay behind an earlier call. */
export interface WaitingBlock {
  readonly waits: "turn";
  readonly text: string;
}

/** A call that was written without its result. */
export interface LateCall {
  readonly call: string;
  readonly agent: string;
  readonly summary: string;
  readonly prose: boolean;
}

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
export function enqueue(page: Page, calls: Calls, item: WaitingCall | WaitingBlock): string {
  if (item.waits === "call") {
    const isSame = ({ call, agent }: LateCall | WaitingResult) => call === item.call && agent === item.agent;
    // A service may reuse an id: from now on it means this call.
    calls.late = calls.late.filter((late) => !isSame(late));
    const early = calls.queue.findIndex((other) => other.waits === "result" && isSame(other));
    const result = calls.queue[early];
    if (result?.waits === "result") {
      item.result = { body: page.result(result.text, item.prose), error: result.error };
      calls.queue.splice(early, 1);
    }
  }
  calls.queue.push(item);
  return settle(page, calls);
}

/** Gives a result to the latest open call with its id. Returns the text that can be written now. */
export function addResult(
  page: Page,
  calls: Calls,
  result: { readonly call: string; readonly agent: string; readonly text: string; readonly error: boolean },
): string {
  const { call, agent, error } = result;
  const text = resultText(result.text);
  const waiting = calls.queue.findLast((item) =>
    item.waits === "call" && item.call === call && item.agent === agent && item.result === null
  );
  if (waiting?.waits === "call") {
    waiting.result = { body: page.result(text, waiting.prose), error };
    return settle(page, calls);
  }
  const at = calls.late.findIndex((late) => late.call === call && late.agent === agent);
  const [late] = at < 0 ? [] : calls.late.splice(at, 1);
  if (late !== undefined) return page.lateResult(late.summary, page.result(text, late.prose), error);
  calls.queue.push({ waits: "result", call, agent, text, error });
  return settle(page, calls);
}

/** Writes everything that waits: the conversation goes on, or ends. */
export function flush(page: Page, calls: Calls, missing: "later" | "none"): string {
  let text = "";
  for (const item of calls.queue) text += show(page, calls, item, missing);
  calls.queue = [];
  return text;
}

/** Writes complete items from the front, and incomplete ones when too much waits. */
function settle(page: Page, calls: Calls): string {
  let text = "";
  let done = 0;
  let held = calls.queue.reduce((sum, item) => sum + sizeOf(item), 0);
  for (const item of calls.queue) {
    const complete = item.waits === "turn" || (item.waits === "call" && item.result !== null);
    if (!complete && calls.queue.length - done <= WAITING_CALLS && held <= WAITING_CHARS) break;
    text += show(page, calls, item, "later");
    held -= sizeOf(item);
    done++;
  }
  calls.queue.splice(0, done);
  return text;
}

function show(page: Page, calls: Calls, item: Waiting, missing: "later" | "none"): string {
  if (item.waits === "turn") return item.text;
  if (item.waits === "result") return page.lateResult("", page.result(item.text, false), item.error);
  const { call, agent, summary, prose, input, result } = item;
  const outcome: Outcome = result === null ? { outcome: missing } : { outcome: "result", ...result };
  if (result === null) {
    calls.late.push({ call, agent, summary, prose });
    if (calls.late.length > WAITING_CALLS) calls.late.shift();
  }
  return page.call(summary, input, outcome);
}

function sizeOf(item: Waiting): number {
  if (item.waits !== "call") return item.text.length;
  return item.summary.length + item.input.length + (item.result?.body.length ?? 0);
}
