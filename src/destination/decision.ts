/**
 * What the destination decision takes and gives. The lookup is done by the edge that asks (daemon, export); the
 * decision itself is a pure function over what was looked up. Room: policy; no authority, pure.
 */

/** What was found at one path component, from the file system's root down to the destination. */
export interface Component {
  readonly path: string;
  readonly kind: "directory" | "file" | "symlink" | "other";
  readonly uid: number;
  readonly mode: number;
  readonly dev: number;
  readonly ino: number;
  readonly links: number;
  readonly size: number;
  /** When it was made, in milliseconds since 1970; null where its file system does not keep that. */
  readonly birth: number | null;
}

/** The file system as it was seen for one normalised path. */
export interface Lookup {
  /**
   * The path that was walked: as asked, but with the allowed root that it is in (or else the home) replaced by
   * its realpath. What is decided, and what the writer opens, is this one.
   */
  readonly path: string;
  /**
   * Every component of `path` that exists, lstat'ed, in order; the last may be the destination itself. What
   * stands above the roots is missing where the asking process may not look at it.
   */
  readonly components: readonly Component[];
  /** The nearest ancestor of `path` that resolves; never the destination itself. */
  readonly ancestor: string;
  readonly realAncestor: string;
  /** realpath of every allowed root that exists, by the root as policy names it. */
  readonly realRoots: Readonly<Record<string, string>>;
  readonly realHome: string;
  /** The first component that could not be examined, with the system's code (`EACCES`, `ELOOP`, …). */
  readonly blocked: { readonly path: string; readonly code: string } | null;
}

/** Who asks: the chat and policy obey the roots; a person's own --output may lie elsewhere. */
export type Asker = "chat" | "spool" | "automatic" | "cli";

/** `file` tells one that kato made from a later one, which got the same inode. A set of `dev:ino` will do for a moment. */
export interface Created {
  has(identity: string, file: Component): boolean;
}

export interface Request {
  readonly asker: Asker;
  /** As typed; null asks for `generated` under the default root. */
  readonly destination: string | null;
  /** What `generateName()` gave; used when `destination` is null. */
  readonly generated: string;
  readonly home: string;
  /** For `cli` only: what a relative path is relative to. */
  readonly cwd: string | null;
  readonly uid: number;
  /** Every folder whose logs are followed: kato never writes among them. */
  readonly providerRoots: readonly string[];
  /** Files that kato created itself, by `dev:ino`. Asked, not listed: there may be thousands. */
  readonly created: Created;
  /** `--force`: an existing regular file of the person's own may be replaced (cli only). */
  readonly force: boolean;
}

/** Reason codes of denials; docs/path-policy.md explains each, in the order in which they are tried. */
export const DENIALS = [
  "commands-off",
  "grammar",
  "not-absolute",
  "traversal",
  "forbidden-character",
  "extended-prefix",
  "hidden-segment",
  "system-location",
  "reserved-location",
  "agent-memory",
  "outside-roots",
  "no-such-root",
  "foreign-owner",
  "writable-by-others",
  "symlink",
  "not-a-directory",
  "unreadable",
  "not-a-regular-file",
  "hard-link",
  "not-created-by-kato",
  "extension",
  "too-large",
] as const;
export type Denial = typeof DENIALS[number];

export interface Allowed {
  readonly allow: true;
  /** Normalised, absolute; none of its components is a symlink. */
  readonly path: string;
  /** `null`: it does not exist and is created exclusively. */
  readonly existing: { readonly dev: number; readonly ino: number; readonly size: number } | null;
  /** Directories to make first, outermost first. */
  readonly directories: readonly string[];
}

export interface Denied {
  readonly allow: false;
  readonly reason: Denial;
  /** The path as far as it was understood. */
  readonly path: string | null;
  /** A sentence that tells the person what to do. */
  readonly message: string;
}

export type Decision = Allowed | Denied;
