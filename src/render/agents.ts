/**
 * What a document remembers of sub-agents: the calls that started them, which name them and their task, and their
 * reports. So an agent is called by its name, and a report stands once.
 */
import type { Event } from "../protocol/event.ts";
import { MAIN_AGENT } from "../protocol/event.ts";
import { fingerprintOf } from "../protocol/fingerprint.ts";
import { WAITING_CALLS } from "../protocol/limits.ts";
import { CALL_CHARS } from "../protocol/render_limits.ts";
import { shortId } from "../protocol/session.ts";
import { oneLine } from "./neutralise.ts";
import { startedAgent } from "./tool_view.ts";

/** Plain JSON, part of the renderer's state. Each list is bounded, the oldest first. */
export interface Agents {
  /** The names and tasks that calls gave. A task is a key. */
  readonly started: {
    readonly name: string;
    readonly task: string;
    /** The first line of the task. */
    readonly line: string;
    readonly isShown: boolean;
  }[];
  readonly names: { readonly agent: string; readonly name: string }[];
  /** Of sections that begin with the next event of their agent. Missing in the state of an older kato. */
  titles?: { readonly agent: string; readonly title: string }[];
  /** The latest text of each agent, by its key. */
  readonly reports: { readonly agent: string; text: string }[];
}

const NAME_LENGTH = 100;
/** Longer texts are compared by their beginning and their length. */
const KEY_CHARS = 32 * 1024;

const encoder = new TextEncoder();

export function beginAgents(): Agents {
  return { started: [], names: [], reports: [], titles: [] };
}

/** Remembers what an event says of agents. `isShown`: the document shows the event. */
export function noteAgents(agents: Agents, event: Event, isShown: boolean): void {
  if (event.type === "tool_call") {
    const started = startedAgent(event.name, event.input);
    if (started !== null) {
      // A longer input of a call is cut.
      const isWhole = isShown && started.task.length <= CALL_CHARS;
      remember(agents.started, {
        name: started.name,
        task: keyOf(started.task),
        line: taskLine(started.task),
        isShown: isWhole,
      });
    }
  } else if (event.type === "assistant" && event.agent !== MAIN_AGENT && isShown) {
    const text = keyOf(event.text);
    const report = agents.reports.find(({ agent }) => agent === event.agent);
    if (report === undefined) remember(agents.reports, { agent: event.agent, text });
    else report.text = text;
  }
}

export interface Task {
  readonly text: string;
  /** The agent's name in the call that gave the task, where `text` is not the task itself. */
  readonly name: string | null;
}

export interface Title {
  readonly title: string;
  /** Where the document has the whole task already. */
  readonly shows: "in the call" | "in the title" | null;
}

/** The title of an agent's section, and where the document shows the whole task, if it does. */
export function titleAgent(
  agents: Agents,
  agent: string,
  task: Task | null,
): Title {
  const key = task === null ? "" : keyOf(task.text);
  const call = task === null
    ? undefined
    : agents.started.findLast((one) => task.name === null ? one.task === key : one.name === task.name);
  const named = call?.name || task?.name || "";
  if (named !== "") remember(agents.names, { agent, name: named });
  const known = agents.names.findLast((one) => one.agent === agent)?.name;
  const name = `Agent ${oneLine(known ?? shortId(agent), NAME_LENGTH)}`;
  const line = call?.line ?? taskLine(task?.text ?? "");
  const inTitle = task !== null && line === task.text ? "in the title" : null;
  return {
    title: line === "" ? name : `${name} — ${line}`,
    shows: task !== null && call?.isShown === true ? "in the call" : inTitle,
  };
}

/** The section of `agent` begins later, with this title. */
export function keepTitle(agents: Agents, agent: string, title: string): void {
  remember(agents.titles ??= [], { agent, title });
}

/** The title that was kept for a section of `agent`; null for none. */
export function takeTitle(agents: Agents, agent: string): string | null {
  const kept = agents.titles?.find((one) => one.agent === agent);
  if (kept === undefined) return null;
  agents.titles = agents.titles?.filter((one) => one !== kept) ?? [];
  return kept.title;
}

function taskLine(task: string): string {
  return oneLine(/\S[^\n]*/.exec(task)?.[0] ?? "", NAME_LENGTH);
}

/** Whether a section of the document has this text as its agent's report. */
export function isReported(agents: Agents, text: string): boolean {
  if (agents.reports.length === 0) return false;
  const key = keyOf(text);
  return key !== "" && agents.reports.some((report) => report.text === key);
}

/** Of a task or a report: short, and the same for the same text. */
export function keyOf(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") return "";
  return `${trimmed.length}:${fingerprintOf(encoder.encode(trimmed.slice(0, KEY_CHARS)))}`;
}

function remember<T>(list: T[], entry: T): void {
  list.push(entry);
  if (list.length > WAITING_CALLS) list.shift();
}
