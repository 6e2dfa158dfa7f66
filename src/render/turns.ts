/** What begins a turn of the person. Pure. */
import { type Event, MAIN_AGENT } from "../protocol/event.ts";

/** What a person gave the client to do, instead of a message to the model. */
export function isOrder({ kind, agent }: Extract<Event, { type: "notice" }>): boolean {
  return agent === MAIN_AGENT && (kind === "command" || kind === "shell");
}

/** Words inside a call begin no turn: the call has them. */
export function beginsTurn(event: Event): boolean {
  if (event.type === "notice") return isOrder(event);
  return event.type === "user" && event.agent === MAIN_AGENT && event.page?.inResult !== true;
}
