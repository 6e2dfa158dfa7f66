/** Roles that follow a test, among real ones. */
import type { Host, RoleKind } from "../../../src/hosts/host.ts";
import { threadHost } from "../../../src/hosts/thread_host.ts";
import type { Frame, Role, RoleEnd } from "../../../src/protocol/port.ts";

/** The role's side of the port, for the test. */
export interface Acting {
  /** Sends any message, also one that the protocol does not have. */
  send(header: unknown, payload?: Uint8Array<ArrayBuffer>): void;
  fail(message: string): void;
}

/** Receives each message. Nobody has validated it. */
export type Act = (header: { readonly type: string } & Record<string, unknown>, acting: Acting) => void;

export function fakeRole(name: string, act: Act): Role {
  let receiver: ((frame: Frame) => void) | null = null;
  let over = false;
  let finish: (end: RoleEnd) => void = () => {};
  const ended = new Promise<RoleEnd>((resolve) => finish = resolve);
  const end = (how: RoleEnd) => {
    over = true;
    finish(how);
  };
  const acting: Acting = {
    // As over a real port, an answer never arrives within the call that caused it.
    send: (header, payload) =>
      queueMicrotask(() => {
        if (!over) receiver?.({ header, payload: payload ?? null });
      }),
    fail: (message) => end({ reason: "failed", message }),
  };
  return {
    name,
    ended,
    over: ended.then(() => {}),
    end: () => end({ reason: "closed" }),
    given: () => null,
    port: {
      send: ({ header }) =>
        queueMicrotask(() => {
          if (!over) act(header as Parameters<Act>[0], acting);
        }),
      receive: (next) => receiver = next,
      close: () => end({ reason: "closed" }),
    },
  };
}

/** `choose` gives the play of a role; null: a real role in a thread. */
export function hostWith(choose: (kind: RoleKind, name: string) => Act | null): Host {
  return {
    name: "threads",
    start(kind, name, grants) {
      const act = choose(kind, name);
      return act === null ? threadHost.start(kind, name, grants) : fakeRole(name, act);
    },
  };
}
