/** Calls, results, steps and decisions of a document: each waits for what belongs to it. */
import { addAnswer, addResult, addStep, enqueue, type WaitingCall } from "./calls.ts";
import { isReported } from "./agents.ts";
import { type Document, type Of, SUMMARY_LENGTH } from "./document.ts";
import { oneLine } from "./neutralise.ts";
import { questionsIn } from "./questions.ts";
import { resultOf } from "./result_text.ts";
import { toolOf, type ToolView, viewTool } from "./tool_view.ts";

export function writeCall(document: Document, event: Of<"tool_call">): string {
  return enqueue(document.to, document.state.calls, callOf(document, event));
}

function callOf({ page, head }: Document, event: Of<"tool_call">): WaitingCall {
  const { call, agent, name } = event;
  const view = viewOf(event, head.meta.project);
  const tool = oneLine(toolOf(name), SUMMARY_LENGTH);
  const summary = view.detail === null || view.detail === "" ? tool : `${tool}: ${view.detail}`;
  const { prose, kind } = view;
  const base = { waits: "call", call, agent, summary, prose, kind, result: null } as const;
  return { ...base, input: page.input(view.blocks), ...partsOf(tool, view) };
}

function viewOf({ name, input, page }: Of<"tool_call">, project: string | null): ToolView {
  const view = viewTool(name, input, project);
  if (page?.plan === undefined) return view;
  return { ...view, kind: "plan", blocks: [{ block: "prose", text: page.plan }] };
}

function partsOf(name: string, { kind, calls, blocks }: ToolView): Partial<WaitingCall> {
  switch (kind) {
    case "script":
      return { script: { name, calls, steps: [], printed: "" } };
    case "questions":
      return { questions: questionsIn(blocks) };
    case "plan":
      return { plan: blocks.map((block) => block.block === "prose" ? block.text : "").join("") };
    case "agent":
    case "call":
      return {};
  }
}

export function writeResult({ state, to, agents }: Document, event: Of<"tool_result">): string {
  const result = resultOf(event);
  return addResult(to, state.calls, { ...result, isReported: isReported(agents, result.text) });
}

export function writeDecision({ page, state, to }: Document, event: Of<"decision">): string {
  const { agent, question, options, answer, note = "" } = event;
  const given = addAnswer(to, state.calls, agent, { question, options, answer, note });
  if (given !== null) return given;
  const text = page.decision(question, options, answer, note);
  return enqueue(to, state.calls, { waits: "turn", text });
}

/** The first line says what was done. The rest is a difference, or output. */
export function writeStep({ page, head, state, to }: Document, { agent, text }: Of<"notice">): string {
  const end = text.indexOf("\n");
  const { project } = head.meta;
  const first = end === -1 ? text : text.slice(0, end);
  const summary = project === null || project === "/" ? first : first.replaceAll(`${project}/`, "");
  const rest = end === -1 ? "" : text.slice(end + 1);
  const isDiff = rest.startsWith("--- ");
  const input = isDiff ? page.input([{ block: "code", language: "diff", text: rest }]) : "";
  const printed = !isDiff && rest !== "" && to.isShown;
  const shown = page.call(
    oneLine(summary, SUMMARY_LENGTH),
    input,
    printed ? { outcome: "result", body: page.result(rest, false), error: false } : { outcome: "hidden" },
  );
  const isTaken = addStep(state.calls, agent, { shown, output: isDiff ? "" : rest });
  return isTaken ? "" : enqueue(to, state.calls, { waits: "turn", text: shown });
}
