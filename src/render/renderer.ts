/** A format's renderer is a fold over the sequence of events. Its text never shows how the events were batched. */
import type { Event } from "../protocol/event.ts";
import type { RenderHead } from "../protocol/render.ts";

/** `state` is plain JSON. It is kept between deliveries, and only this renderer reads it. */
export interface Rendered {
  readonly state: unknown;
  readonly text: string;
}

export interface Renderer {
  begin(head: RenderHead): unknown;
  /** `state` may be changed in place. */
  step(head: RenderHead, state: unknown, event: Event): Rendered;
  /** Counts an event that is outside the document's range; gives the state. */
  skip(head: RenderHead, state: unknown, event: Event): unknown;
  /** Writes everything that still waited, and a line with what there is: no event will follow. */
  finish(head: RenderHead, state: unknown): Rendered;
}
