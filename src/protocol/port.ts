/**
 * How roles talk: frames over a port. A frame is a small header, one message of a closed table that the receiver
 * validates before it looks at anything else, and an opaque payload. Room: protocol; no authority.
 */
import type { OpenedFile } from "./writer_messages.ts";

export interface Frame {
  readonly header: unknown;
  /** UTF-8 JSON Lines, or nothing. Ownership passes with the frame. */
  readonly payload: Uint8Array<ArrayBuffer> | null;
  /** What arrived is no frame, for this reason. It is the last one of its port. */
  readonly broken?: string;
}

/** One end of a connection between two roles. */
export interface Port {
  send(frame: Frame): void;
  /** At most one receiver; frames that arrive before it is set are kept. */
  receive(receiver: (frame: Frame) => void): void;
  close(): void;
}

/** A running role, as its host hands it to the orchestrator. */
export interface Role {
  /** For logs, audit records and status: `parser:claude-code`, `writer:/home/u/notes.md`. */
  readonly name: string;
  readonly port: Port;
  /** Resolves once, with why, when the role has ended in any way. */
  readonly ended: Promise<RoleEnd>;
  /** Resolves when nothing of it can run any more: for one that is a process, a moment after it was ended. */
  readonly over: Promise<void>;
  /** Ends the role now. */
  end(): void;
  /** The file that its host opened for it and holds it to; null where it opens for itself, or was not started yet. */
  given(): OpenedFile | null;
}

export type RoleEnd = { readonly reason: "closed" } | { readonly reason: "failed"; readonly message: string };
