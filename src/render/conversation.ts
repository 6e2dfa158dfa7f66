/**
 * The fold that Markdown and HTML share. It decides which events are shown, under which heading and in which order.
 * Its state says where the document stands, and holds the calls that wait.
 */
import { type Event, MAIN_AGENT } from "../protocol/event.ts";
import type { Include, RenderHead } from "../protocol/render.ts";
import { shortId } from "../protocol/session.ts";
import { addResult, beginCalls, type Calls, enqueue, flush } from "./calls.ts";
import { showTime } from "./clock.ts";
import { oneLine } from "./neutralise.ts";
import type { Page } from "./page.ts";
import type { Renderer } from "./renderer.ts";
import { headingText } from "./heading_text.ts";
import { viewTool } from "./tool_view.ts";

/** Plain JSON. */
interface State {
  /** Whether the head of the document was written. */
  started: boolean;
  /** The agent of the current section. */
  agent: string;
  /** The speaker of the current heading; null when the next speaker needs a new one. */
  speaker: "user" | "assistant" | null;
  /** The model that was named last. */
  model: string | null;
  calls: Calls;
}

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

const SUMMARY_LENGTH = 100;

/** Notices that belong to a call's result, or to nothing: they do not move the turn on. */
const ASIDES = new Set(["image", "attachment", "elision", "background", "info", "step"]);

const LABELS: Readonly<Record<string, string>> = {
  interruption: "Interrupted",
  command: "Command",
  "api-error": "API error",
  task: "Task",
  background: "Background task",
  image: "Image",
  attachment: "Attachment",
  elision: "Left out",
};

export function renderConversation(page: Page): Renderer {
  return {
    begin: (): State => ({
      started: false,
      agent: MAIN_AGENT,
      speaker: null,
      model: null,
      calls: beginCalls(),
    }),
    step(head, unread, event) {
      const state = unread as State;
      const start = writeHead(page, head, state, event);
      return { state, text: isShown(head, event) ? start + write(page, head, state, event) : start };
    },
    finish(head, unread) {
      const state = unread as State;
      const text = writeHead(page, head, state, null) + flush(page, state.calls, "none");
      return { state, text: text + enterAgent(page, state, MAIN_AGENT, null) };
    },
  };
}

function writeHead(page: Page, head: RenderHead, state: State, first: Event | null): string {
  if (state.started) return "";
  state.started = true;
  return page.head(head, headingText(head, first));
}

function isShown(head: RenderHead, event: Event): boolean {
  const shows = (part: Include) => head.include.includes(part);
  if (event.agent !== MAIN_AGENT && !shows("agents")) return false;
  switch (event.type) {
    case "user":
    case "decision":
      return true;
    case "assistant":
      return event.text.trim() !== "";
    case "thinking":
      return shows("thinking") && event.text.trim() !== "";
    case "tool_call":
      return shows("tools");
    case "tool_result":
      return shows("tools") && shows("results");
    case "notice":
      if (event.kind === "step") return shows("tools");
      // A sub-agent's task is the title of its section.
      return shows("notices") || (event.kind === "task" && event.agent !== MAIN_AGENT);
  }
}

function write(page: Page, head: RenderHead, state: State, event: Event): string {
  // A sub-agent may work between a call and its result, so waiting calls are written before its section begins.
  if (event.agent !== state.agent) {
    const section = flush(page, state.calls, "later") + enterAgent(page, state, event.agent, event);
    return isSaid(event) ? section : section + writeInPlace(page, head, state, event);
  }
  return (goesOn(event) ? flush(page, state.calls, "later") : "") + writeInPlace(page, head, state, event);
}

/** Whether the turn moves on with this event, so that earlier calls can wait no longer. */
function goesOn(event: Event): boolean {
  switch (event.type) {
    case "tool_call":
    case "tool_result":
    case "decision":
      return false;
    case "notice":
      return !ASIDES.has(event.kind);
    case "user":
    case "assistant":
    case "thinking":
      return true;
  }
}

/** Whether the section's summary already says all of it. */
function isSaid(event: Event): boolean {
  return isTask(event) && event.agent !== MAIN_AGENT && taskLine(event.text) === event.text;
}

function taskLine(task: string): string {
  return oneLine(/\S[^\n]*/.exec(task)?.[0] ?? "", SUMMARY_LENGTH);
}

function isTask(event: Event | null): event is Of<"notice"> {
  return event?.type === "notice" && event.kind === "task";
}

