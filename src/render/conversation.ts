/**
 * The fold that Markdown and HTML share. It decides which events are shown, under which heading and in which order.
 * Its state says where the document stands, and holds the calls that wait.
 */
import { type Event, MAIN_AGENT } from "../protocol/event.ts";
import type { Include, RenderHead } from "../protocol/render.ts";
import { type Agents, keepTitle, noteAgents, takeTitle, type Title, titleAgent } from "./agents.ts";
import { endQuestions, enqueue, flush } from "./calls.ts";
import { countEvent, describeCounts } from "./counts.ts";
import { showTime } from "./clock.ts";
import {
  beginState,
  type Document,
  documentOf,
  type Of,
  type PastTurn,
  type State,
  SUMMARY_LENGTH,
} from "./document.ts";
import { firstTyped, headingText } from "./heading_text.ts";
import { oneLine } from "./neutralise.ts";
import { PAST_TURNS } from "../protocol/render_limits.ts";
import type { Page } from "./page.ts";
import type { Renderer } from "./renderer.ts";
import { isOrder } from "./turns.ts";
import { typedParts } from "./typed_text.ts";
import { writeCall, writeDecision, writeResult, writeStep } from "./tool_entries.ts";

/** Notices that belong to a call's result, or to nothing: they do not move the turn on. */
const ASIDES = new Set(["image", "attachment", "elision", "background", "info", "step"]);

const LABELS: Readonly<Record<string, string>> = {
  interruption: "Interrupted",
  command: "Command",
  "api-error": "API error",
  task: "Task",
  background: "Background task",
  attachment: "Attachment",
  elision: "Left out",
};

