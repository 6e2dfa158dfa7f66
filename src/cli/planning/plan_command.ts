/** From a command line to the part of it that its permissions depend on. Room: cli; no authority, pure. */
import { extname } from "@std/path";
import { findDestinationFaults } from "../../destination/grammar.ts";
import type { Format } from "../../protocol/render.ts";
import { FORMATS } from "../../protocol/closed_sets.ts";
import type { ExportInvocation, Invocation, PolicyExplainInvocation } from "../command_line/invocation.ts";
import { parseArguments } from "../command_line/parse_arguments.ts";
import { absolutePath } from "../command_line/typed_path.ts";

/** What a plan needs to know of a command line; all paths are absolute and normalised. */
export type Sketch =
  | {
    readonly name: "export";
    /** The log given with `--file`. */
    readonly file: string | null;
    readonly output: OutputSketch;
  }
  | { readonly name: "policy" | "audit copy"; readonly reads: readonly string[] }
  /** What it names, if that is looked at: null for a key, and for a path that is judged by its name alone. */
  | { readonly name: "policy explain"; readonly path: string | null }
  | { readonly name: "policy edit"; readonly path: string | null }
  | {
    readonly name:
      | "daemon"
      | "status"
      | "sessions"
      | "doctor"
      | "audit"
      | "init"
      | "record"
      | "capture"
      | "stop"
      | "help";
  };

/** `nothing`: standard output, or a destination that is denied by its name alone. */
export type OutputSketch =
  | { readonly kind: "nothing" }
  | { readonly kind: "file" | "folder"; readonly path: string };

/** A command line that is wrong is planned like a request for help: all it will do is say so. */
export function planCommandOf(line: readonly string[], cwd: string, home: string): Sketch {
  const parsed = parseArguments(line, { columns: 80, colour: false });
  return parsed.parsed === "invocation" ? sketchOf(parsed.invocation, cwd, home) : { name: "help" };
}

export function sketchOf(invocation: Invocation, cwd: string, home: string): Sketch {
  switch (invocation.name) {
    case "export": {
      const file = invocation.file === null ? null : absolutePath(invocation.file, cwd, home);
      return { name: "export", file, output: sketchOutput(invocation, cwd, home) };
    }
    case "policy show":
      return { name: "policy", reads: [] };
    case "policy check":
      return {
        name: "policy",
        reads: invocation.file === null || invocation.file === "-"
          ? []
          : [absolutePath(invocation.file, cwd, home)],
      };
    case "audit verify": {
      const reads = invocation.copy.map((path) => absolutePath(path, cwd, home));
      return reads.length > 0 ? { name: "audit copy", reads } : { name: "audit" };
    }
    case "policy explain":
      return { name: "policy explain", path: pathExplained(invocation, cwd, home) };
    case "policy allow":
    case "policy deny":
      return { name: "policy edit", path: absolutePath(invocation.folder, cwd, home) };
    case "audit tail":
      return { name: "audit" };
    case "plan":
    case "completions":
      return { name: "help" };
    default:
      return { name: invocation.name };
  }
}

/** Whether what is to be explained is a path, and not a key. */
export function isPath(subject: string): boolean {
  return subject.includes("/") || subject.startsWith("~") ||
    FORMATS.includes(extname(subject).slice(1) as Format);
}

/** In a chat, what is relative is below a folder that the plan grants anyway. */
function pathExplained(
  { subject, as }: PolicyExplainInvocation,
  cwd: string,
  home: string,
): string | null {
  if (!isPath(subject) || isHopeless(subject)) return null;
  return as === "export" || /^[/~]/.test(subject) ? absolutePath(subject, cwd, home) : null;
}

/** Faults that a file's name can have and a folder's too. */
export function isHopeless(path: string): boolean {
  return findDestinationFaults(path).some((fault) => fault !== "unknown-extension" && fault !== "not-a-path");
}

function sketchOutput(invocation: ExportInvocation, cwd: string, home: string): OutputSketch {
  const { output } = invocation;
  if (output === "-" || isHopeless(output)) return { kind: "nothing" };
  return {
    kind: namesFolder(invocation) ? "folder" : "file",
    path: absolutePath(output, cwd, home),
  };
}

/** Whether DEST must be a folder, whatever is there. */
export function namesFolder({ output, all, sessions }: ExportInvocation): boolean {
  return all || sessions.length > 1 || output.endsWith("/") || output === "~" || /(^|\/)\.$/.test(output);
}