/** Sections follow one another and never nest, even when one agent started another. */
function enterAgent(page: Page, state: State, agent: string, first: Event | null): string {
  if (agent === state.agent) return "";
  const close = state.agent === MAIN_AGENT ? "" : page.closeAgent();
  state.agent = agent;
  if (agent === MAIN_AGENT) return close;
  const task = isTask(first) ? taskLine(first.text) : "";
  const name = `Agent ${oneLine(shortId(agent), SUMMARY_LENGTH)}`;
  return close + page.openAgent(task === "" ? name : `${name} — ${task}`);
}

function writeInPlace(page: Page, head: RenderHead, state: State, event: Event): string {
  switch (event.type) {
    case "user":
      return writeUser(page, head, state, event);
    case "assistant":
      return speak(page, head, state, event, event.model) + page.text("assistant", event.text);
    case "thinking":
      return speak(page, head, state, event, null) + page.thinking(event.text);
    case "tool_call":
      return speak(page, head, state, event, null) + writeCall(page, head, state, event);
    case "tool_result":
      return speak(page, head, state, event, null) + addResult(page, state.calls, event);
    case "decision": {
      const text = page.decision(event.question, event.options, event.answer, event.note ?? "");
      return speak(page, head, state, event, null) + enqueue(page, state.calls, { waits: "turn", text });
    }
    case "notice": {
      if (event.kind !== "step") {
        return enqueue(page, state.calls, { waits: "turn", text: writeNotice(page, state, event) });
      }
      const text = writeStep(page, head, event);
      return speak(page, head, state, event, null) + enqueue(page, state.calls, { waits: "turn", text });
    }
  }
}

function writeUser(page: Page, head: RenderHead, state: State, event: Of<"user">): string {
  if (event.agent !== MAIN_AGENT) return page.remark("User", event.text);
  state.speaker = "user";
  const heading = page.heading("User", null, showTime(event.time, head.timeZone), event.time);
  return event.text.trim() === "" ? heading : heading + page.text("user", event.text);
}

/** Writes the assistant's heading unless it is there already. A sub-agent's section has none. */
function speak(page: Page, head: RenderHead, state: State, event: Event, model: string | null): string {
  if (event.agent !== MAIN_AGENT) return "";
  if (state.speaker === "assistant" && (model === null || model === state.model)) return "";
  state.speaker = "assistant";
  if (model !== null) state.model = model;
  const shown = model === null ? null : oneLine(model, SUMMARY_LENGTH);
  return page.heading("Assistant", shown, showTime(event.time, head.timeZone), event.time);
}

function writeCall(page: Page, head: RenderHead, state: State, event: Of<"tool_call">): string {
  const view = viewTool(event.name, event.input, head.meta.project);
  const name = oneLine(event.name, SUMMARY_LENGTH);
  const summary = view.detail === null || view.detail === "" ? name : `${name}: ${view.detail}`;
  const input = page.input(view.blocks);
  if (!head.include.includes("results")) return page.call(summary, input, { outcome: "hidden" });
  const { call, agent } = event;
  const { prose } = view;
  return enqueue(page, state.calls, { waits: "call", call, agent, summary, prose, input, result: null });
}

/** The first line says what was done. The rest is a difference, or output. */
function writeStep(page: Page, head: RenderHead, { text }: Of<"notice">): string {
  const end = text.indexOf("\n");
  const { project } = head.meta;
  const first = end === -1 ? text : text.slice(0, end);
  const summary = project === null || project === "/" ? first : first.replaceAll(`${project}/`, "");
  const rest = end === -1 ? "" : text.slice(end + 1);
  const isDiff = rest.startsWith("--- ");
  const input = isDiff ? page.input([{ block: "code", language: "diff", text: rest }]) : "";
  const printed = !isDiff && rest !== "" && head.include.includes("results");
  return page.call(
    oneLine(summary, SUMMARY_LENGTH),
    input,
    printed ? { outcome: "result", body: page.result(rest, false), error: false } : { outcome: "hidden" },
  );
}

function writeNotice(page: Page, state: State, event: Of<"notice">): string {
  switch (event.kind) {
    case "compaction":
      state.speaker = null;
      return page.compaction(event.text);
    case "shell":
      state.speaker = null;
      return page.shell(event.text);
    case "output":
      return page.output(event.text);
    case "command":
      state.speaker = null;
      return page.remark("Command", event.text);
    default:
      return page.remark(LABELS[event.kind] ?? "Note", event.text);
  }
}
