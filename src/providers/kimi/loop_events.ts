/** `context.append_loop_event`: what the model thinks, says and calls, and what its tools gave. Pure. */
import { pageOfModel, pageWith } from "../../protocol/event.ts";
import type { Reading } from "../provider.ts";
import { type RecordEvents, silent } from "../record_events.ts";
import { type Row, rowOf, textOf, typeName } from "../unknown_value.ts";
import { imagesOf, partsOf, readOthers, textsOf } from "./content.ts";
import type { Fold } from "./fold.ts";
import { pageOf } from "./result_page.ts";

export function readLoopEvent(event: Row, { model }: Fold, events: RecordEvents): Reading {
  switch (event["type"]) {
    case "content.part":
      return readPart(rowOf(event["part"]), model, events);
    case "tool.call": {
      const { toolCallId, name, args } = event;
      const call = { call: textOf(toolCallId), name: textOf(name), input: args ?? {} };
      events.add({ type: "tool_call", ...call, ...pageOfModel(model) });
      return events.reading("assistant-text");
    }
    case "tool.result":
      return readResult(event, events);
    case "step.begin":
    case "step.end":
      return silent("injected");
  }
  events.addUnknown(`kimi/event/${event["type"] === undefined ? "(no type)" : typeName(event["type"])}`);
  return events.reading("injected");
}

function readPart(part: Row, model: string, events: RecordEvents): Reading {
  const thought = textOf(part["think"]);
  const text = textOf(part["text"]);
  if (part["type"] === "think") {
    if (thought.trim() !== "") events.add({ type: "thinking", text: thought, ...pageOfModel(model) });
  } else if (part["type"] === "text") {
    if (text.trim() !== "") events.add({ type: "assistant", text, model: model || null, phase: null });
  } else readOthers([part], events);
  return events.reading("assistant-text");
}

/** The model gets the note of the client behind the output. */
function readResult({ toolCallId, result }: Row, events: RecordEvents): Reading {
  const { output, note, isError } = rowOf(result);
  const parts = partsOf(output);
  const own = textsOf(parts).join("");
  const text = `${own}${textOf(note)}`;
  const images = imagesOf(parts);
  const page = pageOf(own, isError === true, images.length > 0) ??
    (text === own ? undefined : { from: 0, to: own.length });
  const call = textOf(toolCallId);
  events.add({ type: "tool_result", call, text, error: isError === true, ...pageWith(text, page, images) });
  readOthers(parts, events, true);
  return events.reading("tool-output");
}

/** The id of the event in its record; "" for none. A result has that of its call. */
export function loopEventId(event: Row): string {
  const call = textOf(event["parentUuid"]);
  return textOf(event["uuid"]) || (call === "" ? "" : `${call}:result`);
}
