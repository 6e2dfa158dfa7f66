/** Signals that ask a long work to end. The work looks between two slices. Requires nothing. */
import type { Interruption } from "./outcome.ts";

const SIGNALS = { SIGINT: "interrupted", SIGTERM: "terminated", SIGHUP: "hung-up" } as const;

export interface Listener {
  /** The first signal that came; null: none did. */
  heard(): Interruption | null;
  close(): void;
}

export function listenForInterruption(): Listener {
  let first: Interruption | null = null;
  const listeners = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) =>
    [signal, () => void (first ??= SIGNALS[signal])] as const
  );
  for (const [signal, hear] of listeners) Deno.addSignalListener(signal, hear);
  return {
    heard: () => first,
    close() {
      for (const [signal, hear] of listeners) Deno.removeSignalListener(signal, hear);
    },
  };
}
