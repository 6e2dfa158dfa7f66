/** Entries of type `message`, by the role of the speaker. Pure. */
import { imageNotice, pageOfModel } from "../../protocol/event.ts";
import type { Reading } from "../provider.ts";
import { type RecordEvents, silent } from "../record_events.ts";
import { isRow, listOf, type Row, textOf, typeName } from "../unknown_value.ts";
import { readResult } from "./results.ts";
import { authorOf } from "./author.ts";
import { imagesOf, readOthers, textsOf } from "./content.ts";
import type { Fold } from "./fold.ts";

/** Null for a role that kato does not know. */
export function readMessage(entry: Row, message: Row, fold: Fold, events: RecordEvents): Reading | null {
  switch (message["role"]) {
    case "user":
      return readUser(entry, message, fold, events);
    case "assistant":
      return readAssistant(message, events);
    case "toolResult":
      return readResult(message, events);
    case "bashExecution":
      return readShellLine(message, events);
    case "branchSummary":
    case "compactionSummary":
      events.addNotice("compaction", textOf(message["summary"]));
      return events.reading("summary");
    case "custom":
    case "hookMessage":
      return readExtension(message, events);
    case "system":
      return silent("injected");
  }
  return null;
}

/** Words of an extension to the model. */
export function readExtension(message: Row, events: RecordEvents): Reading {
  events.addMessage({ evidence: "not-typed", why: "host" }, textsOf(message["content"]).join("\n"));
  addImages(message["content"], events);
  readOthers(message["content"], "extension", events);
  return events.reading("not-typed");
}

/** A file that was named on the command line. The client puts it in front of the first message. */
const FILE = /^<file name="([^"\n]{1,4096})">(?:\n[^]*?\n)?<\/file>\n/;
const SKILL = /^<skill name="([^"\n]{1,128})"[^>\n]*>\n[^]*?\n<\/skill>(?:\n\n([^]*))?$/;

function readUser(entry: Row, message: Row, fold: Fold, events: RecordEvents): Reading {
  const whole = textsOf(message["content"]).join("\n");
  const { isFirst } = fold;
  const author = authorOf(entry, whole, fold);
  const skill = SKILL.exec(whole);
  const { text, files } = isFirst ? withoutFiles(whole) : { text: whole, files: [] };
  if (skill !== null) {
    const [, name, words = ""] = skill;
    events.addNotice("command", `/skill:${name} ${words}`.trim(), {
      evidence: "unproven",
      why: "ambiguous",
      typed: words,
    });
  } else if (text.trim() !== "") {
    events.addMessage(author, text);
  }
  for (const file of files) events.addNotice("attachment", file);
  addImages(message["content"], events);
  readOthers(message["content"], "user", events);
  return events.reading("user");
}

function withoutFiles(whole: string): { readonly text: string; readonly files: readonly string[] } {
  const files: string[] = [];
  let text = whole;
  for (let file = FILE.exec(text); file !== null; file = FILE.exec(text)) {
    files.push(file[1] ?? "");
    text = text.slice(file[0].length);
  }
  return { text, files };
}

function readAssistant(message: Row, events: RecordEvents): Reading {
  const model = textOf(message["model"]) || null;
  const { content } = message;
  if (typeof content === "string" && content.trim() !== "") {
    events.add({ type: "assistant", text: textOf(content), model, phase: null });
  }
  for (const part of listOf(content)) {
    if (isRow(part)) readPart(part, model, events);
    else events.addUnknown(`pi/assistant/${typeName(typeof part)}`);
  }
  const reason = message["stopReason"];
  if (reason === "error") {
    events.addNotice("api-error", textOf(message["errorMessage"]) || "The service failed.");
  }
  if (reason === "aborted") events.addNotice("interruption", "The person interrupted the model.");
  return events.reading("assistant-text");
}

function readPart(part: Row, model: string | null, events: RecordEvents): void {
  switch (part["type"]) {
    case "thinking": {
      const text = textOf(part["thinking"]);
      if (text.trim() !== "") events.add({ type: "thinking", text, ...pageOfModel(model) });
      return;
    }
    case "text": {
      const text = textOf(part["text"]);
      if (text.trim() !== "") events.add({ type: "assistant", text, model, phase: null });
      return;
    }
    case "toolCall": {
      const call = textOf(part["id"]);
      const input = part["arguments"] ?? {};
      events.add({ type: "tool_call", call, name: textOf(part["name"]), input, ...pageOfModel(model) });
      return;
    }
  }
  events.addUnknown(`pi/assistant/${typeName(part["type"])}`);
}

/** A line that the person ran with `!`. The client keeps beside what it printed how it ended. */
function readShellLine({ command, output, exitCode, cancelled }: Row, events: RecordEvents): Reading {
  const failed = typeof exitCode === "number" && exitCode !== 0 ? `Exit code: ${exitCode}\n` : "";
  const ended = cancelled === true ? "Cancelled.\n" : failed;
  events.addNotice("shell", `!${textOf(command)}`);
  events.addNotice("output", `${ended}${textOf(output)}`);
  return events.reading("tool-output");
}

function addImages(content: unknown, events: RecordEvents): void {
  for (const image of imagesOf(content)) events.add(imageNotice(image));
}
