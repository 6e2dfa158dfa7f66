/** Results of tools. Pure. */
import { imageNotice, pageWith, type ResultPage } from "../../protocol/event.ts";
import type { Reading } from "../provider.ts";
import type { RecordEvents } from "../record_events.ts";
import { type Row, textOf } from "../unknown_value.ts";
import { imagesOf, readOthers, textsOf } from "./content.ts";

export function readResult(message: Row, events: RecordEvents): Reading {
  const { content } = message;
  const text = textsOf(content).join("\n");
  const error = message["isError"] === true;
  const images = imagesOf(content);
  const page = error && message["toolName"] === "bash" ? pageOf(text) : undefined;
  const call = textOf(message["toolCallId"]);
  events.add({ type: "tool_result", call, text, error, ...pageWith(text, page, images) });
  for (const image of images) events.add(imageNotice(image, true));
  readOthers(content, "result", events);
  return events.reading("tool-output");
}

/** The client's line behind the output of a command that failed. */
const FAILED = /(?:^|\n\n)Command exited with code (-?\d{1,10})$/;
const ABORTED = /(?:^|\n\n)Command aborted$/;

/** How a page shows the result of a command. */
export function pageOf(text: string): ResultPage | undefined {
  const failed = FAILED.exec(text);
  if (failed !== null) return { from: 0, to: failed.index, facts: [`exit code ${failed[1]}`] };
  const aborted = ABORTED.exec(text);
  return aborted === null ? undefined : { from: 0, to: aborted.index, outcome: "cancelled" };
}
