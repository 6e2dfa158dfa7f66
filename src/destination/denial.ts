/** The sentence of each denial: the path, the fault, the thing to do. Pure. */
import { GRAMMAR_MENDS, type GrammarReason, showSafely } from "./grammar.ts";
import type { Denial, Denied } from "./decision.ts";

/** The most characters of a path in a sentence. */
const SHOWN_CHARS = 300;

const MENDS: Readonly<Record<Exclude<Denial, "grammar">, (path: string, detail: string) => string>> = {
  "commands-off": () =>
    "Policy does not allow commands in the chat (recording.commands); use `kato record` in a terminal.",
  "not-absolute": (path) =>
    `${path} does not say which folder it is in; write an absolute path, or one that begins with ~/.`,
  traversal: (path) => `${path} has a segment ".."; write the path without it.`,
  "forbidden-character": (path) => `${path} holds an invisible character or a backtick; type the path again.`,
  "extended-prefix": (path) =>
    `${path} begins like a network or device path; write one that begins with / or ~/.`,
  "hidden-segment": (path) =>
    `${path} is hidden, or in a hidden folder; choose names that do not begin with a dot.`,
  "system-location": (path) => `${path} is in a folder of the system; choose one of your own.`,
  "reserved-location": (path) =>
    `${path} is where settings, keys, kato's own state or session logs are kept; choose another folder.`,
  "agent-memory": (path) =>
    `${path} has a name that coding agents load by themselves, as instructions; choose another name.`,
  "outside-roots": (path, roots) =>
    `${path} is in none of the folders that policy allows (${roots}); choose a path in one of them.`,
  "no-such-root": (path, root) =>
    `${path} is in ${root}. Policy allows that folder, but it does not exist; make it with mode 0700.`,
  "foreign-owner": (path, component) =>
    `${path}: ${component} does not belong to you; choose a folder of your own.`,
  "writable-by-others": (path, component) =>
    `${path}: others may write to ${component}; run \`chmod go-w\` on it, or choose another folder.`,
  symlink: (path, component) => `${path}: ${component} is a symbolic link; write the path that it leads to.`,
  "not-a-directory": (path, component) => `${path}: ${component} is not a folder; choose another path.`,
  unreadable: (path, component) => `${path}: ${component} could not be examined; check its permissions.`,
  "not-a-regular-file": (path) => `${path} exists and is not a regular file; choose another name.`,
  "hard-link": (path) => `${path} is one of several names of the same file; choose another name.`,
  "not-created-by-kato": (path, mend) => `${path} exists and was not made by kato; ${mend}.`,
  extension: (path, extensions) =>
    `${path} is of a kind that may not be written; end its name in ${extensions}.`,
  "too-large": (path, limit) => `${path} has reached the limit of ${limit} MiB; choose another name.`,
};

/** Faults of a destination that are no denials of their own. */
const FAULTS: Readonly<Partial<Record<GrammarReason, string>>> = {
  "missing-destination": "is empty",
  "not-a-path": "does not name a file",
  glob: "has one of the characters *?[]{}",
  variable: "has a $",
  backslash: "has a backslash",
  "empty-segment": "has two slashes in a row",
  "too-long": "is too long (1,024 bytes, 255 for each name in it)",
};

/** @param detail The second part of the sentence besides the path: a component, the roots, a limit. */
export function deny(
  reason: Exclude<Denial, "grammar">,
  shown: string,
  path: string | null,
  detail = "",
): Denied {
  return { allow: false, reason, path, message: MENDS[reason](show(shown), detail) };
}

/** `reason` is about the folder above `missing`, in which kato may make no folder. */
export function denyMissing(reason: Exclude<Denial, "grammar">, path: string, missing: string): Denied {
  const message = `${show(path)}: ${
    show(missing)
  } does not exist; make that folder, or choose one of your own.`;
  return { allow: false, reason, path, message };
}

export function denyGrammar(fault: GrammarReason, destination: string): Denied {
  const says = FAULTS[fault];
  if (says === undefined) throw new Error(`internal error: ${fault} is no fault of a destination`);
  const message = `${show(destination)} ${says}; ${GRAMMAR_MENDS[fault]}.`;
  return { allow: false, reason: "grammar", path: null, message };
}

/** A path as it stands in a sentence. */
export function show(path: string): string {
  const cut = path.length > SHOWN_CHARS ? `${path.slice(0, SHOWN_CHARS)}…` : path;
  return `"${showSafely(cut)}"`;
}
