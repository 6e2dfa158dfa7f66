import type { Frame, Port } from "../protocol/port.ts";

/** Keeps the frames that arrive before their receiver is set. */
export function createInbox(): Pick<Port, "receive"> & { take(frame: Frame): void } {
  const early: Frame[] = [];
  let receiver: ((frame: Frame) => void) | null = null;
  return {
    take(frame) {
      if (receiver === null) early.push(frame);
      else receiver(frame);
    },
    receive(next) {
      receiver = next;
      for (const frame of early.splice(0)) next(frame);
    },
  };
}
