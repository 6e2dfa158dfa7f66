/** What the render tests share: making events, rendering them, reading the Markdown back. */
// @ts-types="./commonmark.d.ts"
import { type Node, Parser } from "commonmark";
import type { Event } from "../../src/protocol/event.ts";
import type { Format, RenderHead } from "../../src/protocol/render.ts";
import { INCLUDES } from "../../src/protocol/closed_sets.ts";
import { rendererFor } from "../../src/render/registry.ts";
import type { Renderer } from "../../src/render/renderer.ts";

export const RENDERERS: Readonly<Record<Format, Renderer>> = {
  md: await rendererFor("md"),
  html: await rendererFor("html"),
  jsonl: await rendererFor("jsonl"),
};

export const HEAD: RenderHead = {
  format: "md",
  meta: {
    provider: "claude-code",
    session: "0b5c1f6e-2f3a-4c1d-9a77-5d2b8f0c1a2e",
    title: null,
    project: "/home/dev/work",
    started: "2026-11-23T02:24:05.120Z",
    client: "2.1.330",
  },
  timeZone: "Europe/Berlin",
  include: [...INCLUDES],
};

type WithoutBase<T> = T extends unknown
  ? Omit<T, "v" | "id" | "provider" | "session" | "seq" | "time" | "agent" | "unknown">
  : never;
/** An event without what every event has; `agent` is `main` unless it is said. */
export type Body = WithoutBase<Event> & { readonly agent?: string; readonly unknown?: number };

/** A conversation: bodies with their places and times filled in. */
export function eventsOf(bodies: readonly Body[]): Event[] {
  return bodies.map((body, seq) => ({
    v: 1,
    id: `e${seq}`,
    provider: "claude-code",
    session: HEAD.meta.session,
    seq,
    time: new Date(Date.UTC(2026, 10, 23, 2, 24, 5 + seq)).toISOString(),
    agent: "main",
    ...body,
  }));
}

export function render(head: RenderHead, events: readonly Event[], finish = true): string {
  return renderWith(RENDERERS[head.format], head, events, finish);
}

export function renderWith(
  renderer: Renderer,
  head: RenderHead,
  events: readonly Event[],
  finish = true,
): string {
  let state = renderer.begin(head);
  let text = "";
  for (const event of events) {
    const step = renderer.step(head, state, event);
    state = step.state;
    text += step.text;
  }
  return finish ? text + renderer.finish(head, state).text : text;
}

export function renderAs(format: Format, bodies: readonly Body[], change: Partial<RenderHead> = {}): string {
  return render({ ...HEAD, ...change, format }, eventsOf(bodies));
}

/** Markdown without its frontmatter, its title and the line at its end. */
export function bodyOf(markdown: string): string {
  return markdown.slice(markdown.indexOf("\n---\n", 3) + 5).replace(/^\n# [^\n]*\n/, "")
    .replace(/\n> \*Up to here\* — [^\n]*\n$/, "");
}

/** Every node of a parsed document, in document order. */
export function nodesOf(markdown: string): Node[] {
  const nodes: Node[] = [];
  const walker = new Parser().parse(markdown).walker();
  for (let step = walker.next(); step !== null; step = walker.next()) {
    if (step.entering) nodes.push(step.node);
  }
  return nodes;
}

/** Headings that stand in the document itself, not in a quote or list, as `## text`. */
export function turnHeadings(markdown: string): string[] {
  return nodesOf(markdown)
    .filter((node) => node.type === "heading" && node.level <= 2 && node.parent?.type === "document")
    .map((node) => `${"#".repeat(node.level)} ${textOf(node)}`);
}

/** Every piece of HTML that a reader would take for HTML. */
export function rawHtml(markdown: string): string[] {
  return nodesOf(markdown)
    .filter((node) => node.type === "html_block" || node.type === "html_inline")
    .map((node) => node.literal ?? "");
}

function textOf(node: Node): string {
  let text = "";
  for (let child = node.firstChild; child !== null; child = child.next) {
    text += child.literal ?? textOf(child);
  }
  return text;
}
