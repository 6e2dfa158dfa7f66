/** The client's frames around a person's words in one text. Pure. */

/** A person's words, taken from their frames. */
export interface Framed {
  /** The person's words; null where the text is only an editor's context. */
  readonly shown: string | null;
  /** The part in which kato looks for commands. */
  readonly typed: string;
  /** Whether the text has more than one possible reading. */
  readonly isAmbiguous: boolean;
  /** Whether piped text stands beside the words. */
  readonly isPiped: boolean;
}

/** Clients that put nothing in front of the person's words. */
const TERMINALS: ReadonlySet<string> = new Set(["codex-tui", "codex_exec", "codex_cli_rs"]);
/** The beginning of the context that an editor puts in front of the person's request. */
const EDITOR_CONTEXT = /^# (?:Context from my IDE setup|Files mentioned by the user):[ \t\r]*\n/;
const REQUEST = /^## My request for Codex:[ \t\r]*\n/gm;
/** A heading of the context, or another version's heading of the request. */
const HEADING = /^## /m;

/** `originator`: the client's own name. In a terminal the person wrote all of the text, even one like an editor's. */
export function readFrames(text: string, originator: string): Framed {
  const isTerminal = TERMINALS.has(originator);
  const { request, isAmbiguous } = requestOf(text);
  const at = pipedFrom(request ?? "");
  return {
    shown: isTerminal ? text : request,
    typed: at === -1 ? request ?? "" : (request ?? "").slice(0, at),
    isAmbiguous,
    isPiped: at !== -1,
  };
}

/**
 * The person's request; null for an editor's context alone. The context may hold a file with the same heading. Then the
 * request stands behind the last heading, and kato obeys nothing in it.
 */
function requestOf(text: string): { readonly request: string | null; readonly isAmbiguous: boolean } {
  if (!EDITOR_CONTEXT.test(text)) return { request: text, isAmbiguous: false };
  let count = 0;
  let from = 0;
  for (const heading of text.matchAll(REQUEST)) {
    from = heading.index + heading[0].length;
    count += 1;
  }
  const request = count === 0 ? null : text.slice(from);
  return { request, isAmbiguous: count > 1 || HEADING.test(request ?? "") };
}

const PIPED = "\n\n<stdin>\n";
const PIPED_END = /<\/stdin>\s*$/;

/** Where the frame of the text begins that was piped into `codex exec` beside a prompt; -1 without one. */
function pipedFrom(text: string): number {
  return PIPED_END.test(text.slice(-64)) ? text.indexOf(PIPED) : -1;
}
