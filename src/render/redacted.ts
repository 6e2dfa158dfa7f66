/** A renderer that gets events without their secrets. */
import type { RedactedCounts, Redaction } from "../protocol/redaction.ts";
import { beginRedaction, redactEvent, type RedactionState } from "../redaction/redact_event.ts";
import type { Renderer } from "./renderer.ts";

/** Plain JSON. */
interface State {
  readonly redaction: RedactionState;
  readonly render: unknown;
}

/** `count`: gets what was replaced in each event that is rendered. */
export function redacted(
  renderer: Renderer,
  redaction: Redaction,
  count: (replaced: RedactedCounts) => void = () => {},
): Renderer {
  return {
    begin: (head) => ({ redaction: beginRedaction(), render: renderer.begin(head) }),
    step(head, unread, event) {
      const state = stateOf(unread);
      const safe = redactEvent(event, redaction, state.redaction);
      if (safe.redacted !== undefined) count(safe.redacted);
      const { state: render, text } = renderer.step(head, state.render, safe);
      return { state: { ...state, render }, text };
    },
    skip(head, unread, event) {
      // A section's title may hold words of a call outside the range. Equal secrets keep their numbers in every range.
      const state = stateOf(unread);
      const safe = redactEvent(event, redaction, state.redaction);
      return { ...state, render: renderer.skip(head, state.render, safe) };
    },
    finish(head, unread) {
      const state = stateOf(unread);
      const { state: render, text } = renderer.finish(head, state.render);
      return { state: { ...state, render }, text };
    },
  };
}

/** An older kato kept the renderer's state alone. Its recording goes on, and has no secrets from here on. */
function stateOf(state: unknown): State {
  const isOwn = typeof state === "object" && state !== null && "redaction" in state;
  return isOwn ? state as State : { redaction: beginRedaction(), render: state };
}
