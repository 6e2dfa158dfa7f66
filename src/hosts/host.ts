/**
 * The room of the hosts, which start roles: as threads (thread_host.ts, the only `new Worker`), or as processes through
 * the monitor (process_host.ts). It reads and writes no file. A role gets the grants of its plan and never more.
 */
import type { Grant } from "../protocol/grant.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { Role } from "../protocol/port.ts";

export type RoleKind = "parser" | "writer";

/** How a writer's destination is opened. */
export interface Opening {
  readonly destination: string;
  /** The file is created, exclusively; else it is there already. */
  readonly create: boolean;
  /** Folders to create first, outermost first. */
  readonly folders: readonly string[];
}

/** A question about a parser's folders that stays open. */
export interface Look {
  again(): void;
  stop(): void;
}

export interface Host {
  /**
   * `processes`: a monitor starts roles with the grants of the plan, can end a role that hangs, and creates a writer's
   * folders and file. `threads`: it does none of this, and a writer creates its own file.
   */
  readonly name: "threads" | "processes";
  /** Starts a role with exactly `grants`. `name` is for people: `parser:claude-code`. A writer has an `opening`. */
  start(kind: RoleKind, name: string, grants: readonly Grant[], opening?: Opening): Role;
  /**
   * `said` hears whether the folders of this provider's parser hold anything: in answer to each question, and once more
   * when something appears in them. A host without this starts every parser.
   */
  look?(provider: ProviderId, said: (isUsed: boolean) => void): Look;
}
