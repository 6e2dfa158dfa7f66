/**
 * What every format's renderer is: a fold over the sequence of events. How the events were batched never shows in
 * what comes out. Room: render; no authority, pure.
 */
import type { Event } from "../protocol/event.ts";
import type { RenderHead } from "../protocol/render.ts";

/** `state` is plain JSON, kept between deliveries; only this renderer reads it. */
export interface Rendered {
  readonly state: unknown;
  readonly text: string;
}

export interface Renderer {
  begin(head: RenderHead): unknown;
  /** `state` may be updated in place. */
  step(head: RenderHead, state: unknown, event: Event): Rendered;
  /** What still waited, when no event will follow. */
  finish(head: RenderHead, state: unknown): Rendered;
}
