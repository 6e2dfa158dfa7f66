/**
 * The room of the renderers: events in, text out. It reads nothing, writes nothing, and keeps only the state that its
 * caller hands back. A new format is one Renderer and one line here.
 */
import type { Format } from "../protocol/render.ts";
import { htmlRenderer } from "./html.ts";
import { jsonlRenderer } from "./jsonl.ts";
import { markdownRenderer } from "./markdown.ts";
import type { Renderer } from "./renderer.ts";

const RENDERERS: Readonly<Record<Format, Renderer>> = {
  md: markdownRenderer,
  jsonl: jsonlRenderer,
  html: htmlRenderer,
};

export function rendererFor(format: Format): Renderer {
  return RENDERERS[format];
}
