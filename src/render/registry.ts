/**
 * The room of the renderers: events in, text out. It reads nothing, writes nothing, and keeps only the state that its
 * caller hands back. A new format is one Renderer and one line here.
 */
import type { Format } from "../protocol/render.ts";
import { jsonlRenderer } from "./jsonl.ts";
import type { Renderer } from "./renderer.ts";

export async function rendererFor(format: Format): Promise<Renderer> {
  switch (format) {
    case "md":
      // Its parser of Markdown is the largest library of an export.
      return (await import("./markdown.ts")).markdownRenderer;
    case "jsonl":
      return jsonlRenderer;
    case "html":
      // Its library takes two megabytes of a process, and time.
      return (await import("./html.ts")).htmlRenderer;
  }
}
