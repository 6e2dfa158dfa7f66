/** What starts roles. Two hosts do: threads (thread_host.ts), and processes where the launcher is installed. */
import type { Grant } from "../protocol/grant.ts";
import type { Role } from "../protocol/port.ts";

export type RoleKind = "parser" | "writer";

export interface Host {
  readonly name: "threads" | "processes";
  /** Starts a role with exactly `grants`. `name` is for people: `parser:claude-code`. */
  start(kind: RoleKind, name: string, grants: readonly Grant[]): Role;
}
