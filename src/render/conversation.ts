/**
 * The fold that Markdown and HTML share. It decides which events are shown, under which heading and in which order.
 * Its state says where the document stands, and holds the calls that wait.
 */
import { type Event, MAIN_AGENT } from "../protocol/event.ts";
import type { Include, RenderHead } from "../protocol/render.ts";
import { nameAgent, noteAgents } from "./agents.ts";
import { endQuestions, enqueue, flush } from "./calls.ts";
import { showTime } from "./clock.ts";
import { beginState, type Document, documentOf, type Of, type State, SUMMARY_LENGTH } from "./document.ts";
import { headingText } from "./heading_text.ts";
import { oneLine } from "./neutralise.ts";
import type { Page } from "./page.ts";
import type { Renderer } from "./renderer.ts";
import { writeCall, writeDecision, writeResult, writeStep } from "./tool_entries.ts";

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
    begin: beginState,
    step(head, unread, event) {
      const document = documentOf(page, head, unread as State);
      const start = writeHead(document, event);
      const shown = isShown(head, event);
      const text = shown ? start + write(document, event) : start;
      noteAgents(document.agents, event, shown);
      return { state: document.state, text };
    },
    finish(head, unread) {
      const document = documentOf(page, head, unread as State);
      const text = writeHead(document, null) + flush(document.to, document.state.calls, "none");
      return { state: document.state, text: text + enterAgent(document, MAIN_AGENT, null).text };
    },
  };
}

function writeHead({ page, head, state }: Document, first: Event | null): string {
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
    case "tool_result":
      // Without results, too, a call says that it failed.
      return shows("tools");
    case "notice":
      if (event.kind === "step") return shows("tools");
      // A sub-agent's task is the title of its section.
      return shows("notices") || (event.kind === "task" && event.agent !== MAIN_AGENT);
  }
}

function write(document: Document, event: Event): string {
  const { state, to } = document;
  // A sub-agent may work between a call and its result, so waiting calls are written before its section begins.
  if (event.agent !== state.agent) {
    const { text, isSaid } = enterAgent(document, event.agent, event);
    const section = flush(to, state.calls, "later") + text;
    return isSaid ? section : section + writeInPlace(document, event);
  }
  const before = event.type === "decision" ? "" : endQuestions(to, state.calls);
  return before + (goesOn(event) ? flush(to, state.calls, "later") : "") + writeInPlace(document, event);
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

function taskLine(task: string): string {
  return oneLine(/\S[^\n]*/.exec(task)?.[0] ?? "", SUMMARY_LENGTH);
}

function isTask(event: Event | null): event is Of<"notice"> {
  return event?.type === "notice" && event.kind === "task" && event.agent !== MAIN_AGENT;
}

/**
 * Sections follow one another and never nest, even when one agent started another. `isSaid`: the document says the event
 * `first` already.
 */
function enterAgent(
  { page, state, agents }: Document,
  agent: string,
  first: Event | null,
): { readonly text: string; readonly isSaid: boolean } {
  if (agent === state.agent) return { text: "", isSaid: false };
  const close = state.agent === MAIN_AGENT ? "" : page.closeAgent();
  state.agent = agent;
  if (agent === MAIN_AGENT) return { text: close, isSaid: false };
  const task = isTask(first) ? first.text : null;
  const { name, isTaskShown } = nameAgent(agents, agent, task);
  const line = task === null ? "" : taskLine(task);
  const text = close + page.openAgent(line === "" ? name : `${name} — ${line}`);
  return { text, isSaid: task !== null && (isTaskShown || line === task) };
}

function writeInPlace(document: Document, event: Event): string {
  const { page, state, to } = document;
  switch (event.type) {
    case "user":
      return writeUser(document, event);
    case "assistant":
      return speak(document, event, event.model) + answer(page, event);
    case "thinking":
      return speak(document, event, null) + page.thinking(event.text);
    case "tool_call":
      return speak(document, event, null) + writeCall(document, event);
    case "tool_result":
      return speakIf(document, event, writeResult(document, event));
    case "decision":
      return speakIf(document, event, writeDecision(document, event));
    case "notice":
      return event.kind === "step"
        ? speakIf(document, event, writeStep(document, event))
        : enqueue(to, state.calls, { waits: "turn", text: writeNotice(document, event) });
  }
}

function writeUser({ page, head, state }: Document, event: Of<"user">): string {
  if (event.agent !== MAIN_AGENT) return page.remark("User", event.text);
  state.speaker = "user";
  const heading = page.heading("User", null, showTime(event.time, head.timeZone), event.time);
  return event.text.trim() === "" ? heading : heading + page.text("user", event.text);
}

/** Writes the assistant's heading unless it is there already. A sub-agent's section has none. */
function speak({ page, head, state }: Document, event: Event, model: string | null): string {
  if (event.agent !== MAIN_AGENT) return "";
  if (state.speaker === "assistant" && (model === null || model === state.model)) return "";
  state.speaker = "assistant";
  if (model !== null) state.model = model;
  const shown = model === null ? null : oneLine(model, SUMMARY_LENGTH);
  return page.heading("Assistant", shown, showTime(event.time, head.timeZone), event.time);
}

/** A plan in the answer stands as the document that it is, without the client's frame. */
function answer(page: Page, { text, page: shown }: Of<"assistant">): string {
  if (shown === undefined) return page.text("assistant", text);
  const own = (part: string) => part.trim() === "" ? "" : page.text("assistant", part);
  const plan = page.plan("Plan", text.slice(shown.from, shown.to));
  return own(text.slice(0, shown.before)) + plan + own(text.slice(shown.after));
}

/** Something that may have no text. */
function speakIf(document: Document, event: Event, text: string): string {
  return text === "" ? "" : speak(document, event, null) + text;
}

function writeNotice({ page, state }: Document, event: Of<"notice">): string {
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
