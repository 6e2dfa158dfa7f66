/** The system calls of an installed daemon, refused ones too, as `strace` saw them: each with the role that made it. */
import { resolve } from "@std/path";

/** The launcher is the monitor before it has confined itself; its children are launchers until they become a role. */
export type Role = "launcher" | "monitor" | "planner" | "orchestrator" | "parser" | "writer";

export interface Attempt {
  readonly role: Role;
  /** The folders that its process was started to read: they tell one parser from another. */
  readonly reads: string;
  readonly call: string;
  /** As strace prints them. */
  readonly args: string;
  /** The paths among the arguments, absolute. */
  readonly paths: readonly string[];
  /** The name of the error; null when the call did what it should, or never returned. */
  readonly error: string | null;
}

/** Words before a command that have its calls written into `file`. The command stays the child of its starter. */
export function traceInto(file: string): string[] {
  // Descriptors with their paths, without signals, enough of each string for the arguments of a role.
  return ["strace", "-D", "-f", "-q", "-y", "-e", "signal=none", "-s", "1024", "-o", file];
}

interface Line {
  readonly thread: string;
  text: string;
}

/** Puts a call that another thread interrupted together again, at the place where it began. */
function wholeLines(text: string): Line[] {
  const lines: Line[] = [];
  const open = new Map<string, Line>();
  for (const written of text.split("\n").slice(0, -1)) {
    const [, thread = "", said = ""] = /^(\d+) +(.*)$/.exec(written) ?? [];
    const begun = /^(.*)<unfinished \.\.\.>/.exec(said)?.[1];
    const rest = /^<\.\.\. \w+ resumed>(.*)$/.exec(said)?.[1];
    const waiting = open.get(thread);
    if (rest !== undefined && waiting !== undefined) {
      waiting.text = `${waiting.text.trimEnd()}${rest}`;
      open.delete(thread);
      continue;
    }
    const line = { thread, text: begun ?? said };
    lines.push(line);
    // It ends with its process, if nothing follows.
    if (begun !== undefined) open.set(thread, line);
  }
  return lines;
}

/** Who started a thread, and whether it is in the process of its starter. */
type Births = ReadonlyMap<string, { readonly by: string; readonly isThread: boolean }>;

function birthsIn(lines: readonly Line[]): Births {
  return new Map(lines.flatMap(({ thread, text }) => {
    const child = /^(?:clone|clone3|fork|vfork)\(.* = (\d+)/.exec(text)?.[1];
    return child === undefined
      ? []
      : [[child, { by: thread, isThread: text.includes("CLONE_THREAD") }] as const];
  }));
}

interface State {
  readonly role: Role;
  readonly reads: string;
}

/** What a process is after this call; null when the call changes nothing about that. */
function after(call: string, args: string, kato: string): State | null {
  if (call === "prctl" && args.startsWith("PR_SET_SECCOMP")) return { role: "monitor", reads: "" };
  if (call !== "execve") return null;
  if (args.startsWith(`"${kato}"`)) return { role: "launcher", reads: "" };
  const role = /"kato-(planner|orchestrator|parser|writer)"/.exec(args)?.[1] as Role | undefined;
  if (role === undefined) throw new Error(`a program that is none of kato's: ${args}`);
  return { role, reads: /"--allow-read=([^"]*)"/.exec(args)?.[1] ?? "" };
}

/** Every call from the start of the launcher `kato` on. Throws on a line that it does not understand. */
export function readTrace(text: string, kato: string): Attempt[] {
  const lines = wholeLines(text);
  const births = birthsIn(lines);
  const states = new Map<string, State>();
  const processOf = (thread: string): string => {
    const birth = births.get(thread);
    return birth?.isThread === true ? processOf(birth.by) : thread;
  };
  /** A new process is what its starter is. */
  const stateOf = (thread: string): State | undefined => {
    const own = processOf(thread);
    const birth = births.get(own);
    const state = states.get(own) ?? (birth === undefined ? undefined : stateOf(birth.by));
    if (state !== undefined) states.set(own, state);
    return state;
  };
  const attempts: Attempt[] = [];
  for (const { thread, text } of lines) {
    if (/^\+\+\+ (exited|killed)/.test(text)) continue;
    const [, call = "", rest = ""] = /^(\w+)\((.*)$/.exec(text) ?? [];
    if (call === "") throw new Error(`strace says something else: ${text}`);
    const [, args = rest, result = "?", error = null] = /^(.*)\) += (\S+)(?: (E[A-Z0-9]+))?.*$/.exec(rest) ??
      [];
    const state = stateOf(thread);
    if (state !== undefined) attempts.push({ ...state, call, args, paths: pathsIn(args), error });
    const isStart = args.startsWith(`"${kato}"`);
    const next = result === "0" && (state !== undefined || isStart) ? after(call, args, kato) : null;
    if (next !== null) states.set(processOf(thread), next);
  }
  return attempts;
}

/** `"path"`, or `3</folder>, "path below it"`. */
function pathsIn(args: string): string[] {
  return [...args.matchAll(/(?:\w+<([^>]*)>, )?"((?:[^"\\]|\\.)*)"/g)]
    .map(([, folder = "/", path = ""]) => resolve(folder, path));
}
