/** The monitor's half of protocol/control.ts: reads the orchestrator's messages, and answers. */
import type { FromMonitor, ToMonitor } from "../../src/protocol/control.ts";
import type { OpenedFile } from "../../src/protocol/writer_messages.ts";

export function encodeFromMonitor(message: FromMonitor): Uint8Array<ArrayBuffer> {
  const fields = fieldsFromMonitor(message);
  return new TextEncoder().encode(fields.map((field) => `${field}\0`).join(""));
}

function fieldsFromMonitor(message: FromMonitor): readonly (string | number)[] {
  const { type, channel } = message;
  switch (message.type) {
    case "started":
      return [type, channel, message.pid, ...fieldsOfFile(message.file)];
    case "ended":
      return [type, channel, message.reason];
    case "empty":
    case "used":
      return [type, channel, message.role];
    case "ack":
      return [type, channel, message.bytes];
  }
}

function fieldsOfFile(file: OpenedFile | null): readonly number[] {
  return file === null ? [] : [file.dev, file.ino, file.links];
}

/** Null: the table has no such message. */
export function parseToMonitor(bytes: Uint8Array): ToMonitor | null {
  const text = new TextDecoder().decode(bytes);
  if (!text.endsWith("\0")) return null;
  const [type, number = "", role = "", how = "", destination, ...folders] = text.slice(0, -1).split("\0");
  if (type === "beat" && number === "") return { type };
  if (!/^\d+$/.test(number)) return null;
  const channel = Number(number);
  if (type === "end" && role === "") return { type, channel };
  const isParser = role.startsWith("parser:") && how === "";
  const provider = role.slice("parser:".length);
  if (type === "look" && isParser) return { type, channel, provider };
  if (type !== "start") return null;
  if (isParser) return { type, channel, role: { kind: "parser", provider } };
  if (role !== "writer" || destination === undefined || !["create", "existing"].includes(how)) return null;
  return { type, channel, role: { kind: "writer", destination, create: how === "create", folders } };
}
