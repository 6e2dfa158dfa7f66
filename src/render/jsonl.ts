/** JSON Lines, the interface for machines: one event a line with all its fields, keys in a fixed order. */
import type { Event } from "../protocol/event.ts";
import type { Renderer } from "./renderer.ts";

export const jsonlRenderer: Renderer = {
  begin: () => null,
  step: (_, state, event) => ({ state, text: writeEvent(event) }),
  skip: (_, state) => state,
  finish: (_, state) => ({ state, text: "" }),
};

/** One event and its newline. */
function writeEvent(event: Event): string {
  const { v, id, provider, session, seq, time, agent, type } = event;
  return JSON.stringify({ v, id, provider, session, seq, time, agent, type, ...bodyOf(event) }) + "\n";
}

function bodyOf(event: Event) {
  switch (event.type) {
    case "user":
    case "thinking":
      return { text: event.text };
    case "assistant":
      return { text: event.text, model: event.model, phase: event.phase };
    case "tool_call":
      return { call: event.call, name: event.name, input: event.input ?? null };
    case "tool_result":
      return { call: event.call, text: event.text, error: event.error };
    case "decision":
      return {
        question: event.question,
        options: event.options,
        answer: event.answer,
        ...(event.note === undefined ? {} : { note: event.note }),
      };
    case "notice":
      return {
        kind: event.kind,
        text: event.text,
        ...(event.undoes === undefined ? {} : { undoes: event.undoes }),
      };
  }
}
