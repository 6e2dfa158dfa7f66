/** A port over a worker's messages, for both ends. */
import type { Frame, Port } from "../protocol/port.ts";
import { createInbox } from "./inbox.ts";

interface MessageEnd {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

/** The orchestrator's end of a worker. */
export function portOf(end: MessageEnd, close: () => void): Port {
  const inbox = createInbox();
  end.onmessage = ({ data }) => inbox.take(asFrame(data));
  return {
    send({ header, payload }) {
      end.postMessage({ header, payload }, payload === null ? [] : [payload.buffer]);
    },
    receive: inbox.receive,
    close,
  };
}

/** The worker's own end. */
export function workerPort(): Port {
  const own = globalThis as unknown as MessageEnd & { close(): void };
  return portOf(own, () => own.close());
}

/** Any posted message as a frame. The channel refuses a header of the wrong shape. */
function asFrame(data: unknown): Frame {
  if (typeof data !== "object" || data === null) return { header: null, payload: null };
  const header = "header" in data ? data.header : null;
  const payload = "payload" in data && data.payload instanceof Uint8Array ? data.payload : null;
  return { header, payload: payload as Frame["payload"] };
}
