/** The file beside a session's log in which the client keeps its name: YAML, of which kato reads two values. Pure. */
import { dirname, join } from "@std/path";
import { CLIENTS } from "../../protocol/clients.ts";
import { firstLine } from "../prompt_title.ts";
import type { SideFacts, SideFile } from "../provider.ts";

/** A name that the person gave is better than the one that the client made of the first prompt. */
const NAMED_RANK = 2;

export function workspaceFile(main: string): SideFile | null {
  if (!main.endsWith("/events.jsonl")) return null;
  return { path: join(dirname(main), CLIENTS.copilot.sideFiles.title), says: "title", read: readWorkspace };
}

export function readWorkspace(text: string): SideFacts {
  const name = firstLine(valueOf(text, "name"));
  if (name === null) return {};
  const rank = valueOf(text, "user_named") === "true" ? NAMED_RANK : 0;
  return { title: { text: name, rank } };
}

/** The value of a key at the beginning of a line: plain, quoted, or a block. */
function valueOf(text: string, key: string): string {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.startsWith(`${key}:`));
  if (at === -1) return "";
  const first = (lines[at] ?? "").slice(key.length + 1).trim();
  const behind = lines.slice(at + 1);
  const end = behind.findIndex((line) => /^\S/.test(line));
  const rest = behind.slice(0, end === -1 ? behind.length : end).map((line) => line.trim());
  if (/^[|>][-+\d]*$/.test(first)) return rest.join("\n");
  return unquote([first, ...rest].filter((line) => line !== "").join(" "));
}

function unquote(value: string): string {
  if (value.startsWith("'")) return value.replace(/^'|'$/g, "").replaceAll("''", "'");
  if (!value.startsWith('"')) return value;
  try {
    return `${JSON.parse(value)}`;
  } catch {
    // An escape that YAML has and JSON lacks: the letters say enough.
    return value.replace(/^"|"$/g, "");
  }
}
