/**
 * Roles talk in frames over a port. A frame is a small header, which is one message of a closed table and is validated
 * before anything else is read, and an opaque payload.
 */
import type { OpenedFile } from "./writer_messages.ts";

export interface Frame {
  readonly header: unknown;
  /** UTF-8 JSON Lines, or nothing. Ownership passes with the frame. */
  readonly payload: Uint8Array<ArrayBuffer> | null;
  /** The bytes that arrived are no frame, for this reason. No frame follows. */
  readonly broken?: string;
}

/** One end of a connection between two roles. */
export interface Port {
  send(frame: Frame): void;
  /** At most one receiver. Frames that arrive before it is set are kept. */
  receive(receiver: (frame: Frame) => void): void;
  close(): void;
}

/** A running role, as its host hands it to the orchestrator. */
export interface Role {
  /** For logs, audit records and status: `parser:claude-code`, `writer:/home/u/notes.md`. */
  readonly name: string;
  readonly port: Port;
  /** Resolves once, with the reason, when the role has ended in any way. */
  readonly ended: Promise<RoleEnd>;
  /** Resolves when nothing of the role can run any more. For a process that is a moment after its end. */
  readonly over: Promise<void>;
  /** Ends the role now. */
  end(): void;
  /** The file that its host opened for it and holds it to; null when the role opens it, or is not started yet. */
  given(): OpenedFile | null;
}

export type RoleEnd = { readonly reason: "closed" } | { readonly reason: "failed"; readonly message: string };
