/**
 * Input and output of the destination decision. The asking process does the lookup (lookup.ts), and then decides (decide.ts)
 * over its result. Pure.
 */

/** The entry at one component of the path, from the file system's root down to the destination. */
export interface Component {
  readonly path: string;
  readonly kind: "directory" | "file" | "symlink" | "other";
  readonly uid: number;
  readonly mode: number;
  readonly dev: number;
  readonly ino: number;
  readonly links: number;
  readonly size: number;
  /** When the entry was made, in milliseconds since 1970; null where its file system does not keep that. */
  readonly birth: number | null;
}

/** The file system as it was seen for one normalised path. */
export interface Lookup {
  /**
   * The path that was walked: the path as asked, with its allowed root (or else the home) replaced by the realpath.
   * This path is decided and opened.
   */
  readonly path: string;
  /**
   * Every component of `path` that exists, lstat'ed, in order. The last may be the destination itself. Components above
   * the roots are missing where the process may not look at them.
   */
  readonly components: readonly Component[];
  /** The nearest ancestor of `path` that resolves; never the destination itself. */
  readonly ancestor: string;
  readonly realAncestor: string;
  /** The realpath of every allowed root that exists, by the root's name in policy. */
  readonly realRoots: Readonly<Record<string, string>>;
  readonly realHome: string;
  /** The first component that could not be examined, with the system's code (`EACCES`, `ELOOP`, …). */
  readonly blocked: { readonly path: string; readonly code: string } | null;
  /** What the system refused to look at for now, with its code: then there may be more than was seen. */
  readonly refused?: { readonly path: string; readonly code: string };
}

/** Who asks. Chat, spool and automatic recordings keep to the roots; a person's own --output may lie elsewhere. */
export type Asker = "chat" | "spool" | "automatic" | "cli";

/** `file` distinguishes kato's file from a later one with the same inode. For a short time, a set of `dev:ino` is enough. */
export interface Created {
  has(identity: string, file: Component): boolean;
}

export interface Request {
  readonly asker: Asker;
  /** The destination as typed; null asks for `generated` under the default root. */
  readonly destination: string | null;
  /** The result of `generateName()`, used when `destination` is null. */
  readonly generated: string;
  readonly home: string;
  /** For `cli` only: the folder for a relative path. */
  readonly cwd: string | null;
  readonly uid: number;
  /** The folders of the followed logs. kato never writes among logs. */
  readonly providerRoots: readonly string[];
  /** The files that kato created, by `dev:ino`. A question instead of a list: there may be thousands. */
  readonly created: Created;
  /** `--force`: an existing regular file of the person's own may be replaced (cli only). */
  readonly force: boolean;
  /** Instead of the policy's, for a file that belongs to a recording. */
  readonly extensions?: readonly string[];
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
  /** Null: the file does not exist, and is created exclusively. */
  readonly existing: { readonly dev: number; readonly ino: number; readonly size: number } | null;
  /** The folders to make first, outermost first. */
  readonly directories: readonly string[];
}

export interface Denied {
  readonly allow: false;
  readonly reason: Denial;
  /** The path as far as kato understood it. */
  readonly path: string | null;
  /** A sentence that tells the person what to do. */
  readonly message: string;
  /** The folder or file on the way to it that is at fault. */
  readonly component?: string;
}

export type Decision = Allowed | Denied;
