/**
 * Later manifests of Codex say what was typed, and what the model's service served in its interface's own words. As the
 * earlier ones say it, so that both are compared alike. Pure.
 */
import type { ManifestEvent, ThreadManifest } from "./thread_manifest.ts";

type Fields = Readonly<Record<string, unknown>>;

/** `threads`: those that have a log; the client asks for titles in others, which it never writes. */
export function readServed(manifest: ThreadManifest, threads: ReadonlySet<string>): ThreadManifest {
  const events = manifest.events.flatMap((item, index): ManifestEvent[] => {
    const thread = threadOf(item);
    if (thread !== null) return threads.has(thread) ? servedIn(thread, fieldsOf(item["emit"])) : [];
    const sent = sentBy(item);
    if (sent === null) return [];
    // What a person says is answered next in the thread in which it was said.
    const answered = manifest.events.slice(index).map(threadOf).find((next) =>
      next !== null && threads.has(next)
    );
    return [{
      kind: "user",
      sent,
      via: item["argv"] === undefined ? "keys" : "argv",
      ...nameThread(answered),
    }];
  });
  return { ...manifest, events };
}

function threadOf(item: ManifestEvent): string | null {
  const thread = item["thread_id"] ?? item["thread"];
  return typeof thread === "string" ? thread : null;
}

function nameThread(thread: string | null | undefined) {
  return typeof thread === "string" ? { thread_id: thread } : {};
}

/** What was said with a line of keys, or a command line; null for other commands. */
function sentBy(item: ManifestEvent): string | null {
  if (typeof item["user"] === "string") return item["user"];
  const argv = Array.isArray(item["argv"]) ? item["argv"].map(String) : [];
  if (argv[1] !== "exec") return null;
  const stdin = String(item["stdin"] ?? "");
  const prompt = argv.filter((word) => !word.startsWith("--")).at(-1) ?? "";
  if (prompt === "-") return stdin;
  return stdin === "" ? prompt : `${prompt}\n\n<stdin>\n${stdin}</stdin>`;
}

function servedIn(thread_id: string, item: Fields): ManifestEvent[] {
  switch (item["type"]) {
    case "message":
      return [{
        kind: "assistant",
        thread_id,
        text: textsOf(item["content"]).join(""),
        phase: item["phase"],
      }];
    case "reasoning":
      return [{ kind: "reasoning", thread_id, summary: textsOf(item["summary"]) }];
    case "function_call":
    case "custom_tool_call":
      return [{ ...item, kind: "tool_call", thread_id }];
  }
  return [];
}

function textsOf(parts: unknown): string[] {
  return Array.isArray(parts) ? parts.map((part) => String(fieldsOf(part)["text"] ?? "")) : [];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value as Fields : {};
}
