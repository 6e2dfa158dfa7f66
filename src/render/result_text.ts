/** Shows a result to a person: without the client's frames. */
import type { Event } from "../protocol/event.ts";
import type { ResultState } from "./page.ts";

/** A result as a page shows it. */
export interface Result {
  readonly call: string;
  readonly agent: string;
  readonly text: string;
  readonly error: boolean;
  /** Missing in the state of an older kato. */
  readonly state?: ResultState;
  /** In a few words each. */
  readonly images?: readonly string[];
  /** Their bytes in base64; "" where there are none. */
  readonly imageData?: readonly string[];
  /** The images as the page shows them, in place of both. */
  readonly pictures?: string;
  /** The person approved this plan; "" for the plan of the call. */
  readonly approved?: string;
  /** With these words the person rejected the call. */
  readonly said?: string;
  /** The client's frame held nothing but what `state` says. */
  readonly isEmpty?: boolean;
  /** The document has the text already, in the section of a sub-agent. */
  readonly isReported?: boolean;
  /** A script goes on after it. */
  readonly isPartial?: boolean;
}

/** Until late 2025 Codex wrapped a command's output in JSON, beside its exit code. */
const WRAPPED = /^\{"output":"[^]*","metadata":\{[^{}]*\}\}\s*$/;

type ToolResult = Extract<Event, { type: "tool_result" }>;

export function resultOf({ call, agent, text, error, page }: ToolResult): Result {
  if (page === undefined) return { call, agent, text: unwrap(text), error };
  const { from, to, indent, facts, outcome, images, imageData, partial, approves, said } = page;
  const part = text.slice(from, to);
  const shown = indent === undefined ? part : part.replace(new RegExp(`^ {0,${indent}}`, "gm"), "");
  const state = { ...(outcome === undefined ? {} : { outcome }), ...(facts === undefined ? {} : { facts }) };
  return {
    call,
    agent,
    text: shown,
    error,
    ...(Object.keys(state).length === 0 ? {} : { state }),
    ...(shown.trim() === "" ? { isEmpty: true } : {}),
    ...(approves === undefined ? {} : { approved: text.slice(approves) }),
    ...(said === undefined ? {} : { said }),
    ...(images === undefined ? {} : { images }),
    ...(imageData === undefined ? {} : { imageData }),
    ...(partial === true ? { isPartial: true } : {}),
  };
}

function unwrap(text: string): string {
  if (!text.startsWith('{"output":"') || !WRAPPED.test(text)) return text;
  try {
    const { output } = JSON.parse(text) as { readonly output?: unknown };
    return typeof output === "string" ? output : text;
  } catch {
    // It only looks like JSON, so it is shown as it is.
    return text;
  }
}
