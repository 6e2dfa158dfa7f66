/** What a document holds, in numbers: the line at its end. */
import { type Event, MAIN_AGENT } from "../protocol/event.ts";
import { AGENTS_COUNTED } from "../protocol/render_limits.ts";
import { describeRedacted } from "../protocol/redaction.ts";
import { isOrder } from "./turns.ts";

/** Plain JSON, part of the renderer's state. */
export interface Counts {
  turns: number;
  calls: number;
  results: number;
  images: number;
  leftOut: number;
  /** Missing where an older kato began the document. */
  unknown?: number;
  /** Secrets that were replaced, by their kind. Missing where there are none. */
  redacted?: Record<string, number>;
  readonly agents: string[];
}

export function beginCounts(): Counts {
  return { turns: 0, calls: 0, results: 0, images: 0, leftOut: 0, unknown: 0, agents: [] };
}

/** `isShown`: the document shows the event. */
export function countEvent(counts: Counts, event: Event, isShown: boolean): void {
  if (counts.unknown !== undefined) counts.unknown += event.unknown ?? 0;
  for (const [rule, times] of Object.entries(event.redacted ?? {})) {
    const redacted = counts.redacted ??= {};
    redacted[rule] = (redacted[rule] ?? 0) + times;
  }
  // The page of a result has it.
  const isElsewhere = (event.type === "notice" || event.type === "user") && event.page?.inResult === true;
  const isEmpty = (event.type === "assistant" || event.type === "thinking") && event.text.trim() === "";
  if ((!isShown && !isEmpty && !isElsewhere) || (event.type === "notice" && event.kind === "elision")) {
    counts.leftOut += 1;
  }
  if (event.agent !== MAIN_AGENT && !counts.agents.includes(event.agent)) {
    if (counts.agents.length < AGENTS_COUNTED) counts.agents.push(event.agent);
  }
  switch (event.type) {
    case "user":
      if (isShown || !isElsewhere) counts.turns += 1;
      return;
    case "tool_call":
      counts.calls += 1;
      return;
    case "tool_result":
      if (event.page?.partial !== true) counts.results += 1;
      return;
    case "notice":
      if (event.kind === "image") counts.images += 1;
      if (isOrder(event)) counts.turns += 1;
  }
}

export function describeCounts(
  { turns, calls, results, images, leftOut, unknown, redacted, agents }: Counts,
): string {
  return [
    counted(turns, "turn"),
    counted(calls, "call"),
    counted(results, "result"),
    counted(agents.length, "agent"),
    counted(images, "image"),
    `${counted(leftOut, "event")} left out`,
    ...(unknown === undefined ? [] : [`${counted(unknown, "record")} unknown`]),
    ...(redacted === undefined ? [] : [describeRedacted(redacted)]),
  ].join(", ");
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