export function renderConversation(page: Page): Renderer {
  return {
    begin: beginState,
    step(head, unread, event) {
      const document = documentOf(page, head, unread as State);
      const start = writeHead(document, event);
      hear(document.state, event);
      const shown = isShown(head, event);
      const text = shown ? start + write(document, event) : start;
      noteAgents(document.agents, event, shown);
      if (document.state.counts !== undefined) countEvent(document.state.counts, event, shown);
      return { state: document.state, text };
    },
    skip(head, unread, event) {
      const { state, agents } = documentOf(page, head, unread as State);
      noteAgents(agents, event, false);
      if (state.counts !== undefined) state.counts.leftOut += 1;
      return state;
    },
    finish(head, unread) {
      const document = documentOf(page, head, unread as State);
      const { to, state } = document;
      const waiting = writeHead(document, null) + flush(to, state.calls, "none");
      const text = waiting + leaveAgent(document);
      if (state.counts === undefined) return { state, text };
      return { state, text: text + page.remark("Up to here", describeCounts(state.counts)) };
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
      return event.page === undefined || !shows("tools");
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
      if (isOrder(event)) return true;
      if (event.page?.inResult === true && shows("tools") && shows("results")) return false;
      // A sub-agent's task is the title of its section.
      return shows("notices") || (event.kind === "task" && event.agent !== MAIN_AGENT);
  }
}

function write(document: Document, event: Event): string {
  const { state, to } = document;
  if (event.agent !== state.agent) return writeElsewhere(document, event);
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

function isTask(event: Event | null): event is Of<"notice"> {
  return event?.type === "notice" && event.kind === "task" && event.agent !== MAIN_AGENT;
}

/** The event of another agent than the last one. */
function writeElsewhere(document: Document, event: Event): string {
  const { page, state, agents, to } = document;
  const { agent } = event;
  const { title, shows } = titleOf(agents, event);
  if (shows === "in the call") {
    // An agent that does nothing has no section.
    keepTitle(agents, agent, title);
    return "";
  }
  // A sub-agent may work between a call and its result, so waiting calls are written before its section begins.
  const section = flush(to, state.calls, "later") + leaveAgent(document);
  state.agent = agent;
  const start = section + (agent === MAIN_AGENT ? "" : page.openAgent(title));
  return shows === null ? start + writeInPlace(document, event) : start;
}

/** Without what the client wrote in front of a task. */
function ownText({ text, page }: Of<"notice">): string {
  return text.slice(page?.from ?? 0);
}

function titleOf(agents: Agents, event: Event): Title {
  if (event.agent === MAIN_AGENT) return { title: "", shows: null };
  const kept = takeTitle(agents, event.agent);
  if (kept !== null) return { title: kept, shows: null };
  const task = isTask(event) ? { text: ownText(event), name: event.page?.name ?? null } : null;
  return titleAgent(agents, event.agent, task);
}

/** Sections follow one another and never nest, even when one agent started another. */
function leaveAgent({ page, state }: Document): string {
  const text = state.agent === MAIN_AGENT ? "" : page.closeAgent();
  state.agent = MAIN_AGENT;
  return text;
}

function writeInPlace(document: Document, event: Event): string {
  const { page, state, to } = document;
  switch (event.type) {
    case "user":
      return writeUser(document, event);
    case "assistant":
      return speak(document, event, event.model) + answer(page, event);
    case "thinking":
      return speak(document, event, modelOf(event)) + page.thinking(event.text);
    case "tool_call":
      return speak(document, event, modelOf(event)) + writeCall(document, event);
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

function writeUser(document: Document, event: Of<"user">): string {
  const { page } = document;
  if (event.agent !== MAIN_AGENT) return page.remark("User", event.text);
  return beginTurn(document, event, firstTyped(event.text) ?? event.text) + typed(page, event.text);
}

/** The heading of the person's turn, which `text` begins. */
function beginTurn({ page, head, state }: Document, event: Event, text: string): string {
  state.speaker = "user";
  delete state.heard;
  const words = oneLine(text, SUMMARY_LENGTH);
  const { id, seq, time: iso } = event;
  state.turns = [...(state.turns ?? []).slice(1 - PAST_TURNS), { id, seq, time: iso, words }];
  return page.heading({ speaker: "User", model: null, time: showTime(iso, head.timeZone), iso, seq, words });
}

/** What is undone stays where it is. Where the document does not have that turn, the client's words stand alone. */
function writeRewind({ page, head, state }: Document, { undoes, text }: Of<"notice">): string {
  const { turns = [] } = state;
  const to = turns.find((turn) => turn.id === undoes);
  const from = turns.at(-1);
  if (to === undefined || from === undefined) return page.remark("Note", text);
  const mention = (turn: PastTurn) => ({ ...turn, time: showTime(turn.time, head.timeZone) });
  return page.wentBack(from === to ? null : mention(from), mention(to));
}

function typed(page: Page, text: string): string {
  if (text.trim() === "") return "";
  return typedParts(text).map((part) =>
    part.part === "commands" ? page.commands(part.lines) : page.text("user", part.text)
  ).join("");
}

/** A command of the client or a shell line: the person's turn. The arguments of a command may hold commands to kato. */
function writeOrder(document: Document, event: Of<"notice">): string {
  const { page } = document;
  const { kind, text, agent } = event;
  if (agent !== MAIN_AGENT) return kind === "shell" ? page.shell(text) : page.remark("Command", text);
  const heading = beginTurn(document, event, text);
  if (kind === "shell") return heading + page.shell(text);
  const end = /[\r\n]/.exec(text)?.index ?? text.length;
  return heading + page.slash(text.slice(0, end)) + typed(page, text.slice(end));
}

/**
 * Writes the assistant's heading unless the turn has it. In the middle of a turn another model is a remark: a turn has
 * one heading. A sub-agent's section has none.
 */
function speak({ page, head, state }: Document, event: Event, model: string | null): string {
  if (event.agent !== MAIN_AGENT) return "";
  const isSame = model === null || model === state.model;
  const goesOn = state.speaker === "assistant";
  if (goesOn && isSame) return "";
  state.speaker = "assistant";
  if (model !== null) state.model = model;
  const shown = model === null ? null : oneLine(model, SUMMARY_LENGTH);
  if (goesOn) return page.remark("Model", shown ?? "");
  const { seq, time: iso } = event;
  const time = showTime(iso, head.timeZone);
  return page.heading({ speaker: "Assistant", model: shown, time, iso, seq, words: "" });
}

function modelOf(event: Of<"thinking"> | Of<"tool_call">): string | null {
  return event.page?.model ?? null;
}

/** A plan in the answer stands as the document that it is, without the client's frame. */
function answer(page: Page, { text, page: shown }: Of<"assistant">): string {
  if (shown === undefined) return page.text("assistant", text);
  const own = (part: string) =>
    part.trim() === "" ? "" : page.text("assistant", part.replace(/^(?:[ \t]*\n)+/, "").trimEnd());
  const plan = page.plan("Plan", text.slice(shown.from, shown.to));
  return own(text.slice(0, shown.before)) + plan + own(text.slice(shown.after));
}

/** Something of a call, which may have no text. What comes late, before anybody spoke in this turn, begins no turn. */
function speakIf(document: Document, event: Event, text: string): string {
  const { speaker, heard } = document.state;
  if (text === "" || (speaker !== "assistant" && heard === undefined)) return text;
  return speak(document, event, heard === undefined || heard === "" ? null : heard) + text;
}

function hear(state: State, event: Event): void {
  if (event.agent !== MAIN_AGENT) return;
  if (event.type === "assistant") state.heard = event.model ?? "";
  else if (event.type === "thinking" || event.type === "tool_call") state.heard = modelOf(event) ?? "";
}

function writeNotice(document: Document, event: Of<"notice">): string {
  const { page } = document;
  switch (event.kind) {
    case "compaction":
      return page.compaction(event.text);
    case "shell":
    case "command":
      return writeOrder(document, event);
    case "rewind":
      return writeRewind(document, event);
    case "output":
      return page.output(event.text);
    case "image":
      return document.to.image(event.text, event.page?.imageData);
    default:
      return page.remark(LABELS[event.kind] ?? "Note", ownText(event));
  }
}
