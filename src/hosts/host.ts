/** What starts roles. Two hosts do: threads (thread_host.ts), and processes where the launcher is installed. */
import type { Grant } from "../protocol/grant.ts";
import type { Role } from "../protocol/port.ts";

export type RoleKind = "parser" | "writer";

/** What becomes of a writer's destination when it is opened. */
export interface Opening {
  readonly destination: string;
  /** It is made, exclusively; else it is there already. */
  readonly create: boolean;
  /** Made before it, outermost first. */
  readonly folders: readonly string[];
}

export interface Host {
  /**
   * `processes`: a monitor starts them, with the grants that the plan has for them; it can end a role that hangs,
   * and makes a writer's folders and file. `threads`: neither; a writer makes what it opens.
   */
  readonly name: "threads" | "processes";
  /** Starts a role with exactly `grants`. `name` is for people: `parser:claude-code`. A writer has an `opening`. */
  start(kind: RoleKind, name: string, grants: readonly Grant[], opening?: Opening): Role;
}
