/**
 * What a command line asks for, once it was understood: one variant a command. The command line is the room that
 * people type into: it reads what a command shows, writes one export, one request or two settings files, and never
 * interprets what a session says. This file has no authority; it is pure.
 */
import type { ProviderId } from "../../protocol/event.ts";
import type { Format, Include } from "../../protocol/render.ts";

/** `--since`: a span before now, or a point in time; milliseconds. */
export type Since = { readonly ago: number } | { readonly at: number };

/** Which sessions are meant; null filters nothing. */
export interface SessionFilter {
  readonly provider: ProviderId | null;
  /** As typed: relative to the working directory. */
  readonly project: string | null;
  readonly since: Since | null;
}

export interface ExportInvocation {
  readonly name: "export";
  /** Full ids, or the beginnings of them. */
  readonly sessions: readonly string[];
  /** A log by its path. */
  readonly file: string | null;
  readonly all: boolean;
  readonly filter: SessionFilter;
  /** As typed; `-` is standard output. */
  readonly output: string;
  readonly format: Format | null;
  readonly include: readonly Include[];
  readonly exclude: readonly Include[];
  readonly force: boolean;
}

export interface RequestInvocation {
  readonly name: "record" | "capture" | "stop";
  readonly session: string;
  readonly provider: ProviderId | null;
  readonly destination: string | null;
}

export interface SessionsInvocation {
  readonly name: "sessions";
  readonly filter: SessionFilter;
  /** null: the command's own choice; 0: all. */
  readonly limit: number | null;
  readonly json: boolean;
}

export interface PolicyCheckInvocation {
  readonly name: "policy check";
  /** As typed; `-` is standard input; null: the files that are in use. */
  readonly file: string | null;
  readonly as: "organisation" | "user" | null;
  readonly json: boolean;
}

export interface PolicyExplainInvocation {
  readonly name: "policy explain";
  /** A key, a table of keys, or a path, as typed. */
  readonly subject: string;
  /** Who would ask for the path. */
  readonly as: "chat" | "export";
  readonly json: boolean;
}

export interface PolicyEditInvocation {
  readonly name: "policy allow" | "policy deny";
  /** As typed: relative to the working directory. */
  readonly folder: string;
}

export interface AuditVerifyInvocation {
  readonly name: "audit verify";
  /** Files of a copy, or folders of them, as typed; none: the person's own log. */
  readonly copy: readonly string[];
  /** A hash that the chain must hold. */
  readonly head: string | null;
  /** The chain may begin later than with its first record. */
  readonly archived: boolean;
  readonly json: boolean;
}

export interface AuditTailInvocation {
  readonly name: "audit tail";
  readonly count: number;
  readonly follow: boolean;
  readonly json: boolean;
}

export interface DoctorInvocation {
  readonly name: "doctor";
  readonly permissions: boolean;
  readonly json: boolean;
}

export type Shell = "bash" | "zsh" | "fish";

export type Invocation =
  | { readonly name: "daemon"; readonly afterCrash: boolean }
  | { readonly name: "status"; readonly json: boolean }
  | SessionsInvocation
  | ExportInvocation
  | RequestInvocation
  | { readonly name: "policy show"; readonly json: boolean }
  | PolicyCheckInvocation
  | PolicyExplainInvocation
  | PolicyEditInvocation
  | AuditVerifyInvocation
  | AuditTailInvocation
  | DoctorInvocation
  | { readonly name: "init" }
  | { readonly name: "completions"; readonly shell: Shell }
  /** For the launcher: the plan of another command line. */
  | { readonly name: "plan"; readonly arguments: readonly string[] };

export type CommandName = Invocation["name"];
